"""The log of what was refused, bounded by rows and age; it may lag, and never slows a request."""

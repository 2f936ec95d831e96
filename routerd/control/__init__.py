"""The root-only unix socket that the command line talks to."""

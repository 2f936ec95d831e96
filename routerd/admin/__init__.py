"""The page for owners."""

"""One-time codes."""


class Verification:
    """One-time codes."""

"""The identity providers."""


class Social:
    """The identity providers."""

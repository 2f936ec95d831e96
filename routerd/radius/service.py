"""The RADIUS client."""


class Radius:
    """The RADIUS client."""

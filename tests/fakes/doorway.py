"""A way to the providers that only remembers for whom it is open."""


class FakeDoorway:
    """Fulfils `social.ports.Doorway`.

    Attributes:
        out: network and MAC of each device that is let out, to the seconds that it was given.
    """

    def __init__(self) -> None:
        self.out: dict[tuple[str, str], float] = {}

    def let_out(self, network: str, mac: str, ttl_s: float) -> None:
        """Open it."""
        self.out[network, mac] = ttl_s

    def shut_out(self, network: str, mac: str) -> None:
        """Close it."""
        self.out.pop((network, mac), None)

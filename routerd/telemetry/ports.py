"""What telemetry needs of others: the uplink's counters and state, and who is here. Fulfilled by `kernel.uplink` and in `app`."""

from collections.abc import Callable, Mapping
from typing import Protocol


class Uplink(Protocol):
    """The interface towards the internet."""

    def close(self) -> None:
        """Give back what it holds; it may be asked again."""
        ...

    def counters(self) -> tuple[int, int] | None:
        """Octets received and sent since the interface was made; None when it is not there."""
        ...

    def carrier(self) -> bool | None:
        """Whether there is a link; None when the interface cannot be asked."""
        ...

    def routed(self) -> bool | None:
        """Whether a default route leads out; None when the kernel cannot be asked."""
        ...


Online = Callable[[], int]
"""How many guests are online; asked every few seconds, so it has to be cheap."""

Pools = Callable[[], Mapping[str, tuple[int, int]]]
"""Network name to addresses leased and addresses there are."""

"""How long each session's device has sent nothing. Decides from the kernel's counts; asked by `firewall.service` at each look.

A count that grew since the last look says: not idle. Looks come every few seconds, so that is how exact it is. A daemon that was
just started has no last look; then the kernel's set `seen`, which notes when a device last began a flow, says since when, unless the
count grows within SETTLE_S (a long download begins no flows). Pure: counts and time are passed in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

SETTLE_S = 60.0
"""How long a device that is met in the middle of its session is watched before `seen` is believed; a phone in a call or a download
sends more often."""


@dataclass(slots=True)
class _Watch:
    octets: int
    since: float | None
    """When it last sent, as far as is known; None: not since the session was opened."""
    met_at: float | None = None
    """When it was met in the middle of its session; None: watched from the beginning, or heard since."""


class Idle:
    """Counts seen at the last look, by session number. Not thread-safe."""

    def __init__(self) -> None:
        self._watched: dict[int, _Watch] = {}

    def opened(self, mark: int, octets: int) -> None:
        """A session was opened whose device has sent `octets` before."""
        self._watched[mark] = _Watch(octets, None)

    def closed(self, marks: Iterable[int]) -> None:
        """Sessions are over."""
        for mark in marks:
            self._watched.pop(mark, None)

    def look(self, mark: int, octets: int, now: float, seen: Callable[[], float | None]) -> float | None:
        """Note a count.

        Args:
            mark: session number.
            octets: sent so far.
            now: monotonic seconds.
            seen: seconds since the device began a flow, None unknown; asked only for a device met in the middle of its session.

        Returns:
            Seconds since it last sent; None when it has sent nothing since the session was opened.
        """
        watch = self._watched.get(mark)
        if watch is None:
            ago = seen()
            watch = self._watched[mark] = _Watch(octets, now if ago is None else now - ago, now)
        elif watch.octets != octets:
            watch.octets, watch.since, watch.met_at = octets, now, None
        if watch.since is None:
            return None
        start = watch.since if watch.met_at is None or now - watch.met_at >= SETTLE_S else max(watch.since, watch.met_at)
        return max(0.0, now - start)

    def keep(self, marks: Iterable[int]) -> None:
        """Forget all others: the kernel no longer holds them."""
        kept = set(marks)
        self._watched = {mark: watch for mark, watch in self._watched.items() if mark in kept}

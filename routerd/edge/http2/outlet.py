"""What waits to be sent on one stream. Pure; `wire` empties it as far as the other side's windows go."""

from collections import deque
from typing import Protocol


class Owner(Protocol):
    """Whose body an outlet sends."""

    def taken(self) -> None:
        """All of it has been handed to the connection, its end included."""
        ...

    def too_full(self) -> None:
        """More waits than should."""
        ...

    def room(self) -> None:
        """More may come."""
        ...


class Outlet:
    """What waits to be sent on one stream, and what was received on it and not yet made room for.

    Args:
        stream: its number.
        owner: whose it is.
        now: when it began, of the loop's clock.

    Attributes:
        octets: waiting.
        ended: nothing more will come.
        progress_at: when some of it went last, or began to wait.
        owed: octets received that the peer has not been given room for again.
        held: no room is given for now.
    """

    __slots__ = ("ended", "full", "held", "octets", "owed", "owner", "pieces", "progress_at", "stream")

    def __init__(self, stream: int, owner: Owner, now: float) -> None:
        self.stream = stream
        self.owner = owner
        self.pieces: deque[bytes] = deque()
        self.octets = 0
        self.ended = False
        self.full = False
        self.progress_at = now
        self.owed = 0
        self.held = False

    def taken(self, most: int) -> bytes:
        """Up to `most` octets of what waits."""
        piece = self.pieces.popleft()
        while self.pieces and len(piece) + len(self.pieces[0]) <= most:
            piece += self.pieces.popleft()
        if len(piece) > most:
            self.pieces.appendleft(piece[most:])
            piece = piece[:most]
        self.octets -= len(piece)
        return piece

"""The slider puzzle: a piece that has to be moved over the gap it was cut from. For browsers without JavaScript, and for sign-in pages.

Each puzzle is for one try and a short time. Those that are open are kept in bounded memory: at the limit the oldest gives way. It holds
up whoever writes a program in an afternoon, not whoever looks at pictures with one; that is why the proof of work comes first.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from routerd.cc import picture
from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import Limited

OPEN_MOST = 2_048
"""Puzzles that wait for an answer; each is 100 octets, its pictures are not kept."""
OPEN_S = 180
"""Seconds for an answer."""
TOLERANCE = 0.03
"""Of the way that the piece can move: 8 pixels."""
PUZZLES_MOST, PUZZLES_S = 12, 60
"""Puzzles that one client gets in so many seconds: five would do for anybody who tries."""
CLIENTS_MOST = 4_096
"""Clients whose puzzles are counted; at the limit those that asked the longest ago are forgotten."""
FAST_MS = 100
"""Nobody moves a slider faster."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A puzzle as it is shown.

    Attributes:
        id: names it in the answer.
        background: PNG with the gap.
        piece: PNG of the piece.
        top: pixels from the background's upper edge to the gap's.
        width: of the background, pixels.
        height: likewise.
        piece_size: of the piece, pixels each way.
        expires_s: seconds for an answer.
    """

    id: str
    background: bytes
    piece: bytes
    top: int
    width: int = picture.WIDTH
    height: int = picture.HEIGHT
    piece_size: int = picture.PIECE
    expires_s: int = OPEN_S


class Captcha:
    """Puzzles that are open.

    Args:
        clock: for their time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._given: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def challenge(self, client: str) -> Puzzle:
        """A new puzzle for a client.

        Raises:
            Limited: it has had too many of late.
        """
        way = picture.WIDTH - picture.PIECE
        # Never near the start, where the slider stands at first.
        left = int(way * (0.15 + 0.85 * tokens.chance()))
        top = int((picture.HEIGHT - picture.PIECE) * tokens.chance())
        name = tokens.nonce()
        with self._lock:
            self._give(client)
            while len(self._open) >= OPEN_MOST:
                self._open.popitem(last=False)
            self._open[name] = self._clock.monotonic() + OPEN_S, left / way
        background, piece = picture.drawn(left, top)
        return Puzzle(name, background, piece, top)

    def verify(self, challenge_id: str, user_ratio: float, duration_ms: int | None = None) -> bool:
        """Whether the piece was moved to its gap; whatever the answer, the puzzle is used up.

        Args:
            challenge_id: `Puzzle.id`.
            user_ratio: how far it was moved, 0 to 1 of the way that it can move.
            duration_ms: how long that took; None: nobody knows.
        """
        with self._lock:
            until, right = self._open.pop(challenge_id, (0.0, 0.0))
        if until < self._clock.monotonic() or (duration_ms is not None and duration_ms < FAST_MS):
            return False
        return abs(user_ratio - right) <= TOLERANCE

    def _give(self, client: str) -> None:
        now = self._clock.monotonic()
        began, given = self._given.pop(client, (now, 0))
        if now - began >= PUZZLES_S:
            began, given = now, 0
        while len(self._given) >= CLIENTS_MOST:
            self._given.popitem(last=False)
        self._given[client] = began, given + 1
        if given >= PUZZLES_MOST:
            raise Limited("too many puzzles were asked for; wait a little", began + PUZZLES_S - now)

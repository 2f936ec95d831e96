"""Cuts what arrives into whole frames, and stops peers that send many which cost us more than them. Pure; stands in front of h2.

h2 works through all it is given at once, a quarter of a megabyte of nine-octet frames included; from here it gets a slice at a time.
GOAWAY is taken out: h2 regards the connection as ended by it, while RFC 9113 (6.8) lets streams that are open go on.
"""

from routerd.edge.http2.bounds import (
    CHATTER_MOST,
    CHATTER_OCTETS,
    CHATTER_REQUEST,
    CHATTER_S,
    CONTINUATIONS_MOST,
    FRAME_OCTETS,
    RESETS_MOST,
    RESETS_S,
    SLICE_FRAMES,
    SLICE_OCTETS,
    TINY_OCTETS,
)

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 0x1, 0x4

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FRAME_SIZE_ERROR = 0x0, 0x1, 0x2, 0x6
REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM = 0x7, 0x8, 0xB

_FIXED = 9


class Fault(Exception):
    """The peer breaks the protocol or asks too much of us; the connection ends with this code (RFC 9113, 7)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Calm:
    """How much more a peer may chatter.

    Args:
        now: seconds of any clock that does not run backwards.
    """

    __slots__ = ("_at", "_chatter", "_resets")

    def __init__(self, now: float) -> None:
        self._at = now
        self._chatter, self._resets = CHATTER_MOST, RESETS_MOST

    def earn(self, chatter: float) -> None:
        """The peer did, or was sent, something of worth."""
        self._chatter = min(CHATTER_MOST, self._chatter + chatter)

    def later(self, now: float) -> None:
        """Time has passed."""
        passed, self._at = now - self._at, now
        self._chatter = min(CHATTER_MOST, self._chatter + passed * CHATTER_S)
        self._resets = min(RESETS_MOST, self._resets + passed * RESETS_S)

    def frame(self, kind: int, flags: int, length: int) -> None:
        """One frame has come.

        Raises:
            Fault: it is one too many.
        """
        if kind == DATA and (length >= TINY_OCTETS or flags & END_STREAM):
            self.earn(length / CHATTER_OCTETS)
        elif kind == HEADERS:
            self.earn(CHATTER_REQUEST)
        elif kind == RST_STREAM:
            self._resets -= 1
            if self._resets < 0:
                raise Fault(ENHANCE_YOUR_CALM, "too-many-resets")
        elif kind != CONTINUATION:
            self._chatter -= 1
            if self._chatter < 0:
                raise Fault(ENHANCE_YOUR_CALM, "too-many-idle-frames")


class Frames:
    """What has arrived of one connection.

    Args:
        calm: the peer's.
        head_octets: most of one compressed head.
        preface: what the connection has to begin with; handed on as it is.

    Attributes:
        goaway: the last one that came: last stream, error code.
    """

    __slots__ = ("_arrived", "_calm", "_continuations", "_head_left", "_head_octets", "_preface", "goaway")

    def __init__(self, calm: Calm, head_octets: int, preface: bytes = b"") -> None:
        self.goaway: tuple[int, int] | None = None
        self._calm = calm
        self._head_octets = head_octets
        self._preface = preface
        self._arrived = bytearray()
        self._head_left = -1  # octets that the present head may still have; -1: there is none
        self._continuations = 0

    @property
    def in_head(self) -> bool:
        """A head, or the preface, has begun and has not ended."""
        return self._head_left >= 0 or bool(self._preface)

    def add(self, octets: bytes) -> None:
        """More has arrived."""
        self._arrived += octets

    def take(self) -> bytes:
        """The next slice: whole frames; nothing when there is none.

        Raises:
            Fault: the peer goes too far.
        """
        arrived = self._arrived
        begin = self._take_preface()
        if begin < 0:
            return b""
        at, kept = begin, bytearray(arrived[:begin])
        for _ in range(SLICE_FRAMES):
            length = self._whole(at)
            if length < 0 or (at > begin and at + _FIXED + length > SLICE_OCTETS):
                break
            kind, end = arrived[at + 3], at + _FIXED + length
            self._judge(kind, arrived[at + 4], length)
            if kind == GOAWAY:
                self._note(arrived[at:end])
            else:
                kept += arrived[at:end]
            at = end
        del arrived[:at]
        return bytes(kept)

    @property
    def more(self) -> bool:
        """Another whole frame is there."""
        return not self._preface and self._whole(0) >= 0

    def _take_preface(self) -> int:
        """Octets of it to hand on; -1: not all of it is there."""
        preface = self._preface
        if not preface:
            return 0
        if not preface.startswith(self._arrived[: len(preface)]):
            raise Fault(PROTOCOL_ERROR, "no-preface")
        if len(self._arrived) < len(preface):
            return -1
        self._preface = b""
        return len(preface)

    def _whole(self, at: int) -> int:
        """Octets that a frame carries; -1: it is not all there. Its size is judged as soon as it is known."""
        arrived = self._arrived
        if len(arrived) < at + _FIXED:
            return -1
        length = arrived[at] << 16 | arrived[at + 1] << 8 | arrived[at + 2]
        if length > FRAME_OCTETS:
            raise Fault(FRAME_SIZE_ERROR, "long-frame")
        return length if len(arrived) >= at + _FIXED + length else -1

    def _judge(self, kind: int, flags: int, length: int) -> None:
        self._calm.frame(kind, flags, length)
        if kind in {HEADERS, PUSH_PROMISE}:
            self._head_left = self._head_octets
            self._continuations = 0
        elif self._head_left >= 0:
            if kind != CONTINUATION:
                raise Fault(PROTOCOL_ERROR, "frame-within-a-head")
            self._continuations += 1
        else:
            return
        self._head_left -= length
        if self._head_left < 0 or self._continuations > CONTINUATIONS_MOST:
            raise Fault(ENHANCE_YOUR_CALM, "long-head")
        if flags & END_HEADERS:
            self._head_left = -1

    def _note(self, frame: bytearray) -> None:
        if len(frame) < _FIXED + 8:
            raise Fault(FRAME_SIZE_ERROR, "short-goaway")
        if any(frame[5:9]):
            raise Fault(PROTOCOL_ERROR, "goaway-on-a-stream")
        self.goaway = int.from_bytes(frame[9:13]) & 0x7FFFFFFF, int.from_bytes(frame[13:17])


def goaway(last: int, code: int) -> bytes:
    """A GOAWAY frame, for h2 would not let streams go on after one of its own."""
    return b"\0\0\x08\x07\0\0\0\0\0" + last.to_bytes(4) + code.to_bytes(4)

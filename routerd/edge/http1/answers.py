"""Reads an upstream's answers, as strictly as requests are read: one in doubt would desynchronise the connection for whoever is next."""

import re
from functools import lru_cache
from typing import Protocol

from routerd.edge.fields import lines, sort_answer
from routerd.edge.http1.chunked import Chunks
from routerd.edge.http1.lines import VALUE, lone_ends, split_fields
from routerd.edge.limits import INTERIM_MOST, Limits
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: (.*))?", re.DOTALL)

REMEMBERED_OCTETS = 4_096
"""Of an answer's fields, kept for as long as the connection is."""

STATUS_LINE_OCTETS = 1_024
"""Of an answer's first line: its reason is never passed on."""

_IDLE, _HEAD, _LENGTH, _CHUNKED, _CLOSE, _OTHER = range(6)

_BODILESS = frozenset({204, 304})


class Taker(Protocol):
    """Who is told of the answer."""

    def answered(self, answer: Answer) -> None:
        """Its head."""
        ...

    def answer_data(self, octets: bytes) -> None:
        """A piece of its body, or of another protocol after 101."""
        ...

    def answer_ended(self, reusable: bool) -> None:
        """It is complete; `reusable`: the upstream would take another request."""
        ...


class Answers:
    """One connection's reader.

    Attributes:
        begun: octets of the present answer have come.
    """

    __slots__ = (
        "_block",
        "_chunks",
        "_head_only",
        "_held",
        "_interim",
        "_left",
        "_limits",
        "_reusable",
        "_sorted",
        "_state",
        "_switching",
        "_taker",
        "begun",
    )

    def __init__(self, taker: Taker, limits: Limits) -> None:
        self.begun = False
        self._taker = taker
        self._limits = limits
        self._state = _IDLE
        self._held = b""
        self._interim = 0
        self._left = 0
        self._chunks: Chunks | None = None
        self._head_only = self._switching = self._reusable = False
        # A server's fields are often those of its last answer, octet for octet.
        self._block = b""
        self._sorted: Answer | None = None

    def expect(self, method: bytes, *, switching: bool) -> None:
        """A request was sent; `switching`: it asked for another protocol, so that 101 may come."""
        self._state = _HEAD
        self.begun = False
        self._interim = 0
        self._head_only = method == b"HEAD"
        self._switching = switching

    def receive(self, octets: bytes) -> None:
        """Read on.

        Raises:
            Malformed: nothing more can be read from this connection.
        """
        state = self._state
        self.begun = True
        if state == _HEAD:
            self._head(self._held + octets if self._held else octets)
        elif state == _LENGTH:
            self._counted(octets)
        elif state == _CHUNKED:
            self._coded(octets)
        elif state == _IDLE:
            raise Malformed("unasked-answer")
        else:
            self._taker.answer_data(octets)

    def eof(self) -> bool:
        """The upstream sends no more; whether that was the answer's proper end."""
        if self._state != _CLOSE:
            return False
        self._state = _IDLE
        self._taker.answer_ended(False)
        return True

    def _head(self, octets: bytes) -> None:
        while True:
            end = octets.find(b"\r\n\r\n")
            if end < 0 or end > self._limits.head_octets:
                if len(octets) > self._limits.head_octets or lone_ends(octets):
                    raise Malformed("bad-answer-head")
                self._held = octets
                return
            self._held = b""
            line_end = octets.find(b"\r\n")
            if line_end > STATUS_LINE_OCTETS:
                raise Malformed("long-status-line")
            status, modern = _status(octets[:line_end])
            rest = octets[end + 4 :]
            if status >= 200 or (status == 101 and self._switching):
                break
            split_fields(octets[line_end + 2 : end + 2], self._limits.fields)
            self._interim += 1
            if status == 101 or self._interim > INTERIM_MOST:
                raise Malformed("bad-interim-answer")
            octets = rest
            if not octets:
                return
        self._answer(status, modern, octets[line_end + 2 : end + 2], rest)

    def _answer(self, status: int, modern: bool, block: bytes, rest: bytes) -> None:
        if self._sorted is not None and block == self._block:
            known = self._sorted
            answer = Answer(status, known.headers, known.kept, known.length)
            answer.dated, answer.lines = known.dated, known.lines
        else:
            headers = split_fields(block, self._limits.fields)
            kept, length, chunked, close, dated = sort_answer(headers)
            if chunked and not modern:
                raise Malformed("coding-in-1.0")
            answer = Answer(status, tuple(headers), kept, length)
            answer.dated, answer.lines = dated, lines(kept)
            if modern and not close and not chunked and length is not None and len(block) <= REMEMBERED_OCTETS:
                self._block, self._sorted = block, answer
            else:
                self._block, self._sorted = b"", None
            self._reusable = modern and not close
            self._chunks = Chunks() if chunked else None
        answer.bodiless = self._head_only or status in _BODILESS
        self._frame(answer, rest)

    def _frame(self, answer: Answer, rest: bytes) -> None:
        if answer.status == 101:
            self._state = _OTHER
        elif answer.bodiless or answer.length == 0:
            self._chunks = None
            self._taker.answered(answer)
            self._end(rest)
            return
        elif self._chunks is not None:
            self._state = _CHUNKED
        elif answer.length is None:
            self._state = _CLOSE
        else:
            self._state = _LENGTH
            self._left = answer.length
        self._taker.answered(answer)
        if rest:
            self.receive(rest)

    def _counted(self, octets: bytes) -> None:
        left = self._left - len(octets)
        if left > 0:
            self._left = left
            self._taker.answer_data(octets)
            return
        if left < 0:
            self._taker.answer_data(octets[:left])
        else:
            self._taker.answer_data(octets)
        self._end(octets[len(octets) + left :])

    def _coded(self, octets: bytes) -> None:
        assert self._chunks is not None
        body = self._chunks.feed(octets)
        if body:
            self._taker.answer_data(body)
        if self._chunks.ended:
            rest, self._chunks = self._chunks.rest, None
            self._end(rest)

    def _end(self, rest: bytes) -> None:
        """What follows an answer unasked is nobody's: the connection is not used again."""
        self._state = _IDLE
        self._taker.answer_ended(self._reusable and not rest)


@lru_cache(maxsize=256)
def _status(line: bytes) -> tuple[int, bool]:
    """Status, and whether the upstream speaks HTTP/1.1."""
    found = _STATUS.fullmatch(line)
    if found is None or (found[3] and found[3].translate(None, VALUE)):
        raise Malformed("bad-status-line")
    return int(found[2]), found[1] == b"1"

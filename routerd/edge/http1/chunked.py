"""Takes the chunked coding off a body (RFC 9112, 7.1). Pure; extensions and trailers are checked and dropped."""

import re

from routerd.edge.http1.lines import split_fields
from routerd.edge.limits import CHUNK_LINE_OCTETS, TRAILER_OCTETS
from routerd.edge.malformed import Malformed

EXTENSIONS_OCTETS = 16_384
"""Of all extensions of one body: nobody uses them, and their reading is work that brings nothing."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})((?:;%b(?:=(?:%b|\"[\t !#-\[\]-~\x80-\xff]*\"))?)*)" % (_TOKEN, _TOKEN))

_SIZE_LINE, _DATA, _DATA_END, _TRAILER, _ENDED = range(5)


class Chunks:
    """One body's reader.

    Attributes:
        ended: the body is complete.
        rest: what follows it, once it has ended.
    """

    __slots__ = ("_extensions", "_held", "_left", "_state", "ended", "rest")

    def __init__(self) -> None:
        self.ended = False
        self.rest = b""
        self._state = _SIZE_LINE
        self._left = 0
        self._held = b""
        self._extensions = 0

    def feed(self, octets: bytes) -> bytes:
        """Read on.

        Returns:
            The body's octets among them, in one piece; may be empty.

        Raises:
            Malformed: the coding is broken.
        """
        if self._held:
            octets = self._held + octets
            self._held = b""
        pieces: list[bytes] = []
        at = 0
        while at >= 0 and self._state != _ENDED:
            if self._state == _DATA:
                at = self._data(octets, at, pieces)
            elif self._state == _SIZE_LINE:
                at = self._size(octets, at)
            elif self._state == _DATA_END:
                at = self._data_end(octets, at)
            else:
                at = self._trailer(octets, at)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _data(self, octets: bytes, at: int, pieces: list[bytes]) -> int:
        """Each step: where to read on, or -1 when more is needed."""
        piece = octets[at : at + self._left]
        if not piece:
            return -1
        pieces.append(piece)
        self._left -= len(piece)
        if self._left:
            return -1
        self._state = _DATA_END
        return at + len(piece)

    def _size(self, octets: bytes, at: int) -> int:
        end = octets.find(b"\r\n", at, at + CHUNK_LINE_OCTETS + 2)
        if end < 0:
            self._wait(octets[at:], CHUNK_LINE_OCTETS + 1, "bad-chunk-size")
            return -1
        found = _SIZE.fullmatch(octets, at, end)
        if found is None:
            raise Malformed("bad-chunk-size")
        self._extensions += len(found[2])
        if self._extensions > EXTENSIONS_OCTETS:
            raise Malformed("bad-chunk-extensions")
        self._left = int(found[1], 16)
        self._state = _DATA if self._left else _TRAILER
        return end + 2

    def _data_end(self, octets: bytes, at: int) -> int:
        if octets.startswith(b"\r\n", at):
            self._state = _SIZE_LINE
            return at + 2
        if octets[at:] not in {b"", b"\r"}:
            raise Malformed("bad-chunk-end")
        self._held = octets[at:]
        return -1

    def _trailer(self, octets: bytes, at: int) -> int:
        end = at if octets.startswith(b"\r\n", at) else octets.find(b"\r\n\r\n", at, at + TRAILER_OCTETS) + 2
        if end < at + 2 and end != at:
            self._wait(octets[at:], TRAILER_OCTETS, "bad-trailer")
            return -1
        split_fields(octets[at:end], TRAILER_OCTETS)
        self._state = _ENDED
        self.ended = True
        self.rest = octets[end + 2 :]
        return end + 2

    def _wait(self, part: bytes, most: int, reason: str) -> None:
        """Keep a line that has no end yet; a lone LF in it, or too many octets, and it never becomes right."""
        if len(part) > most or b"\n" in part.replace(b"\r\n", b""):
            raise Malformed(reason)
        self._held = part

"""Reads requests from one connection's octets. Pure: what it finds it tells its hearer, one request at a time.

After a request's end nothing is read until `next`: requests that were pipelined wait for the answer to the one before.
"""

from typing import Protocol

from routerd.edge.fields import Sorted, sort
from routerd.edge.http1.chunked import Chunks
from routerd.edge.http1.lines import TOKEN, lone_ends, origin_form, split_fields, split_request
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed
from routerd.edge.message import Request

REMEMBERED_OCTETS = 4_096
"""Of a head's fields, kept for as long as the connection is: a longer one is sorted anew each time."""

_HEAD, _LENGTH, _CHUNKED, _ENDED, _OTHER = range(5)


class Hearer(Protocol):
    """Who is told of requests."""

    def head(self, request: Request, keep: bool) -> None:
        """A request; `keep`: the client would use the connection further."""
        ...

    def body(self, octets: bytes) -> None:
        """A piece of its body, or of another protocol after `Requests.switch`."""
        ...

    def body_ended(self) -> None:
        """Its body is complete; not told when there is none."""
        ...


class Requests:
    """One connection's reader.

    Attributes:
        held: what could not be read yet: a part of a head, or what was pipelined.
    """

    __slots__ = ("_block", "_chunks", "_hearer", "_left", "_limits", "_seen", "_sorted", "_state", "held")

    def __init__(self, hearer: Hearer, limits: Limits) -> None:
        self.held = b""
        self._hearer = hearer
        self._limits = limits
        self._state = _HEAD
        self._left = 0
        self._seen = 0
        self._chunks: Chunks | None = None
        # A client's fields are mostly those of its last request, octet for octet: then nothing is sorted again.
        self._block = b""
        self._sorted: Sorted | None = None

    @property
    def ended(self) -> bool:
        """A request has been read to its end and `next` was not called yet."""
        return self._state == _ENDED

    @property
    def empty(self) -> bool:
        """Nothing of a next request has come."""
        return self._state == _HEAD and not self.held

    def receive(self, octets: bytes) -> None:
        """Read on.

        Raises:
            Malformed: nothing more can be read from this connection.
        """
        state = self._state
        if state == _HEAD:
            if self.held:
                octets = self.held + octets
                self.held = b""
            self._head(octets)
        elif state == _LENGTH:
            self._counted(octets)
        elif state == _CHUNKED:
            self._coded(octets)
        elif state == _ENDED:
            self.held += octets
        else:
            self._hearer.body(octets)

    def next(self) -> bool:
        """Go on to the next request after one that has ended; whether its head was there already.

        Raises:
            Malformed: it was, and is none.
        """
        self._state = _HEAD
        held, self.held, self._seen = self.held, b"", 0
        if held:
            self._head(held)
        return self._state != _HEAD

    def switch(self) -> None:
        """From now on the connection speaks another protocol: octets are told as they come."""
        self._state = _OTHER
        held, self.held = self.held, b""
        if held:
            self._hearer.body(held)

    def _head(self, octets: bytes) -> None:
        end = octets.find(b"\r\n\r\n", self._seen)
        if end < 0 or end > self._limits.head_octets:
            self._wait(octets)
            return
        start = 2 if octets.startswith(b"\r\n") else 0
        line_end = octets.find(b"\r\n", start)
        try:
            request, keep = self._request(octets[start:line_end], octets[line_end + 2 : end + 2])
        except Malformed:
            self.held = octets[: end + 4]
            raise
        rest = octets[end + 4 :]
        self._seen = 0
        self._begin(request, keep, rest)

    def _wait(self, octets: bytes) -> None:
        self.held = octets
        if len(octets) > self._limits.head_octets:
            # A target that fills the head is the longer of the two faults.
            long_line = octets.find(b"\r\n") < 0 or octets.find(b"\r\n") > self._limits.target_octets + 64
            raise Malformed("long-head", 414 if long_line else 431)
        if lone_ends(octets, self._seen):
            raise Malformed("lone-line-end")
        if octets[:1].translate(None, TOKEN + b"\r"):
            # TLS spoken to a plain port, for one: it would never come to an end.
            raise Malformed("bad-request-line")
        self._seen = max(0, len(octets) - 3)

    def _request(self, line: bytes, block: bytes) -> tuple[Request, bool]:
        method, target, protocol = split_request(line, self._limits)
        fields = self._sorted
        if fields is None or block != self._block:
            fields = sort(split_fields(block, self._limits.fields), protocol)
            # The last request's are kept with the version they were sorted for.
            kept = protocol == b"HTTP/1.1" and len(block) <= REMEMBERED_OCTETS
            self._block, self._sorted = (block, fields) if kept else (b"", None)
        elif protocol != b"HTTP/1.1":
            fields = sort(fields.headers, protocol)
        if not target.startswith(b"/"):
            target = origin_form(method, target, fields.authority)
        if self._limits.body_octets and (fields.length or 0) > self._limits.body_octets:
            raise Malformed("long-body", 413)
        request = Request(method, target, protocol, fields.headers, fields.kept, fields.authority, fields.host, fields.length)
        request.lines = fields.lines
        request.expects = fields.expects
        request.upgrade = fields.upgrade
        request.forwarded = fields.forwarded
        return request, not fields.close if protocol == b"HTTP/1.1" else fields.keep_alive and not fields.close

    def _begin(self, request: Request, keep: bool, rest: bytes) -> None:
        length = request.length
        if length == 0:
            self._state = _ENDED
            self.held = rest
            self._hearer.head(request, keep)
            return
        if length is None:
            self._state = _CHUNKED
            self._chunks = Chunks()
            self._left = 0
        else:
            self._state = _LENGTH
            self._left = length
        self._hearer.head(request, keep)
        if rest:
            self.receive(rest)

    def _counted(self, octets: bytes) -> None:
        left = self._left - len(octets)
        if left > 0:
            self._left = left
            self._hearer.body(octets)
            return
        self._state = _ENDED
        if left < 0:
            self.held = octets[left:]
            octets = octets[:left]
        self._hearer.body(octets)
        self._hearer.body_ended()

    def _coded(self, octets: bytes) -> None:
        assert self._chunks is not None
        body = self._chunks.feed(octets)
        self._left += len(body)
        if self._limits.body_octets and self._left > self._limits.body_octets:
            raise Malformed("long-body", 413)
        if body:
            self._hearer.body(body)
        if self._chunks.ended:
            self.held = self._chunks.rest
            self._chunks = None
            self._state = _ENDED
            self._hearer.body_ended()

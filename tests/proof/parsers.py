"""Readers of HTTP/1 requests as upstreams have them: one that takes nothing but what the standard says, and several that guess.

What all of them read alike is not ambiguous.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Unreadable(Exception):
    """A reader gives up; it would answer 400 and close."""


class Unfinished(Exception):
    """More has to come."""


class Seen(NamedTuple):
    """A request as a reader took it."""

    method: bytes
    target: bytes
    body: bytes


@dataclass(frozen=True)
class Reader:
    """How a server reads.

    Attributes:
        name: of the way.
        line_end: pattern of what ends a line.
        fold: lines that begin with a blank belong to the one before.
        trim: what is taken off the ends of names and values.
        coded: whether a Transfer-Encoding's value means chunks.
        length_first: Content-Length counts where both are given.
        last: the last of several lengths counts.
        digits: pattern of a length's beginning.
        size: pattern of a chunk size's line.
        strict: what does not fit is refused rather than passed over.
    """

    name: str
    line_end: bytes = rb"\r\n"
    fold: bool = False
    trim: bytes = b" \t"
    coded: Callable[[bytes], bool] = lambda value: value.lower() == b"chunked"
    length_first: bool = False
    last: bool = False
    digits: bytes = rb"[0-9]+\Z"
    size: bytes = rb"([0-9A-Fa-f]+)(?:;[^\r\n]*)?\Z"
    strict: bool = False


def _somewhere(value: bytes) -> bool:
    return b"chunked" in value.lower()


def _last_of_list(value: bytes) -> bool:
    return value.lower().rpartition(b",")[2].strip() == b"chunked"


LAX = rb"(?>\r?\n)"
BLANKS = b" \t\x0b\x0c\x00\r"
READERS: Sequence[Reader] = (
    Reader("strict", strict=True),
    Reader("lines end in LF, too", LAX, fold=True, trim=BLANKS),
    Reader("lines end in CR, too", rb"(?>\r\n?|\n)", fold=True, trim=BLANKS),
    Reader("the word chunked anywhere", LAX, trim=BLANKS, coded=_somewhere),
    Reader("the last coding of a list", LAX, trim=BLANKS, coded=_last_of_list),
    Reader("the length counts", LAX, trim=BLANKS, length_first=True),
    Reader("the last length counts", trim=BLANKS, length_first=True, last=True, digits=rb"[+]?[0-9]+"),
    Reader("numbers as C reads them", LAX, trim=BLANKS, digits=rb"\s*[+]?[0-9]+", size=rb"\s*(?:0x)?([0-9A-Fa-f]+)"),
)


def requests(reader: Reader, octets: bytes) -> tuple[list[Seen], bool]:
    """All that a reader takes from a connection, and whether that is all there is; it ends where it gives up or needs more."""
    found: list[Seen] = []
    while octets:
        try:
            seen, octets = _one(reader, octets)
        except (Unreadable, Unfinished):
            return found, False
        found.append(seen)
    return found, True


def _one(reader: Reader, octets: bytes) -> tuple[Seen, bytes]:
    end = re.search(reader.line_end + reader.line_end, octets)
    if end is None:
        raise Unfinished
    lines = re.split(reader.line_end, octets[: end.start()])
    rest = octets[end.end() :]
    words = lines[0].split(b" ") if reader.strict else lines[0].split()
    if len(words) != 3 or (reader.strict and re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", octets[: end.start()].replace(b"\r\n", b""))):
        raise Unreadable
    fields = list(_fields(reader, lines[1:]))
    body, rest = _body(reader, fields, rest)
    return Seen(words[0], words[1], body), rest


def _fields(reader: Reader, lines: list[bytes]):
    joined: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if reader.strict:
                raise Unreadable
            if reader.fold and joined:
                joined[-1] += line
                continue
        joined.append(line)
    for line in joined:
        name, colon, value = line.partition(b":")
        if reader.strict and (not colon or not re.fullmatch(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", name)):
            raise Unreadable
        yield (name if reader.strict else name.strip(reader.trim)).lower(), value.strip(reader.trim)


def _body(reader: Reader, fields: list[tuple[bytes, bytes]], rest: bytes) -> tuple[bytes, bytes]:
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    lengths = [value for name, value in fields if name == b"content-length"]
    if reader.strict and (len(codings) > 1 or len(set(lengths)) > 1 or (codings and lengths)):
        raise Unreadable
    coded = any(map(reader.coded, codings))
    if reader.strict and codings and not coded:
        raise Unreadable
    if coded and not (reader.length_first and lengths):
        return _chunks(reader, rest)
    if not lengths:
        return b"", rest
    found = re.match(reader.digits, lengths[-1 if reader.last else 0])
    if found is None:
        if reader.strict:
            raise Unreadable
        return b"", rest
    length = int(found[0])
    if len(rest) < length:
        raise Unfinished
    return rest[:length], rest[length:]


def _chunks(reader: Reader, rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        end = re.search(reader.line_end, rest)
        if end is None:
            raise Unfinished
        found = re.match(reader.size, rest[: end.start()])
        if found is None:
            raise Unreadable
        length = int(found[1], 16)
        rest = rest[end.end() :]
        if not length:
            return body, _past_trailer(reader, rest)
        if len(rest) < length + 2:
            raise Unfinished
        body += rest[:length]
        after = re.match(reader.line_end, rest[length:])
        if after is None:
            raise Unreadable
        rest = rest[length + after.end() :]


def _past_trailer(reader: Reader, rest: bytes) -> bytes:
    end = re.match(reader.line_end, rest) or re.search(reader.line_end + reader.line_end, rest)
    if end is None:
        raise Unfinished
    return rest[end.end() :]

"""What is fuzzed, and what must hold of whatever comes out. Each target takes octets and raises when something is wrong."""

import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

from routerd.edge.http1.requests import Requests
from routerd.edge.limits import Limits as EdgeLimits
from routerd.edge.malformed import Malformed
from routerd.edge.message import Request as EdgeRequest
from routerd.waf.bodies.body import Limits, Parsed
from routerd.waf.bodies.catalogue import parse
from routerd.waf.engine import RuleSet
from routerd.waf.loading import load
from routerd.waf.place import Fault
from routerd.waf.regex.pattern import Pattern
from routerd.waf.regex.reader import PatternFault
from routerd.waf.request import Request, Response
from routerd.waf.rules import Setting
from routerd.waf.seclang.parser import parse as rules_of
from routerd.waf.seclang.printer import printed
from routerd.waf.transformations.catalogue import CATALOGUE
from tests.proof.parsers import READERS, Seen, requests

NOW = 1_790_000_000.0
LIMITS = Limits(arguments=50, depth=20, attributes=50, files=5)
REGEX_VALUE_OCTETS = 14
BOUNDARY = b"multipart/form-data; boundary=bnd"


class _Heard:
    """What a reader of requests has told."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.reader = Requests(self, EdgeLimits())
        self.refused = ""
        self._open: tuple[bytes, bytes, list[bytes]] | None = None

    def head(self, request: EdgeRequest, keep: bool) -> None:
        if request.length == 0:
            self.seen.append(Seen(request.method, request.target, b""))
        else:
            self._open = (request.method, request.target, [])

    def body(self, octets: bytes) -> None:
        assert self._open is not None
        self._open[2].append(octets)

    def body_ended(self) -> None:
        assert self._open is not None
        method, target, pieces = self._open
        self.seen.append(Seen(method, target, b"".join(pieces)))

    def feed(self, pieces: list[bytes]) -> "_Heard":
        try:
            for piece in pieces:
                self.reader.receive(piece)
                while self.reader.ended and self.reader.next():
                    pass
        except Malformed as error:
            self.refused = error.reason
        return self


def http(octets: bytes) -> None:
    """However a connection's octets are cut, the same requests are read; and no others than the strict reader takes."""
    cut, stream = octets[:4], octets[4:]
    whole = _Heard().feed([stream])
    places = sorted({place % (len(stream) + 1) for place in cut} | {0, len(stream)})
    parts = _Heard().feed([stream[low:high] for low, high in pairwise(places)])
    assert whole.seen == parts.seen, (whole.seen, parts.seen)
    assert bool(whole.refused) == bool(parts.refused), (whole.refused, parts.refused)
    strict = [_plain(seen) for seen in requests(READERS[0], stream)[0]]
    mine = [_plain(seen) for seen in whole.seen]
    assert mine == strict[: len(mine)] or stream.startswith(b"\r\n") or _lenient(stream), (mine, strict)


def _plain(seen: Seen) -> tuple[bytes, bytes]:
    """Without the target, which the edge takes out of the absolute form."""
    return seen.method, seen.body


def _lenient(stream: bytes) -> bool:
    """Empty lines between requests are passed over (RFC 9112, 2.2), and the strict reader of the tests does not know them."""
    return b"\r\n\r\n\r\n" in stream


def _body(processor: str, octets: bytes, kind: bytes = b"") -> Parsed:
    found = parse(processor, octets, kind, LIMITS)
    assert len(found.args) <= LIMITS.arguments + 1, len(found.args)
    assert len(found.files) <= LIMITS.files + 1, len(found.files)
    assert sum(len(name) + len(value) for name, value in found.args) <= 8 * len(octets) + 65_536
    assert sum(len(file.content) for file in found.files) <= len(octets)
    return found


def urlencoded(octets: bytes) -> None:
    """Never raises, never makes more of a body than there is."""
    _body("URLENCODED", octets)


def multipart(octets: bytes) -> None:
    """The same, for parts; with a boundary that is known, and with one of the fuzzer's own."""
    _body("MULTIPART", octets, BOUNDARY)
    head, _, rest = octets.partition(b"\n")
    _body("MULTIPART", rest, b"multipart/form-data; boundary=" + head)


def json_(octets: bytes) -> None:
    """The same, for JSON; what Python reads within the limits is read, and what it does not is an error."""
    found = _body("JSON", octets)
    try:
        told = json.loads(octets.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        return
    if not found.error:
        assert len(found.args) == _leaves(told), (found.args, told)


def _refuse(word: str) -> None:
    raise ValueError(word)


def _members(pairs: list[tuple[str, object]]) -> list[object]:
    """A name that comes twice is seen twice, for nobody knows which of them a program takes."""
    return [value for _, value in pairs]


def _leaves(told: object) -> int:
    return sum(map(_leaves, told)) if isinstance(told, list) else 1


def xml(octets: bytes) -> None:
    """The same, for XML: no entity is made into more."""
    found = _body("XML", octets)
    if found.xml is not None:
        assert len(found.xml.text) <= 4 * len(octets)
        assert len(found.xml.attributes) <= LIMITS.attributes + 1


def seclang(octets: bytes) -> None:
    """Text is read or faulted; what was read is printed so that it is read to the same again."""
    text = octets.decode("utf-8", "replace")
    try:
        source = rules_of(text)
    except Fault:
        return
    again = "".join(map(printed, source.entries))
    # Places differ, and so does what is left out of a setting's spelling.
    assert len(rules_of(again).entries) == len(source.entries)
    assert "".join(map(printed, rules_of(again).entries)) == again, (
        text,
        again,
        [each for each in source.entries if isinstance(each, Setting)],
    )


def regex(octets: bytes) -> None:
    """A pattern is read or faulted; RE2 and Python's `re` say the same of a value."""
    pattern, _, value = octets.partition(b"\n")
    # `re` goes back and forth: the time it takes may double with each octet.
    value = value[:REGEX_VALUE_OCTETS]
    text = pattern.decode("utf-8", "surrogateescape")
    try:
        quick, plain = Pattern(text), Pattern(text, linear=False)
    except PatternFault:
        return
    one, other = quick.search(value), plain.search(value)
    assert (one is None) == (other is None), (text, value)


def transformations(octets: bytes) -> None:
    """None raises, none makes a value much longer, and none changes one that holds nothing that would trigger it."""
    for each in CATALOGUE:
        made = each.function(octets)
        assert len(made) <= 8 * len(octets) + 512, each.name
        if each.triggers is not None and not each.triggers.search(octets):
            assert made == octets, each.name


@cache
def _rules() -> RuleSet:
    found, faults = load([Path("builtin")])
    assert found is not None, faults
    return found


_KINDS = (b"application/x-www-form-urlencoded", b"application/json", b"text/xml", BOUNDARY, b"text/plain", b"")


def engine(octets: bytes) -> None:
    """No request makes our own rules raise, in any phase, and judging it twice comes to the same."""
    choice, rest = octets[:1], octets[1:]
    target, _, rest = rest.partition(b"\n")
    value, _, body = rest.partition(b"\n")
    kind = _KINDS[choice[0] % len(_KINDS)] if choice else b""
    request = Request(
        b"POST", b"/" + target, headers=((b"Host", b"x"), (b"Cookie", value), (b"User-Agent", value), (b"Content-Type", kind))
    )
    assert _judged(request, body) == _judged(request, body)


def _judged(request: Request, body: bytes) -> list[int]:
    transaction = _rules().begin(request, NOW)
    response = Response(200, headers=((b"Content-Type", b"text/html"),))
    if transaction.headers() is None and transaction.body(body) is None and transaction.response_headers(response) is None:
        transaction.response_body(body)
    transaction.log()
    return [match.rule for match in transaction.matches]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "http": http,
    "urlencoded": urlencoded,
    "multipart": multipart,
    "json": json_,
    "xml": xml,
    "seclang": seclang,
    "regex": regex,
    "transformations": transformations,
    "engine": engine,
}

"""All that is known of one request while rules look at it. The transaction fills it, variables read it, actions change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routerd.waf import cookies
from routerd.waf.bodies.body import Limits, Parsed
from routerd.waf.bodies.catalogue import chosen
from routerd.waf.bodies.urlencoded import invalid, split
from routerd.waf.collections import Bag, Members
from routerd.waf.persistent import Collections, Memory
from routerd.waf.request import Request, Response
from routerd.waf.settings import Mode, Settings
from routerd.waf.uri import Uri

if TYPE_CHECKING:
    from routerd.waf.link import Link
    from routerd.waf.selection import Chooser

NO_SEVERITY = 255
"""HIGHEST_SEVERITY as long as no rule with a severity has matched."""


@dataclass(frozen=True, slots=True, eq=False)
class Removal:
    """Rules, or variables of rules, that ``ctl`` takes out for the rest of a request.

    Attributes:
        rules: which rules.
        collection: empty when whole rules go, otherwise the variable that they no longer look at.
        gone: which members of it; None when whole rules go.
    """

    rules: Callable[["Link"], bool]
    collection: str = ""
    gone: "Chooser | None" = None


@dataclass(slots=True)
class State:
    """What is known of a request; see the variables for what each becomes."""

    request: Request
    settings: Settings
    now: float
    unique_id: bytes
    uri: Uri
    mode: Mode
    collections: Collections = field(default_factory=Memory)
    began: float = 0.0
    fields: Mapping[bytes, Members] = field(default_factory=dict)
    """Header fields of the request by their names in lower case."""
    response: Response | None = None
    # arguments and body
    args_get: Members = ()
    cookies: Members = ()
    body: bytes | None = None
    parsed: Parsed = field(default_factory=Parsed)
    processor: bytes = b""
    body_forced: bool = False
    body_hidden: bool = False
    """Whether REQUEST_BODY is empty although there is a body; decided when it is taken apart, so that it is the same for all of a phase."""
    body_access: bool = True
    response_access: bool = False
    urlencoded_error: bool = False
    body_error: str = ""
    inbound_data_error: bool = False
    outbound_data_error: bool = False
    response_body: bytes = b""
    # what rules have made of it
    tx: Bag = field(default_factory=Bag)
    env: Bag = field(default_factory=Bag)
    geo: Bag = field(default_factory=Bag)
    opened: dict[str, bytes] = field(default_factory=dict)
    """Keys of the persistent collections that are open, by kind."""
    user: bytes = b""
    session: bytes = b""
    matched: list[tuple[bytes, bytes]] = field(default_factory=list)
    matched_name: bytes = b""
    matched_value: bytes = b""
    highest_severity: int = NO_SEVERITY
    rule: "Link | None" = None
    audit: str = ""
    removals: list[Removal] = field(default_factory=list)
    limits_exceeded: bool = False

    def kept(self, kind: str) -> Members:
        """Members of a persistent collection; none when it has not been opened."""
        key = self.opened.get(kind)
        return () if key is None else self.collections.members(kind, key, self.now)


def begun(request: Request, settings: Settings, uri: Uri, now: float, unique_id: bytes) -> State:
    """The state at the beginning of a request."""
    query = uri.query or b""
    pairs, more = split(query, Limits(arguments=settings.arguments_most, separator=settings.separator))
    fields = _by_name(request.headers)
    crumbs = [pair for _, value in fields.get(b"cookie", ()) for pair in cookies.parse(value)]
    content_type = fields.get(b"content-type")
    return State(
        request=request,
        settings=settings,
        now=now,
        began=now,
        unique_id=unique_id,
        uri=uri,
        mode=settings.mode,
        args_get=pairs,
        cookies=crumbs,
        body_access=settings.body_access,
        response_access=settings.response_access,
        urlencoded_error=invalid(query),
        limits_exceeded=more,
        audit=settings.audit,
        processor=chosen(content_type[0][1]).encode() if content_type else b"",
        fields=fields,
    )


def _by_name(headers: Members) -> dict[bytes, list[tuple[bytes, bytes]]]:
    found: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for member in headers:
        found.setdefault(member[0].lower(), []).append(member)
    return found

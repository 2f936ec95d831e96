"""What the defence asks of the protections beside the rule sets; each is fulfilled structurally, and handed in by `app`.

All of them are asked on the edge's loop for every request: none may wait, and none may raise because of what a request holds.
"""

from collections.abc import Sequence
from typing import Protocol

from routerd.attacks.model import Attack

Fields = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order of their coming."""


class Head(Protocol):
    """The head of a request as the edge read it: `edge.head.Head`."""

    @property
    def method(self) -> bytes: ...

    @property
    def target(self) -> bytes:
        """As it came, in origin form."""
        ...

    @property
    def protocol(self) -> bytes: ...

    @property
    def headers(self) -> Fields:
        """Names as they came: in any case over HTTP/1, lower over HTTP/2."""
        ...

    @property
    def client(self) -> bytes:
        """The address of the client as text, once trusted proxies are taken off."""
        ...

    @property
    def client_port(self) -> int: ...

    @property
    def server(self) -> bytes: ...

    @property
    def server_port(self) -> int: ...

    @property
    def scheme(self) -> bytes:
        """``http`` or ``https``."""
        ...

    @property
    def host(self) -> bytes:
        """Lower case, without the port."""
        ...


class Ruling(Protocol):
    """A rule of a protection has something to say about a request.

    Attributes of whatever fulfils it:
        action: ``allow`` (nothing further looks at the request), ``block`` or ``challenge``.
        rule_id: as logs show it, such as ``acl_15``.
        rule_name: likewise, such as ``[scan-guard] scan-guard: 30x 4xx / 10s``.
        attack_type: a word for groups of the log, such as ``acl`` or ``cc``.
        variable: what of the request it went by, such as ``REQUEST_HEADERS:User-Agent``; empty when nothing in particular.
    """

    @property
    def action(self) -> str: ...

    @property
    def rule_id(self) -> str: ...

    @property
    def rule_name(self) -> str: ...

    @property
    def attack_type(self) -> str: ...

    @property
    def variable(self) -> str: ...


class Page(Protocol):
    """An answer that a protection gives itself, such as a challenge or what its solution gets."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Fields: ...

    @property
    def body(self) -> bytes: ...


class Bans(Protocol):
    """Who is kept out for a while: asked first."""

    def banned(self, client: bytes) -> Ruling | None:
        """The ban that holds for an address, if one does."""
        ...


class Lists(Protocol):
    """Access lists: asked second. Allow lets a request past everything but its bans."""

    def judge(self, head: Head) -> Ruling | None:
        """The first rule that fits; those that allow come before those that block."""
        ...


class Counters(Protocol):
    """How often a client asks: asked third."""

    def seen(self, head: Head) -> Ruling | None:
        """Count a request; the rule that it went over, unless the client has passed its challenge."""
        ...

    def answered(self, head: Head) -> Page | None:
        """What the challenge's own paths answer; None for every other path."""
        ...

    def challenge(self, head: Head, ruling: Ruling) -> Page:
        """The page that a client has to get past."""
        ...


class Conditions(Protocol):
    """Custom rules: asked fourth."""

    @property
    def body_wanted(self) -> bool:
        """Whether some rule looks at bodies."""
        ...

    def judge(self, head: Head) -> Ruling | None:
        """The first rule that fits, of those that need no body."""
        ...

    def judge_body(self, head: Head, body: bytes) -> Ruling | None:
        """Likewise of those that look at bodies; asked with what was read of it, once it is there."""
        ...


class Errors(Protocol):
    """Who asks for what is not there, again and again: told last."""

    def seen(self, client: bytes, status: int) -> None:
        """A client was answered with this status."""
        ...


class Keeper(Protocol):
    """Where the attack log is kept: `attacks.service.Attacks`. It is called from the journal's own thread."""

    def keep(self, attacks: Sequence[Attack]) -> None:
        """Write them down, at once.

        Raises:
            Unavailable: the store does not take them.
        """
        ...

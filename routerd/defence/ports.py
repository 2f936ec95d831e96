"""What the defence asks of the protections beside the rule sets; each is fulfilled structurally, and handed in by `app`.

All of them are asked on the edge's loop for every request: none may wait, and none may raise because of what a request holds.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from routerd.attacks.model import Attack, Filter
from routerd.core.ruling import Ruling
from routerd.defence.model import Judged
from routerd.edge.head import Fields, Head


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

    def seen(self, client: bytes, status: int, *, direct: bool = True) -> None:
        """A client was answered with this status; `direct`: it is the TCP peer itself."""
        ...


class Countries(Protocol):
    """Which country an address is in, by a database that the owner gives: `geo.service.Countries`."""

    def members(self, client: bytes) -> Mapping[bytes, bytes] | None:
        """Members of GEO, such as COUNTRY_CODE; None when nobody knows."""
        ...


class Notes(Protocol):
    """Where requests are noted: `journal.Journal`."""

    def noted(self, judged: Judged) -> None:
        """Take note of a request; returns at once, whatever happens to the note."""
        ...


class Keeper(Protocol):
    """Where the attack log is kept: `attacks.service.Attacks`. It is called from the journal's own thread."""

    def keep(self, attacks: Sequence[Attack]) -> None:
        """Write them down, at once.

        Raises:
            Unavailable: the store does not take them.
        """
        ...


class Recorded(Protocol):
    """The attack log as suggestions go by it: `attacks.service.Attacks`."""

    def recent(self, wanted: Filter, most: int) -> list[Attack]:
        """The newest entries, the newest first."""
        ...

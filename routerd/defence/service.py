"""The guard of every site: asks the protections in their order, then the site's rule set, and notes what there is to note.

Fulfils `edge.ports.Guard`. The order: bans, access lists (what these allow passes everything else), counters, custom rules, the
rule set's phases 1 to 5; at the end errors are counted. A site in detect mode refuses nothing and notes what it would have refused;
a site in mode off has no rule set, and its protections hold all the same. It runs on the edge's loop and never waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.ruling import Ruling
from routerd.defence import pages
from routerd.defence.model import Judged, Post
from routerd.defence.ports import Bans, Conditions, Counters, Errors, Lists, Notes
from routerd.defence.visit import Allowed, Visit
from routerd.edge.head import Head
from routerd.edge.ports import Refusal

if TYPE_CHECKING:
    from routerd.defence.judging import Judging
    from routerd.defence.rulesets import RuleSets

_ALLOWED = Allowed()
_BLOCKED = 403
_SLOWED = 429
_STANDARD = Post()


@dataclass(frozen=True, slots=True)
class Desk:
    """What the defence works with; a protection that is None is not there."""

    clock: Clock
    journal: Notes
    bans: Bans | None = None
    lists: Lists | None = None
    counters: Counters | None = None
    conditions: Conditions | None = None
    errors: Errors | None = None


class Defence:
    """The guard.

    Args:
        desk: protections and journal.
        rules: rule sets; None: none is loaded, and the engine neither.
    """

    def __init__(self, desk: Desk, rules: "RuleSets | None" = None) -> None:
        self._desk = desk
        self._rules = rules
        self._posts: Mapping[str, Post] = {}
        self._numbers = count(1)
        self._prefix = tokens.key_octets(4).hex()
        self._judging = _judging() if rules is not None else None

    def use(self, posts: Mapping[str, Post]) -> None:
        """Guard sites like this from now on; requests that have begun go on as they began.

        Args:
            posts: by the name of their site; one that is not among them is guarded as `Post` says by itself.
        """
        self._posts = dict(posts)

    def modes(self, modes: Mapping[str, str]) -> None:
        """The same, of sites that have nothing but a mode."""
        self.use({site: Post(mode) for site, mode in modes.items()})

    def begin(self, head: Head, site: str) -> "Visit | Allowed | Refusal":
        """Take a request on, or refuse it at once."""
        desk = self._desk
        post = self._posts.get(site, _STANDARD)
        at, request_id = desk.clock.now(), f"{self._prefix}{next(self._numbers):08x}"
        ruling = self._ruling(head)
        if ruling is not None and not isinstance(ruling, Refusal):
            if ruling.action == "allow":
                return _ALLOWED
            if post.mode != "detect":
                return self._turned_away(head, site, at, request_id, ruling)
        elif ruling is not None:
            return ruling
        if self._judging is None or self._rules is None or post.mode == "off":
            return Visit(desk, head, site, post, at, request_id, ruling)
        loaded = self._rules.current(post.variant)
        if loaded is None:
            return pages.unready(head.headers)
        return self._judging(loaded, desk, head, site, post, at, request_id, ruling)

    def malformed(self, head: Head, reason: str) -> None:
        """Note a request that the edge refuses because it cannot be read; rules say what they think of the rest of it."""
        desk = self._desk
        at, request_id = desk.clock.now(), f"{self._prefix}{next(self._numbers):08x}"
        loaded = self._rules.current(_STANDARD.variant) if self._rules is not None else None
        if loaded is not None and self._judging is not None:
            self._judging(loaded, desk, head, "", _STANDARD, at, request_id).malformed(reason)
        else:
            desk.journal.noted(Judged(head, "", at, request_id, "block", 400, reason=reason))
        if desk.errors is not None and head.client:
            desk.errors.seen(head.client, 400, direct=head.peer == head.client)

    def _ruling(self, head: Head) -> Ruling | Refusal | None:
        """What the protections say; a Refusal when one of them answers itself."""
        desk = self._desk
        ruling = desk.bans.banned(head.client) if desk.bans is not None else None
        if ruling is None and desk.lists is not None:
            ruling = desk.lists.judge(head)
        if ruling is not None:
            return ruling
        if desk.counters is not None:
            page = desk.counters.answered(head)
            if page is not None:
                return Refusal(page.status, page.headers, page.body)
            ruling = desk.counters.seen(head)
        if ruling is None and desk.conditions is not None:
            ruling = desk.conditions.judge(head)
        return ruling

    def _turned_away(self, head: Head, site: str, at: float, request_id: str, ruling: Ruling) -> Refusal:
        desk = self._desk
        if ruling.action == "challenge" and desk.counters is not None:
            page = desk.counters.challenge(head, ruling)
            desk.journal.noted(Judged(head, site, at, request_id, "challenge", page.status, ruling))
            return Refusal(page.status, page.headers, page.body)
        status = _SLOWED if ruling.attack_type == "cc" else _BLOCKED
        desk.journal.noted(Judged(head, site, at, request_id, "block", status, ruling))
        if ruling.attack_type == "custom" and desk.errors is not None:
            # As what the rule set refuses: it says something about the client. Lists and bans keep theirs out already.
            desk.errors.seen(head.client, status, direct=head.peer == head.client)
        return pages.refused(status, request_id, head.headers)


def _judging() -> "type[Judging]":
    from routerd.defence.judging import Judging  # noqa: PLC0415 - without rules the engine is not loaded

    return Judging

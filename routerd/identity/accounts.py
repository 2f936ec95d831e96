"""Accounts: everything about people on the admin page in one value, made from what it stands on. `app` makes it; doors use its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput
from routerd.identity.actor import Actor
from routerd.identity.audit import Audit
from routerd.identity.entry import Entry, Limits
from routerd.identity.factors import Box, Factors
from routerd.identity.familiar import Familiar
from routerd.identity.hashing import Hasher
from routerd.identity.model import Person, checked_password
from routerd.identity.own import Own
from routerd.identity.people import People
from routerd.identity.ports import Attempts
from routerd.identity.service import ApiAccess
from routerd.identity.setup import Network, Setup
from routerd.identity.signins import Signins
from routerd.identity.standing import StaffSessions, Standing
from routerd.store.database import Store

RESET_LENGTH = 16
"""Characters of a password that `routerd admin reset-password` makes: 79 bits."""

CONSOLE = Actor("root", "root", "console")
"""Who changes something with the command line: only root can."""


class Counters(Protocol):
    """Makes counts of guesses; `web.limits.Attempts` with a clock."""

    def __call__(self, most: int, window_s: float, pause_s: float, pause_s_most: float) -> Attempts: ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """People, and how they get in."""

    store: Store
    audit: Audit
    people: People
    sessions: StaffSessions
    entry: Entry
    own: Own
    factors: Factors
    signins: Signins
    setup: Setup
    familiar: Familiar

    def who(self, token: str) -> tuple[Standing, Person] | None:
        """Who holds a session's cookie; None when nobody does (any more)."""
        standing = self.sessions.find(token)
        person = self.people.get(standing.person) if standing else None
        return (standing, person) if standing and person else None

    def reset_password(self, name: str, *, without_code: bool) -> str:
        """Give an account a random password, for an owner who has forgotten theirs and has root on the box.

        Args:
            name: of the account.
            without_code: turn its second factor off as well.

        Returns:
            The password; it is kept nowhere.

        Raises:
            NotFound: there is no such account.
        """
        person = self.people.named(name)
        password = tokens.readable(RESET_LENGTH)
        kept = self.people.hashed(password)

        def work() -> str:
            self.people.keep_password(person.id, kept, CONSOLE)
            self.familiar.forget(person.id)
            if without_code:
                self.factors.off(person.id, CONSOLE)
            return password

        return self.store.write(work)

    def change(self, number: int, wanted: Mapping[str, Any], actor: Actor) -> Person:
        """Change somebody's account, all or nothing; each change ends its sessions.

        Args:
            number: of the account.
            wanted: `role`; `password`; `totp` false: no second factor any more; `sessions` false: end them.
            actor: who does it.

        Raises:
            NotFound: there is no such account.
            BadInput: a value will not do.
            Conflict: it is the last owner.
        """
        for name in ("totp", "sessions"):
            if wanted.get(name, False) is not False:
                raise BadInput(f"{name}: expected false; only its holder can turn it on")
        name = self.people.there(number).name
        kept = self.people.hashed(checked_password(wanted["password"], name)) if "password" in wanted else ""

        def work() -> Person:
            if "role" in wanted:
                self.people.set_role(number, wanted["role"], actor)
            if kept:
                self.people.keep_password(number, kept, actor)
            if "totp" in wanted:
                self.factors.off(number, actor)
                self.sessions.end_all(number)
            if "sessions" in wanted:
                self.sessions.end_all(number)
                self.audit.note(actor, "person.sessions", name, None, {"ended": True})
            return self.people.there(number)

        return self.store.write(work)

    def end_session(self, number: int, which: str, actor: Actor) -> None:
        """End one of somebody's own sessions.

        Raises:
            NotFound: there is no such session.
        """

        def work() -> None:
            self.sessions.end_one(number, which)
            self.audit.note(actor, "session.end", which)

        self.store.write(work)

    def prune(self) -> None:
        """Bring sessions and the log of sign-ins within their bounds."""
        self.sessions.prune()
        self.signins.prune()


def furnish(
    store: Store,
    clock: Clock,
    box: Box,
    audit: Audit,
    access: ApiAccess,
    counters: Counters,
    trusted: Sequence[Network] = (),
) -> Accounts:
    """Make them.

    Args:
        store: where everything is kept.
        clock: dates and limits.
        box: seals second factors.
        audit: the trail.
        access: switched off at the setup.
        counters: makes counts of guesses.
        trusted: networks from which the setup needs no code.
    """
    hasher = Hasher()
    sessions = StaffSessions(store, clock)
    people = People(store, clock, hasher, sessions, audit)
    factors = Factors(store, clock, box, audit)
    signins = Signins(store, clock)
    familiar = Familiar(store, clock)
    limits = Limits(
        place=counters(most=5, window_s=900, pause_s=15, pause_s_most=3600),
        account=counters(most=20, window_s=900, pause_s=5, pause_s_most=60),
        familiar=counters(most=10, window_s=900, pause_s=15, pause_s_most=900),
    )
    entry = Entry(store, clock, hasher, limits, factors, sessions, signins, familiar)
    own = Own(store, entry, people, factors, familiar, sessions, limits.familiar)
    setup_codes = counters(most=5, window_s=900, pause_s=30, pause_s_most=3600)
    setup = Setup(store, clock, hasher, people, entry, signins, access, setup_codes, trusted)
    return Accounts(store, audit, people, sessions, entry, own, factors, signins, setup, familiar)

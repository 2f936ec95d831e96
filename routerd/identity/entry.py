"""Signing in and out, and giving the password again.

Nobody learns from the answer, nor from how long it takes, whether an account exists. Guesses are counted under the place that they
come from and under the account; those of a device or place that the account knows are counted apart (`identity.familiar`), so
an attacker elsewhere slows himself and other strangers, but not the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import Denied, NotFound
from routerd.identity.factors import Factors
from routerd.identity.familiar import Familiar
from routerd.identity.hashing import Hasher
from routerd.identity.model import PASSWORD_MOST, Person, Visit, folded, prepared
from routerd.identity.people import person_of
from routerd.identity.ports import Attempts
from routerd.identity.records import PersonRow
from routerd.identity.signins import CODE_REFUSED, REFUSED, SIGN_IN, SIGN_OUT, Signins
from routerd.identity.standing import StaffSessions
from routerd.store.database import Store

WRONG = "name or password is wrong"
CODE_NEEDED = "enter the code that your authenticator shows"
CODE_WRONG = "this code is wrong, was used already, or is too old"


@dataclass(frozen=True, slots=True)
class Limits:
    """How guesses are counted.

    Attributes:
        place: strangers' guesses, by where they come from.
        account: strangers' guesses, by account. Its pauses stay short: it is all that a stranger can do to an owner who
            comes from a new device and place.
        familiar: guesses from devices and places that the account knows.
    """

    place: Attempts
    account: Attempts
    familiar: Attempts


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has just signed in.

    Attributes:
        person: who.
        token: the session's cookie.
        device: the device's cookie; None when it has a good one.
    """

    person: Person
    token: str
    device: str | None


class Entry:
    """Lets people in and out.

    Args:
        store: for what has to happen at once.
        clock: dates sign-ins.
        hasher: judges passwords.
        limits: counts guesses.
        factors: second factors.
        sessions: who is signed in.
        signins: the log.
        familiar: devices and places that accounts know.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        limits: Limits,
        factors: Factors,
        sessions: StaffSessions,
        signins: Signins,
        familiar: Familiar,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._limits = limits
        self._factors = factors
        self._sessions = sessions
        self._signins = signins
        self._familiar = familiar

    def sign_in(self, name: str, password: str, code: str, visit: Visit, token: str = "") -> Entered:
        """Let somebody in.

        Args:
            name: account name as typed.
            password: likewise.
            code: of the second factor; empty when none was asked for yet.
            visit: where from.
            token: the session that this browser held so far; it ends.

        Raises:
            Denied: ``wrong``, ``code-needed`` or ``wrong-code``.
            Limited: too many guesses, or too many people at once.
        """
        row = self._verified(self._row(PersonRow.folded == folded(name)), name, password, visit)
        if row["totp_sealed"] and not code:
            raise Denied(CODE_NEEDED, "code-needed")
        count = self._familiar.count_of(row, visit)
        try:
            return self._store.write(lambda: self._enter(row, code, visit, token))
        except Denied:
            self._failed(count, row["name"], visit)
            self._signins.note(CODE_REFUSED, row["name"], visit)
            raise

    def sign_out(self, person: Person, token: str, visit: Visit) -> None:
        """Let somebody go."""

        def work() -> None:
            self._sessions.end(token)
            self._signins.note(SIGN_OUT, person.name, visit)

        self._store.write(work)

    def confirm(self, number: int, password: str, visit: Visit) -> Mapping[str, Any]:
        """Have somebody who is signed in give the password again.

        Returns:
            The account's row, for identity alone.

        Raises:
            Denied: ``wrong-password``.
            Limited: as of `sign_in`.
        """
        row = self.row(number)
        try:
            return self._verified(row, row["name"], password, visit)
        except Denied:
            raise Denied("the password is wrong", "wrong-password") from None

    def admit(self, number: int, visit: Visit) -> Entered:
        """Begin a session for somebody who has proved who they are; call it inside `Store.write`."""
        device = self._familiar.welcome(self.row(number), visit)
        PersonRow.update(last_login=int(self._clock.now())).where(PersonRow.id == number).execute(self._store.db)
        return Entered(person_of(self.row(number)), self._sessions.begin(number, visit), device)

    def _enter(self, row: Mapping[str, Any], code: str, visit: Visit, token: str) -> Entered:
        """Inside the transaction: what was true when the password was judged must still be."""
        now = self._row(PersonRow.id == row["id"])
        if now is None or now["password"] != row["password"]:
            raise Denied(WRONG, "wrong")
        if now["totp_sealed"] and not self._factors.spend(now, code):
            raise Denied(CODE_WRONG, "wrong-code")
        if token:
            self._sessions.end(token)
        self._signins.note(SIGN_IN, now["name"], visit)
        return self.admit(now["id"], visit)

    def _verified(self, row: Mapping[str, Any] | None, name: str, password: str, visit: Visit) -> Mapping[str, Any]:
        """The account's row, once the password is right."""
        count = self._familiar.count_of(row, visit)
        self._check(count, name, visit)  # whoever has to pause takes no turn from others
        with self._hasher.turn(known=bool(count)):
            self._check(count, name, visit)  # what was counted while this one waited counts too
            kept = row["password"] if row else ""
            right = self._hasher.matches(prepared(password)[: PASSWORD_MOST + 1], kept)
            if not right:
                self._failed(count, name, visit)
        if row is None or not right:
            self._signins.note(REFUSED, name, visit)
            raise Denied(WRONG, "wrong")
        return row

    def _check(self, count: str, name: str, visit: Visit) -> None:
        if count:
            self._limits.familiar.check(count)
        else:
            self._limits.place.check(visit.place)
            self._limits.account.check(folded(name))

    def _failed(self, count: str, name: str, visit: Visit) -> None:
        if count:
            self._limits.familiar.failed(count)
        else:
            self._limits.place.failed(visit.place)
            self._limits.account.failed(folded(name))

    def row(self, number: int) -> Mapping[str, Any]:
        """An account's row, for identity alone.

        Raises:
            NotFound: there is no such account.
        """
        row = self._row(PersonRow.id == number)
        if row is None:
            raise NotFound("there is no such account; it may have been removed")
        return row

    def _row(self, which: Any) -> Mapping[str, Any] | None:
        return next(iter(PersonRow.select().where(which).dicts().execute(self._store.db)), None)

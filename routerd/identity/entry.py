"""Signing in and out, and everything that asks for the password again.

Nobody learns from the answer, nor from how long it takes, whether an account exists. Guesses are counted under the place that they
come from and under the account; those of a device or place that the account knows are counted apart (`identity.familiar`), so
an attacker elsewhere slows himself and other strangers, but not the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, NotFound
from routerd.identity.actor import Actor
from routerd.identity.factors import Factors
from routerd.identity.familiar import Familiar
from routerd.identity.hashing import Hasher
from routerd.identity.model import PASSWORD_MOST, Person, Visit, checked_password, folded, prepared
from routerd.identity.people import People, person_of
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
        people: the accounts.
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
        people: People,
        factors: Factors,
        sessions: StaffSessions,
        signins: Signins,
        familiar: Familiar,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._limits = limits
        self._people = people
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
        row = self._there(number)
        try:
            return self._verified(row, row["name"], password, visit)
        except Denied:
            raise Denied("the password is wrong", "wrong-password") from None

    def change_password(self, number: int, old: str, new: object, actor: Actor, visit: Visit) -> Entered:
        """Give oneself another password: every session ends, and a new one begins here.

        Raises:
            Denied: ``wrong-password``.
            BadInput: the new one would not last.
            Limited: as of `sign_in`.
        """
        name = self.confirm(number, old, visit)["name"]
        wanted = checked_password(new, name)
        if wanted == prepared(old):
            raise BadInput("the new password must be another one than the old")
        kept = self._hasher.hash(wanted)

        def work() -> Entered:
            self._people.keep_password(number, kept, actor)
            self._familiar.forget(number)
            return self.admit(number, visit)

        return self._store.write(work)

    def turn_totp_on(self, number: int, code: str, actor: Actor, visit: Visit) -> tuple[list[str], Entered]:
        """Confirm the second factor that was started: other sessions end, this one begins anew.

        Returns:
            The recovery codes, and the new session.

        Raises:
            Conflict, BadInput: as of `Factors.confirm`.
            Limited: too many wrong codes.
        """
        count = f"confirm {number}"
        self._limits.familiar.check(count)

        def work() -> tuple[list[str], Entered]:
            codes = self._factors.confirm(self._there(number), code, actor)
            return codes, self._anew(number, visit)

        try:
            return self._store.write(work)
        except BadInput:
            self._limits.familiar.failed(count)
            raise

    def turn_totp_off(self, number: int, password: str, actor: Actor, visit: Visit) -> Entered:
        """Do without a second factor: other sessions end, this one begins anew; errors as of `confirm`."""
        self.confirm(number, password, visit)

        def work() -> Entered:
            self._factors.off(number, actor)
            return self._anew(number, visit)

        return self._store.write(work)

    def start_totp(self, number: int, password: str, visit: Visit) -> tuple[str, str]:
        """A secret for an authenticator, and its otpauth address; errors as of `confirm`."""
        row = self.confirm(number, password, visit)
        return self._factors.start(number, row["name"])

    def new_codes(self, number: int, password: str, actor: Actor, visit: Visit) -> list[str]:
        """Recovery codes in the place of the old ones; errors as of `confirm`.

        Raises:
            BadInput: no second factor is on.
        """
        if not self.confirm(number, password, visit)["totp_sealed"]:
            raise BadInput("recovery codes belong to a second factor; turn it on first")
        return self._store.write(lambda: self._factors.renew_codes(number, actor))

    def admit(self, number: int, visit: Visit) -> Entered:
        """Begin a session for somebody who has proved who they are; call it inside `Store.write`."""
        device = self._familiar.welcome(self._there(number), visit)
        PersonRow.update(last_login=int(self._clock.now())).where(PersonRow.id == number).execute(self._store.db)
        return Entered(person_of(self._there(number)), self._sessions.begin(number, visit), device)

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

    def _anew(self, number: int, visit: Visit) -> Entered:
        self._sessions.end_all(number)
        return self.admit(number, visit)

    def _verified(self, row: Mapping[str, Any] | None, name: str, password: str, visit: Visit) -> Mapping[str, Any]:
        """The account's row, once the password is right."""
        count = self._familiar.count_of(row, visit)
        with self._hasher.turn(known=bool(count)):
            self._check(count, name, visit)
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

    def _there(self, number: int) -> Mapping[str, Any]:
        row = self._row(PersonRow.id == number)
        if row is None:
            raise NotFound("there is no such account; it may have been removed")
        return row

    def _row(self, which: Any) -> Mapping[str, Any] | None:
        return next(iter(PersonRow.select().where(which).dicts().execute(self._store.db)), None)

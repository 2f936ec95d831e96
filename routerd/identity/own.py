"""What somebody changes about their own account: password, second factor, recovery codes.

Each asks for the password again, or for a code that proves the new authenticator; each ends the account's other sessions and begins
this one anew, so that a cookie that somebody else holds does not gain what was changed.
"""

from routerd.core.errors import BadInput
from routerd.identity.actor import Actor
from routerd.identity.entry import Entered, Entry
from routerd.identity.factors import Factors
from routerd.identity.familiar import Familiar
from routerd.identity.model import Visit, checked_password, prepared
from routerd.identity.people import People
from routerd.identity.ports import Attempts
from routerd.identity.standing import StaffSessions
from routerd.store.database import Store


class Own:
    """Changes one's own account.

    Args:
        store: for what has to happen at once.
        entry: judges the password, begins sessions.
        people: keeps passwords.
        factors: second factors.
        familiar: forgets devices and places with the old password.
        sessions: who is signed in.
        codes: counts wrong codes of an authenticator that is being set up.
    """

    def __init__(
        self, store: Store, entry: Entry, people: People, factors: Factors, familiar: Familiar, sessions: StaffSessions, codes: Attempts
    ) -> None:
        self._store = store
        self._entry = entry
        self._people = people
        self._factors = factors
        self._familiar = familiar
        self._sessions = sessions
        self._codes = codes

    def change_password(self, number: int, old: str, new: object, actor: Actor, visit: Visit) -> Entered:
        """Give oneself another password: every session ends, and a new one begins here.

        Raises:
            Denied: ``wrong-password``.
            BadInput: the new one would not last.
            Limited: as of `sign_in`.
        """
        name = self._entry.confirm(number, old, visit)["name"]
        wanted = checked_password(new, name)
        if wanted == prepared(old):
            raise BadInput("the new password must be another one than the old", "password")
        kept = self._people.hashed(wanted)

        def work() -> Entered:
            self._people.keep_password(number, kept, actor)
            self._familiar.forget(number)
            return self._entry.admit(number, visit)

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
        self._codes.check(count)

        def work() -> tuple[list[str], Entered]:
            codes = self._factors.confirm(self._entry.row(number), code, actor)
            return codes, self._anew(number, visit)

        try:
            return self._store.write(work)
        except BadInput:
            self._codes.failed(count)
            raise

    def turn_totp_off(self, number: int, password: str, actor: Actor, visit: Visit) -> Entered:
        """Do without a second factor: other sessions end, this one begins anew; errors as of `confirm`."""
        self._entry.confirm(number, password, visit)

        def work() -> Entered:
            self._factors.off(number, actor)
            return self._anew(number, visit)

        return self._store.write(work)

    def start_totp(self, number: int, password: str, visit: Visit) -> tuple[str, str]:
        """A secret for an authenticator, and its otpauth address; errors as of `confirm`."""
        row = self._entry.confirm(number, password, visit)
        return self._factors.start(number, row["name"])

    def new_codes(self, number: int, password: str, actor: Actor, visit: Visit) -> list[str]:
        """Recovery codes in the place of the old ones; errors as of `confirm`.

        Raises:
            BadInput: no second factor is on.
        """
        if not self._entry.confirm(number, password, visit)["totp_sealed"]:
            raise BadInput("recovery codes belong to a second factor; turn it on first")
        return self._store.write(lambda: self._factors.renew_codes(number, actor))

    def _anew(self, number: int, visit: Visit) -> Entered:
        self._sessions.end_all(number)
        return self._entry.admit(number, visit)

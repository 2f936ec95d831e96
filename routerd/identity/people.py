"""The accounts of the admin page: who there is, in what role, with what password and language.

Passwords come in as people typed them and are kept as argon2id hashes alone. There is always an owner: the last one can neither be
removed nor made front desk. Each change of what an account may do ends its sessions.
"""

import re
from collections.abc import Mapping
from typing import Any

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.identity.actor import OWNER, ROLES, Actor
from routerd.identity.audit import Audit
from routerd.identity.hashing import Hasher
from routerd.identity.model import Person, checked_name, checked_password, folded
from routerd.identity.records import PersonRow
from routerd.identity.standing import StaffSessions
from routerd.store.database import Store

PEOPLE_MOST = 200
"""Accounts of one box."""

LANGUAGE_CODE = re.compile(r"([a-z]{2,3}(-[A-Za-z]{2,4})?)?")


class People:
    """The accounts.

    Args:
        store: where they are kept.
        clock: dates them.
        hasher: for passwords.
        sessions: ended when what somebody may do changes.
        audit: hears of every change.
    """

    def __init__(self, store: Store, clock: Clock, hasher: Hasher, sessions: StaffSessions, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._sessions = sessions
        self._audit = audit

    def all(self) -> list[Person]:
        """Everybody, by name."""
        rows = PersonRow.select().order_by(PersonRow.folded).dicts().execute(self._store.db)
        return [person_of(row) for row in rows]

    def get(self, number: int) -> Person | None:
        """The account of that number."""
        row = self._row(PersonRow.id == number)
        return None if row is None else person_of(row)

    def named(self, name: str) -> Person:
        """The account of that name.

        Raises:
            NotFound: there is none.
        """
        row = self._row(PersonRow.folded == folded(name))
        if row is None:
            raise NotFound(f'there is no account "{name[:64]}"')
        return person_of(row)

    def add(self, name: object, password: object, role: object, actor: Actor) -> Person:
        """Make an account.

        Raises:
            BadInput: name, password or role will not do.
            Conflict: the name is taken.
        """
        wanted = checked_name(name)
        checked_role(role)
        kept = self._hasher.hash(checked_password(password, wanted))
        return self._store.write(lambda: self.insert(wanted, kept, str(role), actor))

    def insert(self, name: str, kept: str, role: str, actor: Actor) -> Person:
        """Keep an account whose password is hashed already; call it inside `Store.write`; errors as of `add`."""
        if PersonRow.select().count(self._store.db) >= PEOPLE_MOST:
            raise Conflict(f"there are {PEOPLE_MOST} accounts already; remove one first")
        if self._row(PersonRow.folded == folded(name)) is not None:
            raise Conflict(f'there is an account "{name}" already')
        row = {"name": name, "folded": folded(name), "role": role, "password": kept, "language": ""}
        row |= {"totp_sealed": "", "totp_pending": "", "device_key": tokens.key_octets().hex()}
        number = PersonRow.insert(**row, totp_step=0, created_at=int(self._clock.now())).execute(self._store.db)
        self._audit.note(actor, "person.add", name, None, {"name": name, "role": role})
        person = self.get(int(number))
        assert person is not None
        return person

    def set_role(self, number: int, role: object, actor: Actor) -> Person:
        """Give an account another role; its sessions end.

        Raises:
            BadInput: there is no such role.
            NotFound: there is no such account.
            Conflict: it is the last owner.
        """
        wanted = checked_role(role)

        def work() -> Person:
            person = self.there(number)
            if person.role == wanted:
                return person
            self._keep_an_owner(person)
            self._change(number, role=wanted)
            self._sessions.end_all(number)
            self._audit.note(actor, "person.role", person.name, {"role": person.role}, {"role": wanted})
            return self.there(number)

        return self._store.write(work)

    def hashed(self, password: str) -> str:
        """The hash of a password, for `keep_password`; not inside `Store.write`, for it takes its time."""
        return self._hasher.hash(password)

    def keep_password(self, number: int, kept: str, actor: Actor) -> Person:
        """Give an account another password: its sessions end, and devices that it was used on are strangers again.

        Call it inside `Store.write`, with what `hashed` made.

        Raises:
            NotFound: there is no such account.
        """
        person = self.there(number)
        self._change(number, password=kept, device_key=tokens.key_octets().hex())
        self._sessions.end_all(number)
        self._audit.note(actor, "person.password", person.name)
        return person

    def set_language(self, number: int, language: object, actor: Actor) -> None:
        """Remember the language of somebody's page.

        Raises:
            BadInput: it is no language code.
        """
        text = language if isinstance(language, str) else "?"
        if not LANGUAGE_CODE.fullmatch(text):
            raise BadInput('the language must be a code such as "en", or empty for the browser\'s own', "language")

        def work() -> None:
            person = self.there(number)
            self._change(number, language=text)
            self._audit.note(actor, "person.language", person.name, {"language": person.language}, {"language": text})

        self._store.write(work)

    def remove(self, number: int, actor: Actor) -> None:
        """Take an account away; its sessions end.

        Raises:
            NotFound: there is no such account.
            Conflict: it is the last owner.
        """

        def work() -> None:
            person = self.there(number)
            self._keep_an_owner(person)
            self._sessions.end_all(number)
            PersonRow.delete().where(PersonRow.id == number).execute(self._store.db)
            self._audit.note(actor, "person.remove", person.name, {"name": person.name, "role": person.role}, None)

        self._store.write(work)

    def _keep_an_owner(self, person: Person) -> None:
        others = PersonRow.select().where((PersonRow.role == OWNER) & (PersonRow.id != person.id)).count(self._store.db)
        if person.role == OWNER and not others:
            raise Conflict(f'"{person.name}" is the only owner; make somebody else an owner first')

    def there(self, number: int) -> Person:
        """The account of that number.

        Raises:
            NotFound: there is none.
        """
        person = self.get(number)
        if person is None:
            raise NotFound("there is no such account; it may have been removed")
        return person

    def _change(self, number: int, **columns: object) -> None:
        PersonRow.update(**columns).where(PersonRow.id == number).execute(self._store.db)

    def _row(self, which: Any) -> Mapping[str, Any] | None:
        return next(iter(PersonRow.select().where(which).dicts().execute(self._store.db)), None)


def checked_role(role: object) -> str:
    """A role that exists.

    Raises:
        BadInput: it does not.
    """
    if role not in ROLES:
        raise BadInput("the role must be one of " + ", ".join(f'"{known}"' for known in ROLES), "role")
    return str(role)


def person_of(row: Mapping[str, Any]) -> Person:
    """What others may know of a row."""
    return Person(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        language=row["language"],
        totp=bool(row["totp_sealed"]),
        created_at=row["created_at"],
        last_login=row["last_login"],
    )

"""The register of people, by kind, as the admin page searches it: paged in SQL, deleted one by one, forgotten as a whole, or by age.

Called through `Guests.register`. To forget a person is to find every device and name that tells of them: `forget` clears what this
domain keeps and returns names and devices, with which the caller has the other domains do the same, in the same `Store.write`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound
from routerd.guests.bypass import Bypass
from routerd.guests.hosts import Hosts
from routerd.guests.model import EmailUser, FbUser, FreeUser, MobileUser
from routerd.guests.records import EmailUserRow, FbUserRow, FreeUserRow, LoginRow, MobileUserRow, contains, newest_first
from routerd.store.database import Store

User = EmailUser | MobileUser | FbUser | FreeUser

ROWS_A_PAGE = 1000
"""People read at once for an export."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where people of a kind are kept, where to search, what names them, and under which login kinds they are logged."""

    row: Any
    shape: Any
    searched: tuple[str, ...]
    names: tuple[str, ...]
    logins: tuple[str, ...]


_KINDS = {
    "email": _Kind(EmailUserRow, EmailUser, ("email", "mac", "comments", "comments1", "comments2"), ("email",), ("email",)),
    "mobile": _Kind(MobileUserRow, MobileUser, ("mobile", "mac"), ("mobile",), ("mobile",)),
    "social": _Kind(FbUserRow, FbUser, ("name", "email", "account", "mac"), ("account", "email", "name"), ("facebook", "oidc")),
    "free": _Kind(FreeUserRow, FreeUser, ("mac",), ("mac",), ("free",)),
}

KINDS = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is known.

    Attributes:
        names: logins and subjects of their grants, for other domains.
        macs: their devices.
    """

    names: tuple[str, ...]
    macs: tuple[str, ...]


class Register:
    """Searches and forgets.

    Args:
        store: where people are kept.
        clock: tells how long ago somebody was here.
        hosts: the devices.
        bypass: devices that need no portal.
    """

    def __init__(self, store: Store, clock: Clock, hosts: Hosts, bypass: Bypass) -> None:
        self._store = store
        self._clock = clock
        self._hosts = hosts
        self._bypass = bypass

    def search(self, kind: str, text: str = "", offset: int = 0, most: int = ROWS_A_PAGE) -> list[User]:
        """People of a kind, whoever was here last first.

        Raises:
            BadInput: there is no such kind.
        """
        where = _kind(kind)
        query = newest_first(where.row).where(contains(where.row, where.searched, text)).offset(offset).limit(most)
        return [where.shape(*row) for row in query.tuples().execute(self._store.db)]

    def count(self, kind: str, text: str = "") -> int:
        """How many `search` finds in all."""
        where = _kind(kind)
        return int(where.row.select().where(contains(where.row, where.searched, text)).count(self._store.db))

    def everybody(self, kind: str, text: str = "") -> Iterator[User]:
        """All that `search` finds, read page by page."""
        offset = 0
        while found := self.search(kind, text, offset):
            yield from found
            offset += len(found)

    def get(self, kind: str, user_id: int) -> User:
        """One person.

        Raises:
            NotFound: there is none of that number.
        """
        where = _kind(kind)
        for row in newest_first(where.row).where(where.row.id == user_id).tuples().execute(self._store.db):
            return where.shape(*row)  # type: ignore[no-any-return]  # the table says which shape
        raise NotFound(f"there is no {kind} user {user_id}")

    def delete(self, kind: str, user_id: int) -> None:
        """Forget that a person registered; what the log says of them stays.

        Raises:
            NotFound: there is none of that number.
        """

        def change() -> None:
            self.get(kind, user_id)
            row = _kind(kind).row
            row.delete().where(row.id == user_id).execute(self._store.db)

        self._store.write(change)

    def traces(self, kind: str, user_id: int) -> Traces:
        """Under which names and devices other domains know a person.

        Raises:
            NotFound: there is none of that number.
        """
        where, user = _kind(kind), self.get(kind, user_id)
        # A social account's name alone may be another guest's as well.
        names = [name for name in _names(where, user) if name != getattr(user, "name", "")]
        provided = [f"{user.provider}|{user.account}"] if isinstance(user, FbUser) else []
        return Traces(_told([*names, *provided]), self._macs(where, user))

    def forget(self, kind: str, user_id: int) -> int:
        """Forget a person and their devices: register, log, hosts, list of bypassed devices; returns how many rows that concerned.

        Whoever calls this has the other domains forget `traces` before it, in the same `Store.write`: sessions that end are logged.

        Raises:
            NotFound: there is none of that number.
        """
        return self._store.write(lambda: self._forget(kind, user_id))

    def prune(self, kept_s: int) -> int:
        """Forget people and devices that were last here longer ago than `kept_s` seconds; returns how many rows of people went."""
        before = int(self._clock.now()) - kept_s

        def change() -> int:
            gone = 0
            for where in _KINDS.values():
                seen = where.row.last_login.is_null() & (where.row.created_at < before) | (where.row.last_login < before)
                gone += int(where.row.delete().where(seen).execute(self._store.db))
            self._hosts.forget(mac for mac in self._hosts.unseen_since(before) if not self._bypass.holds(mac))
            return gone

        return self._store.write(change)

    def _forget(self, kind: str, user_id: int) -> int:
        where, user = _kind(kind), self.get(kind, user_id)
        macs = self._macs(where, user)
        rows = int(where.row.delete().where(where.row.id == user_id).execute(self._store.db))
        logged = LoginRow.update(login="", mac="", address="", reason="").where(_logged(where, user) | LoginRow.mac.in_(macs))
        rows += int(logged.execute(self._store.db))
        rows += int(FreeUserRow.delete().where(FreeUserRow.mac.in_(macs)).execute(self._store.db))
        for other in (EmailUserRow, MobileUserRow, FbUserRow):
            rows += int(other.update(mac=None).where(other.mac.in_(macs)).execute(self._store.db))
        self._hosts.forget(macs)
        self._bypass.remove(*macs)
        return rows

    def _macs(self, where: _Kind, user: User) -> tuple[str, ...]:
        logged = LoginRow.select(LoginRow.mac).where(_logged(where, user)).distinct().tuples().execute(self._store.db)
        return _told([user.mac, *(row[0] for row in logged)])


def _logged(where: _Kind, user: User) -> Any:
    """Condition: rows of the log about this person."""
    names = _names(where, user)
    return LoginRow.kind.in_(where.logins) & LoginRow.login.in_(names)


def _kind(name: str) -> _Kind:
    try:
        return _KINDS[name]
    except KeyError:
        raise BadInput(f"there is no kind of user '{name[:40]}'; expected {', '.join(KINDS)}") from None


def _names(where: _Kind, user: User) -> tuple[str, ...]:
    """What lists show of this person, and what they hold grants as; telephone numbers are shown as digits alone."""
    given = _told(getattr(user, name) for name in where.names)
    return _told([*given, *(name.removeprefix("+") for name in given if isinstance(user, MobileUser))])


def _told(values: Iterable[str | None]) -> tuple[str, ...]:
    """Those that say something, each once."""
    return tuple(dict.fromkeys(value for value in values if value))

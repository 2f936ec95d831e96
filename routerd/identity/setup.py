"""The first visit: makes the owner's account and the first settings, once. Then it is closed for good, whatever happens to accounts.

Guests cannot reach the page at all. From the LAN and from the box itself the first visitor needs nothing, so that whoever unpacks the
box gets on without a manual; from anywhere else, where a management address may be open to more people than the owner, the setup code is
asked for. `routerd status` shows it and the log tells it: whoever reads either runs the box already. Of two at once one wins,
for the store makes changes one after the other.
"""

import ipaddress
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import Conflict, Denied
from routerd.identity.actor import OWNER, Actor
from routerd.identity.entry import Entered, Entry
from routerd.identity.hashing import Hasher
from routerd.identity.model import Visit, checked_name, checked_password
from routerd.identity.people import People
from routerd.identity.ports import Attempts, Preferences
from routerd.identity.records import SetupRow
from routerd.identity.service import ApiAccess
from routerd.identity.signins import SETUP, Signins
from routerd.store.database import Store

log = logging.getLogger(__name__)

CODE_LENGTH = 10
"""50 bits: guesses are counted, and the code dies with the process."""

OVER = "this box is set up already; sign in"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the wizard asked for.

    Attributes:
        name: of the owner's account.
        password: its password.
        settings: section to changes, as `Preferences.set_many` takes them.
        code: the setup code; empty where none is needed.
    """

    name: object
    password: object
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    code: str = ""


class Setup:
    """The wizard's one deed.

    Args:
        store: keeps that it was done.
        clock: dates that.
        hasher: for the owner's password.
        people: where the account goes.
        entry: signs the new owner in.
        signins: the log.
        access: switched off, whatever a restored database says.
        attempts: counts wrong setup codes.
        trusted: networks from which no code is needed, besides the box itself.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        people: People,
        entry: Entry,
        signins: Signins,
        access: ApiAccess,
        attempts: Attempts,
        trusted: Sequence[Network],
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._people = people
        self._entry = entry
        self._signins = signins
        self._access = access
        self._attempts = attempts
        self._trusted = tuple(trusted)
        self._code = tokens.readable(CODE_LENGTH)
        self._closed = self._is_closed()

    @property
    def is_open(self) -> bool:
        """Whether the box still waits for its owner."""
        return not self._closed

    @property
    def code(self) -> str:
        """The setup code while it is open; empty afterwards."""
        return "" if self._closed else self._code

    def announce(self) -> None:
        """Tell the log what the first visit needs."""
        if self.is_open:
            log.warning("this box has no owner yet: open the admin page; from outside the LAN it asks for the setup code %s", self._code)

    def needs_code(self, address: str) -> bool:
        """Whether somebody at `address` has to give the setup code."""
        try:
            where = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return True
        if isinstance(where, ipaddress.IPv6Address) and where.ipv4_mapped:
            where = where.ipv4_mapped
        return not (where.is_loopback or any(where in network for network in self._trusted))

    def complete(self, wanted: Wanted, visit: Visit, preferences: Preferences) -> Entered:
        """Make the owner's account and settings, close the setup, and sign the owner in.

        Args:
            wanted: what was asked for.
            visit: where from.
            preferences: takes the settings.

        Raises:
            Conflict: it was done already.
            Denied: ``setup-code``: missing or wrong.
            Limited: too many wrong codes.
            BadInput: name, password or a setting will not do; nothing was kept.
        """
        self._judge(wanted.code, visit)
        name = checked_name(wanted.name)
        kept = self._hasher.hash(checked_password(wanted.password, name))
        actor = Actor(name, OWNER, visit.address)

        def work() -> Entered:
            if self._is_closed():
                raise Conflict(OVER)
            SetupRow.insert(id=1, closed_at=int(self._clock.now())).execute(self._store.db)
            person = self._people.insert(name, kept, OWNER, actor)
            self._access.set(post=False, get=False)
            if wanted.settings:
                preferences.set_many(wanted.settings, actor)
            self._signins.note(SETUP, name, visit)
            self._store.after_commit(self._close)
            return self._entry.admit(person.id, visit)

        return self._store.write(work)

    def _judge(self, code: str, visit: Visit) -> None:
        if self._closed:
            raise Conflict(OVER)
        if not self.needs_code(visit.address):
            return
        self._attempts.check(visit.place)
        if not tokens.same("".join(code.split()).replace("-", "").lower(), self._code):
            if code:
                self._attempts.failed(visit.place)
            raise Denied("give the setup code that `routerd status` shows on the box", "setup-code")

    def _close(self) -> None:
        self._closed = True

    def _is_closed(self) -> bool:
        return bool(SetupRow.select().count(self._store.db))

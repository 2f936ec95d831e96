"""Desk: the services behind the admin page, from which `sections.catalogue` gives each section what it takes."""

from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.events import Bus
from routerd.core.settings import Settings
from routerd.guests.service import Guests
from routerd.identity.accounts import Accounts
from routerd.identity.audit import Audit
from routerd.identity.ports import Preferences
from routerd.identity.service import ApiAccess
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers


@dataclass(frozen=True, slots=True)
class Desk:
    """The services by name. What a box may lack is None.

    Attributes:
        methods: names of the sign-in methods that guests can be offered.
    """

    settings: Settings
    clock: Clock
    bus: Bus
    store: Store
    accounts: Accounts
    audit: Audit
    access: ApiAccess
    vouchers: Vouchers
    sessions: Sessions
    guests: Guests
    methods: tuple[str, ...] = ()
    preferences: Preferences | None = None

"""Desk: the services behind the admin page, from which `sections.catalogue` gives each section what it takes."""

from dataclasses import dataclass

from routerd.admin.data import Data
from routerd.admin.premises import Premises
from routerd.brand.service import Brands
from routerd.core.clock import Clock
from routerd.core.events import Bus
from routerd.core.settings import Settings
from routerd.guests.service import Guests
from routerd.identity.accounts import Accounts
from routerd.identity.audit import Audit
from routerd.identity.service import ApiAccess
from routerd.preferences.service import Preferences
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers


@dataclass(frozen=True, slots=True)
class Desk:
    """The services by name. What a box may lack is None.

    Attributes:
        premises: what the settings' sections need of the box.
        data: what watches, what lets in by hand, and long work.
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
    preferences: Preferences
    brands: Brands
    data: Data
    premises: Premises

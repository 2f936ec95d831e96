"""Whom an account knows: devices by a signed cookie, and places (addresses) that it was signed in from before.

Wrong passwords of a familiar device or place are counted apart, so that whoever hammers an account from elsewhere cannot keep its
owner out. The cookie opens nothing by itself: it only says under which count a guess goes. A new password makes all devices
strangers again, for the key that signed their cookies is gone.
"""

from collections.abc import Mapping
from typing import Any

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.identity.model import Visit
from routerd.identity.records import FamiliarPlaceRow
from routerd.store.database import Store

PLACES_MOST = 16
"""For one account; the one unused for longest is forgotten."""


class Familiar:
    """Knows devices and places.

    Args:
        store: where places are kept.
        clock: dates them.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def count_of(self, account: Mapping[str, Any] | None, visit: Visit) -> str:
        """The name of the count that wrong passwords go under; empty for a stranger.

        Args:
            account: the account's row; None when there is none.
            visit: where the request came from.
        """
        key = account["device_key"] if account else "00"
        number = account["id"] if account else 0
        device = device_of(visit.device, number, key)
        places = FamiliarPlaceRow.select(FamiliarPlaceRow.id)
        mine = places.where((FamiliarPlaceRow.person_id == number) & (FamiliarPlaceRow.place == visit.place))
        known = bool(list(mine.tuples().execute(self._store.db)))
        if device:
            return f"device {number} {device}"
        return f"place {number} {visit.place}" if known else ""

    def welcome(self, account: Mapping[str, Any], visit: Visit) -> str | None:
        """Know this device and place from now on; call it inside `Store.write`.

        Returns:
            The device's cookie; None when it has a good one already.
        """
        number = account["id"]
        row = {"person_id": number, "place": visit.place, "seen_at": int(self._clock.now())}
        FamiliarPlaceRow.insert(**row).on_conflict("REPLACE").execute(self._store.db)
        mine = FamiliarPlaceRow.select(FamiliarPlaceRow.id).where(FamiliarPlaceRow.person_id == number)
        old = mine.order_by(FamiliarPlaceRow.id.desc()).offset(PLACES_MOST).limit(-1).tuples().execute(self._store.db)
        over = [each for (each,) in old]
        if over:
            FamiliarPlaceRow.delete().where(FamiliarPlaceRow.id.in_(over)).execute(self._store.db)
        return None if device_of(visit.device, number, account["device_key"]) else new_device(number, account["device_key"])

    def forget(self, number: int) -> None:
        """Make every place a stranger to this account."""
        delete = FamiliarPlaceRow.delete().where(FamiliarPlaceRow.person_id == number)
        self._store.write(lambda: delete.execute(self._store.db))


def new_device(number: int, key: str) -> str:
    """A cookie by which this account's device is known again."""
    name = tokens.nonce()
    return f"{number}.{name}.{tokens.sign(bytes.fromhex(key), name)}"


def device_of(cookie: str, number: int, key: str) -> str:
    """The device that a cookie names, if this account's key signed it; otherwise empty."""
    parts = cookie.split(".")
    if len(parts) != 3 or len(cookie) > 200:
        return ""
    account, name, signature = parts
    good = tokens.same(signature, tokens.sign(bytes.fromhex(key), name))
    return name if good and account == str(number) else ""

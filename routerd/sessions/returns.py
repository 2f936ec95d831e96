"""Lets devices back in that went quiet: a phone that slept through the idle timeout does not meet the portal again.

Asked for every sighting and every hit on the portal, so it must be cheap when there is nothing to resume. A device comes back only
within the grant, on the network, that its last session had there; who logged out, was kicked or gave way signs in again.
"""

import logging

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.terms import Device
from routerd.sessions import model, records
from routerd.sessions.ledger import Ledger
from routerd.sessions.meter import Meter
from routerd.sessions.model import RESUMABLE, Session
from routerd.sessions.porter import Porter
from routerd.store.database import Store

log = logging.getLogger(__name__)

REFUSED_PAUSE_S = 5.0
"""After the kernel refused a returning device nobody is resumed for so long: each try leaves a row behind."""


class Returns:
    """Resuming."""

    def __init__(self, store: Store, clock: Clock, meter: Meter, ledger: Ledger, porter: Porter) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter
        self._ledger = ledger
        self._porter = porter
        self._absent = ledger.absent
        self._paused_until = float("-inf")

    def resume(self, device: Device) -> Session | None:
        """The session that the device has got back; None when there is nothing to resume."""
        if self._absent.holds(device) or self._clock.monotonic() < self._paused_until:
            return None
        if self._last(device) is None:
            return None
        try:
            return self._store.write(lambda: self._resume(device))
        except Unavailable:
            log.exception("a returning device could not be let in")
            self._paused_until = self._clock.monotonic() + REFUSED_PAUSE_S
            return None

    def _resume(self, device: Device) -> Session | None:
        last = self._last(device)
        if last is None:
            return None
        siblings = records.find(self._store.db, records.S.grant == last.grant.id, records.OPEN)
        used = model.total(last.grant, [self._meter.octets(each) for each in siblings])
        if len(siblings) >= last.grant.devices or model.spent(last.grant, used, len(siblings) + 1):
            return None
        session = self._ledger.begin(last.grant, device, resumed=True)
        self._store.after_commit(lambda: self._porter.admit(session.id))
        return session

    def _last(self, device: Device) -> Session | None:
        """The device's last session here, if it may be resumed; remembers the device when it never will be."""
        generation = self._absent.generation
        found = records.find(self._store.db, records.S.mac == device.mac, records.S.network == device.network, newest=1)
        if found and _may_return(found[0], self._clock.now()):
            return found[0]
        self._absent.add(device, generation)
        return None


def _may_return(last: Session, now: float) -> bool:
    grant = last.grant
    alive = grant.revoked_at is None and (grant.ends_at is None or grant.ends_at > now)
    return alive and last.ended_at is not None and last.end_reason in RESUMABLE

"""The devices on the guest networks: what is known of each, kept in memory, written down now and then.

Heard from are sightings and leases; both come from devices and are never to be trusted further than a name on a page. What a crash
loses is at most the last few seconds of sightings, which come again; an owner's block is durable before it is acknowledged.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from routerd.core.clock import Clock
from routerd.core.events import HostSighted, LeaseChanged
from routerd.guests.model import ADDRESSES6_MOST, Host, guess_os
from routerd.guests.records import HostRow
from routerd.guests.vendors import Vendors
from routerd.store.database import Store

HOSTS_MOST = 20_000
"""About 20 MB; the one not seen for longest is forgotten first, blocked ones never."""

ROWS_AT_ONCE = 500
"""Rows a change: a longer one would hold up somebody's sign-in."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]")


class Hosts:
    """All devices.

    Args:
        store: where they are written down.
        clock: for when they were seen.
        vendors: looks makers up.

    Attributes:
        revision: grows whenever something about them has changed.
    """

    def __init__(self, store: Store, clock: Clock, vendors: Vendors) -> None:
        self._store = store
        self._clock = clock
        self._vendors = vendors
        self._lock = threading.Lock()
        self._hosts: OrderedDict[str, Host] = OrderedDict()
        self._changed: set[str] = set()
        self._forgotten: set[str] = set()
        self.revision = 0
        self._load()

    def sighted(self, event: HostSighted) -> None:
        """Hear of a packet."""
        self._learn(event, event.address)

    def lease_changed(self, event: LeaseChanged) -> None:
        """Hear of a lease."""
        if not event.gone:
            self._learn(event, event.address)

    def get(self, mac: str) -> Host | None:
        """What is known of a device."""
        return self._hosts.get(mac)

    def all(self) -> list[Host]:
        """All devices; the ones seen last come last."""
        with self._lock:
            return list(self._hosts.values())

    def set_blocked(self, mac: str, network: str, *, blocked: bool) -> None:
        """Write an owner's decision down, durably; a device never seen is remembered too."""
        now = int(self._clock.now())
        with self._lock:
            known = self._hosts.get(mac) or Host(mac, network, "", (), "", self._vendors.of(mac), "", "", "", now, now, blocked=False)
            host = replace(known, blocked=blocked)
            self._hosts[mac] = host
            self._changed.discard(mac)
            self.revision += 1
        self._write([host])

    def expect(self, mac: str) -> None:
        """Remember a device that was not seen yet."""
        now = int(self._clock.now())
        with self._lock:
            if mac not in self._hosts:
                self._make_room()
                self._hosts[mac] = Host(mac, "", "", (), "", self._vendors.of(mac), "", "", "", now, now, blocked=False)

    def set_label(self, mac: str, label: str) -> Host | None:
        """Give a device a name, durably; returns what was known of it before, None when it was never seen and has none now."""
        with self._lock:
            known = self._hosts.get(mac)
            if known is None:
                return None
            self._hosts[mac] = named = replace(known, label=label)
            self._changed.discard(mac)
            self.revision += 1
        self._write([named])
        return known

    def forget(self, macs: Iterable[str]) -> None:
        """Forget devices but for an owner's block; called inside `Store.write`."""
        wanted = set(macs)
        blocked = [_bare(host) for mac in wanted if (host := self._hosts.get(mac)) is not None and host.blocked]
        self._delete(sorted(wanted))
        if blocked:
            self._write(blocked)
        self._store.after_commit(lambda: self._drop(wanted, blocked))

    def _drop(self, macs: set[str], blocked: Iterable[Host]) -> None:
        with self._lock:
            for mac in macs:
                self._hosts.pop(mac, None)
            self._hosts.update((host.mac, host) for host in blocked)
            self._changed -= macs
            self.revision += 1

    def unseen_since(self, moment: int) -> list[str]:
        """Devices that were last seen before a moment, but for those that an owner blocked or named."""
        return [host.mac for host in self.all() if host.last_seen < moment and not host.blocked and not host.label]

    def persist(self) -> None:
        """Write down what has changed since the last time."""
        with self._lock:
            changed = [self._hosts[mac] for mac in self._changed if mac in self._hosts]
            forgotten = list(self._forgotten)
            self._changed.clear()
            self._forgotten.clear()
        for at in range(0, len(changed), ROWS_AT_ONCE):
            self._write(changed[at : at + ROWS_AT_ONCE])
        self._delete(forgotten)

    def _learn(self, event: HostSighted | LeaseChanged, address: str) -> None:
        now = int(self._clock.now())
        with self._lock:
            host = self._hosts.get(event.mac)
            if host is None:
                host = Host(event.mac, event.network, "", (), "", self._vendors.of(event.mac), "", "", "", now, now, blocked=False)
                self._make_room()
            host = _with_address(host, address)
            options = _clean(event.requested_options, 255) or host.requested_options
            vendor_class = _clean(event.vendor_class, 128) or host.vendor_class
            self._hosts[event.mac] = replace(
                host,
                network=event.network,
                hostname=_clean(event.hostname, 255) or host.hostname,
                requested_options=options,
                vendor_class=vendor_class,
                os_guess=guess_os(options, vendor_class) or host.os_guess,
                last_seen=now,
            )
            self._hosts.move_to_end(event.mac)
            self._changed.add(event.mac)
            self.revision += 1

    def _make_room(self) -> None:
        if len(self._hosts) < HOSTS_MOST:
            return
        oldest = next((mac for mac, host in self._hosts.items() if not host.blocked), None)
        if oldest is not None:
            del self._hosts[oldest]
            self._forgotten.add(oldest)

    def _load(self) -> None:
        rows: Any = HostRow.select(*HostRow._meta.sorted_fields).order_by(HostRow.last_seen).tuples()  # noqa: SLF001 - peewee's way
        for row in rows.execute(self._store.db):
            mac, network, address, addresses6, hostname, vendor, os_guess, options, vendor_class, first_seen, last_seen, blocked, label = (
                row
            )
            names = (hostname, vendor, os_guess, options, vendor_class)
            self._hosts[mac] = Host(
                mac, network, address, tuple(addresses6.split()), *names, first_seen, last_seen, bool(blocked), label=label
            )

    def _delete(self, macs: Sequence[str]) -> None:
        for at in range(0, len(macs), ROWS_AT_ONCE):
            query = HostRow.delete().where(HostRow.mac.in_(list(macs[at : at + ROWS_AT_ONCE])))
            self._store.write(partial(query.execute, self._store.db))

    def _write(self, hosts: list[Host]) -> None:
        values = [
            (
                *(host.mac, host.network, host.address, " ".join(host.addresses6), host.hostname, host.vendor, host.os_guess),
                *(host.requested_options, host.vendor_class, host.first_seen, host.last_seen, int(host.blocked), host.label),
            )
            for host in hosts
        ]
        query: Any = HostRow.insert_many(values, fields=list(HostRow._meta.sorted_fields)).on_conflict_replace()  # noqa: SLF001 - peewee's way
        self._store.write(lambda: query.execute(self._store.db))


def _bare(host: Host) -> Host:
    """What is kept of a blocked device that is to be forgotten: its address and the block."""
    return Host(host.mac, host.network, "", (), "", host.vendor, "", "", "", host.first_seen, host.last_seen, blocked=True)


def _with_address(host: Host, address: str) -> Host:
    if not address or (":" in address and host.addresses6[:1] == (address,)):
        return host
    if ":" not in address:
        return replace(host, address=address)
    others = tuple(other for other in host.addresses6 if other != address)
    return replace(host, addresses6=(address, *others)[:ADDRESSES6_MOST])


def _clean(text: str, most: int) -> str:
    return _UNPRINTABLE.sub("", text)[:most]

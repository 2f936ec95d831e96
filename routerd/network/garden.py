"""The walled garden: names, addresses and prefixes that guests reach before they sign in. Kept in the store.

A name stands for itself and everything below it (``*.example.com`` is accepted and means the same). Names are resolved by dnsmasq,
which puts what it answers into the firewall's sets; literal addresses are handed to the firewall. A name whose address a device
remembers from before it was entered opens with the device's next DNS query.
"""

import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.network.ports import Garden
from routerd.network.records import GardenEntry
from routerd.store.database import Store

ENTRIES_MOST = 1_000
"""Each name is two lines for every guest network's dnsmasq, and a walled garden of that size is none."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the walled garden.

    Attributes:
        target: name, address or prefix, as kept.
        created_at: seconds since the epoch.
    """

    target: str
    created_at: int


def target(text: str) -> str:
    """The form in which an entry is kept: a lower-case name without ``*.`` and dots at the ends, or a prefix in CIDR notation.

    Raises:
        BadInput: it is neither.
    """
    word = text.strip().lower()
    try:
        prefix = ip_network(word, strict=False)
    except ValueError:
        return _name(word, text)
    if prefix.prefixlen == 0:
        raise BadInput(f"'{text}' would open everything; expected a prefix longer than 0")
    return str(prefix.network_address) if prefix.prefixlen == prefix.max_prefixlen else str(prefix)


def _name(word: str, text: str) -> str:
    bare = word.removeprefix("*").strip(".")
    try:
        plain = bare.encode("idna").decode("ascii") if not bare.isascii() else bare
    except UnicodeError:
        plain = ""
    labels = plain.split(".")
    if len(plain) > 253 or len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadInput(f"'{text}' is neither a name such as example.com nor an address or prefix such as 192.0.2.0/24")
    return plain


def is_prefix(kept: str) -> bool:
    """Whether a kept target is an address or prefix, not a name."""
    return kept.rpartition("/")[0].replace(".", "").isdigit() or kept.replace(".", "").isdigit() or ":" in kept


class WalledGarden:
    """The entries.

    Args:
        store: where they are kept.
        clock: what time it is.
        firewall: takes the literal addresses.
        names_changed: called with all names after a change of them is durable; makes dnsmasq follow.
    """

    def __init__(self, store: Store, clock: Clock, firewall: Garden, names_changed: Callable[[list[str]], None]) -> None:
        self._store = store
        self._clock = clock
        self._firewall = firewall
        self._names_changed = names_changed

    def list(self) -> builtins.list[Entry]:
        """All entries, oldest first."""
        rows = GardenEntry.select(GardenEntry.target, GardenEntry.created_at).order_by(GardenEntry.id).tuples()
        return [Entry(kept, created_at) for kept, created_at in rows.execute(self._store.db)]

    def names(self) -> builtins.list[str]:
        """The names among the entries."""
        return [entry.target for entry in self.list() if not is_prefix(entry.target)]

    def add(self, text: str) -> Entry:
        """Open a name, address or prefix.

        Raises:
            BadInput: it is none, or there are too many.
            Conflict: it is open already.
        """
        entry = Entry(target(text), int(self._clock.now()))

        def work() -> None:
            kept = {known.target for known in self.list()}
            if entry.target in kept:
                raise Conflict(f"'{entry.target}' is in the walled garden already")
            if len(kept) >= ENTRIES_MOST:
                raise BadInput(f"the walled garden is full: at most {ENTRIES_MOST} entries")
            GardenEntry.insert(target=entry.target, created_at=entry.created_at).execute(self._store.db)

        self._change(work, entry.target)
        return entry

    def remove(self, text: str) -> None:
        """Close it again.

        Raises:
            NotFound: it is not in the walled garden.
        """
        kept = target(text)

        def work() -> None:
            if not GardenEntry.delete().where(GardenEntry.target == kept).execute(self._store.db):
                raise NotFound(f"'{kept}' is not in the walled garden")

        self._change(work, kept, self._firewall.forget_garden_names)

    def apply(self) -> None:
        """Give the firewall the literal addresses; at start and after its table was rebuilt.

        Raises:
            Unavailable: the kernel did not take them.
        """
        self._firewall.garden([entry.target for entry in self.list() if is_prefix(entry.target)])

    def _change(self, work: Callable[[], Any], kept: str, forget: Callable[[], None] | None = None) -> None:
        def inform() -> None:
            if is_prefix(kept):
                self.apply()
                return
            self._names_changed(self.names())
            if forget is not None:
                forget()

        def change() -> None:
            work()
            self._store.after_commit(inform)

        self._store.write(change)

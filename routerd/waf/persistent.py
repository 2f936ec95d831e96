"""Collections that outlive a request: IP, GLOBAL, SESSION, USER, RESOURCE. Rules open one with initcol, setsid, setuid or setrsc.

The engine reaches them through the port `Collections`; `Memory` keeps them in this process. Time is passed in, in seconds.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from routerd.waf.collections import BAG_MOST, Members

FOREVER = float("inf")


class Collections(Protocol):
    """Where members are kept; a collection is found by its kind (``IP``) and its key (an address)."""

    def members(self, kind: str, key: bytes, now: float) -> Members:
        """All members that have not expired."""
        ...

    def put(self, kind: str, key: bytes, member: tuple[bytes, bytes], now: float, timeout_s: float) -> None:
        """Sets a member; the whole collection is forgotten `timeout_s` after the last one was set."""
        ...

    def drop(self, kind: str, key: bytes, name: bytes) -> None:
        """Takes a member out."""
        ...

    def expire(self, kind: str, key: bytes, name: bytes, at: float) -> None:
        """Has a member that is there expire."""
        ...


@dataclass(slots=True)
class _Kept:
    until: float = FOREVER
    values: dict[bytes, tuple[bytes, bytes, float]] = field(default_factory=dict)
    """Name and value of each member by its folded name, and when it expires."""


class Memory:
    """Collections in memory, for one thread; beyond `most` of them the one that was written longest ago is forgotten.

    Args:
        most: collections kept; one with three members takes about 1 KiB.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def members(self, kind: str, key: bytes, now: float) -> Members:
        """All members that have not expired."""
        kept = self._kept.get((kind, key))
        if kept is None:
            return ()
        if kept.until <= now:
            del self._kept[kind, key]
            return ()
        return tuple((name, value) for name, value, until in kept.values.values() if until > now)

    def put(self, kind: str, key: bytes, member: tuple[bytes, bytes], now: float, timeout_s: float) -> None:
        """Sets a member; the whole collection is forgotten `timeout_s` after the last one was set."""
        kept = self._kept.get((kind, key))
        if kept is None or kept.until <= now:
            kept = self._kept[kind, key] = _Kept()
        self._kept.move_to_end((kind, key))
        kept.until = now + timeout_s
        name, value = member
        before = kept.values.get(name.lower())
        if before is None and len(kept.values) >= BAG_MOST:
            return
        until = before[2] if before is not None and before[2] > now else FOREVER
        kept.values[name.lower()] = (name, value, until)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, kind: str, key: bytes, name: bytes) -> None:
        """Takes a member out."""
        if kept := self._kept.get((kind, key)):
            kept.values.pop(name.lower(), None)

    def expire(self, kind: str, key: bytes, name: bytes, at: float) -> None:
        """Has a member that is there expire."""
        kept = self._kept.get((kind, key))
        if kept is not None and (found := kept.values.get(name.lower())):
            kept.values[name.lower()] = (found[0], found[1], at)

"""Who is connected: how many in all and how many from one address. The loop's thread alone comes here."""

import ipaddress
from functools import lru_cache
from typing import Protocol

from routerd.edge.limits import Limits

V6_PREFIX = 64
"""What one customer gets at least: addresses below it are one client."""


class Member(Protocol):
    """A connection, as the crowd sees it."""

    def leave_if_idle(self) -> bool:
        """Close it if it has no request under way; whether it did."""
        ...

    def stop(self) -> None:
        """Take no further request; those under way may end."""
        ...

    def drop(self) -> None:
        """End at once."""
        ...


class Crowd:
    """All connections of the edge, the oldest first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members: dict[Member, bytes] = {}
        self._clients: dict[bytes, int] = {}
        self.turned_away = 0

    def __len__(self) -> int:
        return len(self._members)

    def admits(self, client: bytes) -> bool:
        """Whether `enter` would take a connection from there, asked before its costly beginning."""
        admitted = not self._too_many(_network(client)) and (len(self._members) < self._limits.connections or self._make_room())
        self.turned_away += not admitted
        return admitted

    def enter(self, member: Member, client: bytes) -> bool:
        """Take a connection in; False: it is one too many, close it.

        Args:
            member: the connection.
            client: textual address; empty (a unix socket) counts towards the whole alone.
        """
        key = _network(client) if client else b""
        most = self._limits.connections_client
        if (key and most and self._clients.get(key, 0) >= most) or (
            len(self._members) >= self._limits.connections and not self._make_room()
        ):
            self.turned_away += 1
            return False
        self._members[member] = key
        self._clients[key] = self._clients.get(key, 0) + 1
        return True

    def leave(self, member: Member) -> None:
        """It is closed; nothing when it never entered."""
        key = self._members.pop(member, None)
        if key is None:
            return
        left = self._clients[key] - 1
        if left:
            self._clients[key] = left
        else:
            del self._clients[key]

    def members(self) -> list[Member]:
        """All of them."""
        return list(self._members)

    def _too_many(self, key: bytes) -> bool:
        most = self._limits.connections_client
        return bool(key and most) and self._clients.get(key, 0) >= most

    def _make_room(self) -> bool:
        return any(member.leave_if_idle() for member in list(self._members))


@lru_cache(maxsize=4_096)
def _network(client: bytes) -> bytes:
    """Whom a connection is counted to; empty: nobody."""
    try:
        address = ipaddress.ip_address(client.decode("ascii").partition("%")[0])
    except ValueError:
        return client
    if address.version == 4:
        return client
    return address.packed[: V6_PREFIX // 8]

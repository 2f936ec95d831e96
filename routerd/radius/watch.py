"""Ends sessions where the kernel alone would not do it rightly for those who are billed: limits in sum, and the last second.

The kernel counts each direction for itself, so it holds each to the whole of a limit on both together, with or without the daemon;
the sum is looked at here. And what the kernel drops when its time is up, it drops with its count; a session is therefore ended a
moment before, when it can still be read to the octet. Where the daemon is away the kernel ends it in time all the same.
"""

from collections.abc import Sequence

from routerd.core.clock import Clock
from routerd.radius.ports import Online, Sessions
from routerd.radius.records import R, find
from routerd.store.database import Store

LOOK_S = 1.0
"""Between two looks; what passes meanwhile is what a guest may have more than a limit in sum."""

EARLY_S = 1.25
"""How long before its time a session is ended at most: a look, and a little for being late."""


class Watch:
    """Looks; reads two short lists while there is nothing to do."""

    def __init__(self, store: Store, sessions: Sessions, clock: Clock) -> None:
        self._store = store
        self._sessions = sessions
        self._clock = clock

    def round(self) -> None:
        """End those whose time or data is over."""
        for report in find(self._store.db, R.ended == 0, R.ends_at <= self._clock.now() + EARLY_S):
            self._sessions.end(report.session_id, "expired")
        limited = {each.session_id: each.total_octets for each in find(self._store.db, R.total_octets.is_null(False), R.ended == 0)}
        if not limited:
            return
        online = self._sessions.online()
        for each in online:
            limit = limited.get(each.session.id)
            if limit is not None and _used(each, online) >= limit:
                self._sessions.end(each.session.id, "data-limit")


def _used(one: Online, online: Sequence[Online]) -> int:
    """What its grant has used: sessions that have ended, and all that are open."""
    grant = one.session.grant
    beside = [each for each in online if _key(each) == _key(one)]
    return grant.down_used_octets + grant.up_used_octets + sum(each.down_octets + each.up_octets for each in beside)


def _key(online: Online) -> tuple[str, str, int]:
    grant = online.session.grant
    return grant.kind, grant.subject, grant.starts_at

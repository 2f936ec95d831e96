"""Ends sessions whose limit on both directions together is reached.

The kernel counts each direction for itself, so it holds each to the whole limit, with or without the daemon; the sum is looked at
here, every LOOK_S. What passes between two looks is what a guest may have too much.
"""

from collections.abc import Sequence

from routerd.radius.ports import Online, Sessions
from routerd.radius.records import R, find
from routerd.store.database import Store

LOOK_S = 1.0


class Totals:
    """Looks at the sums; does nothing but read one index while nobody has such a limit."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions

    def round(self) -> None:
        """End those who have reached it."""
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

"""The action API's switches and its one key: whether a request may pass, and the key for whoever administers the box.

The key is compared through its SHA-256 fingerprint (192 random bits need no slow hash) and kept besides only sealed
(`identity.seal`), because the admin page must be able to show it again. The doors `api`, `control` and `admin` call this. It
never logs the key, and hands it out from `rotate` and `reveal` alone.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.identity.model import ApiState
from routerd.identity.records import ApiAccessRow
from routerd.identity.seal import Box
from routerd.store.database import Store

PURPOSE = "api-key"


@dataclass(frozen=True, slots=True)
class _Kept:
    state: ApiState = field(default_factory=ApiState)
    fingerprint: str = ""
    sealed: str = ""


Change = Callable[[_Kept], _Kept]


class ApiAccess:
    """Answers from memory; every change is on the disk before it is true.

    Args:
        store: where switches and key are kept; read once, here.
        clock: dates new keys.
        key_file: the box's own key.
    """

    def __init__(self, store: Store, clock: Clock, key_file: Path) -> None:
        self._store = store
        self._clock = clock
        self._box = Box(key_file)
        self._refreshing = threading.Lock()
        self._kept = self._read()

    def state(self) -> ApiState:
        """What is switched on."""
        return self._kept.state

    def verify(self, presented: str) -> bool:
        """Whether `presented` is the key; takes as long for any wrong one. Without a key nothing is right."""
        kept = self._kept.fingerprint
        try:
            return bool(kept) and tokens.same(tokens.fingerprint(presented), kept)
        except UnicodeEncodeError:  # a lone surrogate, which JSON can spell: no key of ours
            return False

    def set(self, post: bool | None = None, get: bool | None = None) -> ApiState:
        """Switch methods on or off; None leaves one as it is. The first that is switched on makes a key if there is none.

        Raises:
            Unavailable: the store or the box key failed; nothing has changed.
        """
        fresh = self._fresh() if (post or get) and not self._kept.fingerprint else None

        def change(kept: _Kept) -> _Kept:
            state = replace(
                kept.state,
                post_enabled=kept.state.post_enabled if post is None else post,
                get_enabled=kept.state.get_enabled if get is None else get,
            )
            switched = replace(kept, state=state)
            return self._keyed(switched, fresh) if fresh and not kept.fingerprint else switched

        return self._write(change).state

    def rotate(self) -> str:
        """Make a new key; the old one is wrong from now on.

        Returns:
            The new key.

        Raises:
            Unavailable: the store or the box key failed; the old key still holds.
        """
        fresh = self._fresh()
        self._write(lambda kept: self._keyed(kept, fresh))
        return fresh[0]

    def reveal(self) -> str:
        """The key, for the admin page and the command line; made now if there is none yet.

        Raises:
            Unavailable: the box key is lost, so the key cannot be shown (it still works); `rotate` makes one that can.
        """
        if not self._kept.fingerprint:
            fresh = self._fresh()
            self._write(lambda kept: kept if kept.fingerprint else self._keyed(kept, fresh))
        key = self._box.open(self._kept.sealed, PURPOSE)
        if not self.verify(key):
            raise Unavailable("the sealed API key is not the one in use; make a new one")
        return key

    def _fresh(self) -> tuple[str, str]:
        key = tokens.api_key()
        return key, self._box.seal(key, PURPOSE)

    def _keyed(self, kept: _Kept, fresh: tuple[str, str]) -> _Kept:
        key, sealed = fresh
        state = replace(kept.state, has_key=True, rotated_at=int(self._clock.now()))
        return _Kept(state, tokens.fingerprint(key), sealed)

    def _read(self) -> _Kept:
        row = ApiAccessRow.select().where(ApiAccessRow.id == 1).dicts().execute(self._store.db)
        for kept in row:
            state = ApiState(
                post_enabled=bool(kept["post_enabled"]),
                get_enabled=bool(kept["get_enabled"]),
                has_key=bool(kept["key_fingerprint"]),
                rotated_at=kept["rotated_at"],
            )
            return _Kept(state, kept["key_fingerprint"], kept["key_sealed"])
        return _Kept()

    def _write(self, change: Change) -> _Kept:
        def work() -> _Kept:
            kept = change(self._read())
            ApiAccessRow.insert(
                id=1,
                post_enabled=int(kept.state.post_enabled),
                get_enabled=int(kept.state.get_enabled),
                key_fingerprint=kept.fingerprint,
                key_sealed=kept.sealed,
                rotated_at=kept.state.rotated_at,
            ).on_conflict("REPLACE").execute(self._store.db)
            self._store.after_commit(self._refresh)
            return kept

        return self._store.write(work)

    def _refresh(self) -> None:
        """Read what is committed, so that of two changes at once memory keeps what the disk keeps."""
        with self._refreshing:
            self._kept = self._read()

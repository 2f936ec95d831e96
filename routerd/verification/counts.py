"""Counts what leaves, so that bounds hold: durable, by fingerprint where a person is counted. Called inside `Store.write`."""

from collections.abc import Callable, Sequence

from routerd.core.durations import DAY_S
from routerd.store.database import Store
from routerd.verification import model, records
from routerd.verification.model import Bound


class Counts:
    """The ledger of messages and of grace sessions.

    Args:
        store: where it is kept.
        sign: makes a keyed fingerprint.
    """

    def __init__(self, store: Store, sign: Callable[[str], str]) -> None:
        self._store = store
        self._sign = sign

    def recipient(self, recipient: str) -> str:
        """The name under which a recipient is counted."""
        return self._sign(f"recipient|{model.mailbox(recipient)}")

    def graces(self, recipient: str, mac: str, most: int) -> tuple[Bound, ...]:
        """What a grace session has to stay within."""
        return (Bound("recipient", self.recipient(recipient), DAY_S, most), Bound("device", mac, DAY_S, most))

    def wait_s(self, channel: str, bounds: Sequence[Bound], now: int) -> int:
        """Seconds until all bounds have room; 0 when they have."""
        return max(self._wait_s(channel, bound, now) for bound in bounds)

    def add(self, channel: str, bounds: Sequence[Bound], now: int) -> None:
        """Count one for each holder that the bounds name."""
        holders = {(bound.scope, bound.holder) for bound in bounds}
        rows: list[dict[str, object]] = [{"channel": channel, "scope": scope, "holder": holder, "at": now} for scope, holder in holders]
        records.note_dispatch(self._store.db, rows)

    def _wait_s(self, channel: str, bound: Bound, now: int) -> int:
        times = records.dispatched(self._store.db, channel, bound.scope, bound.holder, now - bound.window_s)
        return 0 if len(times) < bound.most else max(1, times[-bound.most] + bound.window_s - now)

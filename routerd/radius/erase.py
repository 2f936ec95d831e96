"""Takes devices out of what a RADIUS server said of them. What accounting still has to report goes when it is reported."""

from collections.abc import Sequence

from routerd.radius.records import PermissionRow
from routerd.store.database import Store


def erase(store: Store, macs: Sequence[str]) -> None:
    """Forget devices; called inside `Store.write`."""
    store.write(lambda: PermissionRow.delete().where(PermissionRow.mac.in_(list(macs))).execute(store.db))

"""What verification keeps of a person, and how it is forgotten. Apart from the service, for a box that sends nothing may have sent once."""

from collections.abc import Sequence

from routerd.store.database import Store
from routerd.verification import records


def forget(store: Store, names: Sequence[str], macs: Sequence[str]) -> None:
    """Delete codes, grants' starts and counts; counts by recipient are fingerprints and go by themselves within two days.

    Args:
        store: where they are kept.
        names: addresses, and numbers with or without the plus sign.
        macs: the person's devices.
    """
    spelt = [*names, *(f"+{name}" for name in names if name.isdecimal())]
    store.write(lambda: records.forget_person(store.db, spelt, macs))

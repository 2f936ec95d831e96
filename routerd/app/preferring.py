"""What the owner has set on the page, over the settings of the file. Apart from the house, for boxes that have none."""

from pathlib import Path

from routerd.core.clock import Clock
from routerd.core.overlay import Changes
from routerd.core.settings import Settings
from routerd.identity.audit import Audit
from routerd.identity.seal import Box
from routerd.portal.methods import METHOD_NAMES
from routerd.preferences.service import Preferences
from routerd.store.database import Store


def prefer(settings: Settings, clock: Clock, store: Store, environment: Changes | None = None, trouble: str = "") -> Preferences:
    """What the owner has set on the page, over the settings of the file.

    Args:
        settings: of file and environment, verified.
        clock: dates changes.
        store: open.
        environment: what of `settings` the environment said.
        trouble: why the last start failed, if it did.
    """
    box = Box(Path(settings.daemon.key_file))
    return Preferences(store, box, Audit(store, clock), clock, settings, METHOD_NAMES, environment=environment, trouble=trouble)

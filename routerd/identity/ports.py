"""What identity needs others to fulfil."""

from collections.abc import Mapping
from typing import Any, Protocol

from routerd.identity.actor import Actor


class Attempts(Protocol):
    """Slows whoever keeps failing; `web.limits.Attempts`."""

    def check(self, *keys: str) -> None:
        """Let an attempt pass; raises Limited when one of the keys has to pause."""
        ...

    def failed(self, *keys: str) -> None:
        """Count a failure under each key."""
        ...


class Preferences(Protocol):
    """What the owner sets on the page; `preferences.service.Preferences`."""

    def set_many(self, changes: Mapping[str, Mapping[str, Any]], actor: Actor) -> object:
        """Change settings, by section; joins the store's transaction; raises BadInput and keeps nothing when they are wrong."""
        ...

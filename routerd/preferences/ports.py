"""What preferences need of others.

The box's seal (`identity.seal.Box`), the audit trail (`identity.audit.Audit`), and somebody who puts settings into effect (`app`).
"""

from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from routerd.core.settings import Settings


class Sealer(Protocol):
    """Seals secrets under the box's own key."""

    def seal(self, secret: str, purpose: str) -> str:
        """A text that only this box opens."""
        ...

    def open(self, sealed: str, purpose: str) -> str:
        """What `seal` was given; Unavailable when the key is another one."""
        ...


class Auditor(Protocol):
    """Puts changes on record."""

    def note(self, actor: Any, action: str, target: str, before: object = None, after: object = None) -> None:
        """Who did what to what; inside the change's own transaction."""
        ...


class Applier(Protocol):
    """Puts changed settings into effect."""

    def live(self, settings: Settings) -> None:
        """Serve guests by these from now on.

        Raises:
            RouterdError: that cannot be; the settings before still count.
        """
        ...

    def anew(self, sections: AbstractSet[str]) -> None:
        """Start everything anew in this process, after the answer to the current request has been sent."""
        ...

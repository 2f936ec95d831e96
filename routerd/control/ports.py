"""What the control door needs of the services behind it; each is fulfilled structurally. A module that is switched off is None."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from routerd.core.clock import Clock
from routerd.core.ruling import Ruling
from routerd.core.settings import Settings
from routerd.guests.service import Guests
from routerd.identity.accounts import Accounts
from routerd.identity.service import ApiAccess
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers


class Firewall(Protocol):
    """`firewall.service.Firewall`."""

    @property
    def removed(self) -> bool:
        """Whether it was taken away by hand."""
        ...

    def show(self) -> str:
        """The table as nft prints it; empty when there is none."""
        ...

    def remove(self) -> None:
        """Take the table away and stop guarding."""
        ...


class Entry(Protocol):
    """`network.garden.Entry`."""

    @property
    def target(self) -> str: ...


class Garden(Protocol):
    """`network.garden.WalledGarden`."""

    def add(self, text: str) -> Entry: ...

    def remove(self, text: str) -> None: ...

    def list(self) -> Sequence[Entry]: ...


class TunnelState(Protocol):
    """`tunnel.service.TunnelState`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class Tunnel(Protocol):
    """`tunnel.service.Tunnel`."""

    def state(self) -> TunnelState: ...

    def rotate(self) -> str: ...


class RulesState(Protocol):
    """`defence.rulesets.RulesState`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class Rules(Protocol):
    """`defence.rulebook.Rulebook`."""

    @property
    def state(self) -> RulesState: ...

    def reload(self) -> RulesState: ...


class Ban(Protocol):
    """`bans.model.Ban`."""

    @property
    def client(self) -> str: ...

    @property
    def began(self) -> float: ...

    @property
    def until(self) -> float: ...

    @property
    def why(self) -> Ruling: ...


class Bans(Protocol):
    """`bans.service.Bans`."""

    def listing(self) -> Sequence[Ban]: ...

    def add(self, client: str, seconds: int, reason: str = "") -> Ban: ...

    def unban(self, client: str) -> Ban: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the control door.

    Attributes:
        parts: what the status shows besides, name to words; called at each request.
    """

    settings: Settings
    clock: Clock
    store: Store
    access: ApiAccess
    vouchers: Vouchers
    sessions: Sessions
    guests: Guests
    firewall: Firewall | None = None
    garden: Garden | None = None
    tunnel: Tunnel | None = None
    accounts: Accounts | None = None
    rules: Rules | None = None
    bans: Bans | None = None
    parts: Callable[[], Mapping[str, str]] = dict

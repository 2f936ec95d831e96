"""Premises: what the settings' sections need of a box besides its services: the gateway's parts, and what only `app` can make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from routerd.admin.sections.integrations import Cloud
from routerd.admin.sections.portal import Portal
from routerd.admin.sections.settings import Trial
from routerd.admin.sections.system import Box

if TYPE_CHECKING:  # a box that is no gateway does not load these
    from routerd.firewall.service import Firewall
    from routerd.network.service import Network


def _no_trial(_service: str) -> Trial | None:
    return None


@dataclass(frozen=True, slots=True)
class Premises:
    """What the box has.

    Attributes:
        languages: of the portal, as ``{"code", "name", "rtl"}``.
        preview: the portal's own pages; None without guest networks.
        firewall: None on a box that is no gateway.
        network: likewise.
        interfaces: reads the machine's.
        trials: ``mail`` and ``sms`` to what sends a message.
        system: the machine; None where nobody knows it.
        cloud: the cloud endpoint; None while there is none.
    """

    languages: Sequence[Mapping[str, Any]] = ()
    preview: Portal | None = None
    firewall: "Firewall | None" = None
    network: "Network | None" = None
    interfaces: Callable[[], Sequence[Any]] = tuple
    trials: Callable[[str], Trial | None] = _no_trial
    system: Box | None = None
    cloud: Cloud | None = None

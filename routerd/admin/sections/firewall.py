"""The firewall as people understand it: what is let through, refused and dropped, how often, and how full its lists are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from routerd.admin.section import Asked, Route
from routerd.admin.sections.walls import GROUPS, SETS, Group
from routerd.guests.service import Guests


class Firewall(Protocol):
    """`firewall.service.Firewall`."""

    @property
    def removed(self) -> bool: ...

    def intact(self) -> bool: ...

    def counters(self) -> Mapping[str, tuple[int, int]]: ...

    def sizes(self) -> Mapping[str, tuple[int, int]]: ...

    def rules(self) -> str: ...


class FirewallSection:
    """GET /firewall and /firewall/rules.

    Args:
        firewall: the gateway's.
        guests: knows the blocked devices.
    """

    def __init__(self, firewall: Firewall, guests: Guests) -> None:
        self._firewall = firewall
        self._guests = guests

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/firewall", self._show), Route("GET", "/firewall/rules", self._rules))

    def _show(self, _asked: Asked) -> dict[str, Any]:
        counters, sizes = self._firewall.counters(), self._firewall.sizes()
        return {
            "enforced": not self._firewall.removed,
            "intact": self._firewall.intact(),
            "chains": [_chain(group, counters) for group in GROUPS],
            "sets": [asdict(each) | dict(zip(("elements", "size"), sizes[each.id], strict=True)) for each in SETS if each.id in sizes],
            "blocked": self._blocked(),
        }

    def _rules(self, _asked: Asked) -> dict[str, str]:
        return {"text": self._firewall.rules()}

    def _blocked(self) -> list[dict[str, str]]:
        hosts = [host for host in self._guests.known() if host.blocked]
        return [{"mac": host.mac, "hostname": host.hostname, "vendor": host.vendor} for host in hosts]


def _chain(group: Group, counters: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    rows = []
    for row in group.rows:
        packets, octets = counters.get(row.id, (0, 0)) if row.counted else (None, None)
        rows.append({"id": row.id, "title": row.title, "text": row.text, "verdict": row.verdict, "packets": packets, "octets": octets})
    return {"id": group.id, "title": group.title, "text": group.text, "rows": rows}

"""The edge's own nftables table: what banned and blocked addresses send to the edge's ports is dropped before anything looks at it.

`bans` decides who; this only tells the kernel. The table is no part of the firewall's: it is there on machines without guests, too. It
judges nothing but packets to this machine's own addresses at the edge's ports, so that whoever is banned from the sites keeps the
Wi-Fi, and an administrator the way in. A banned address falls out of its set by itself when its time is up, with no daemon alive.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

from routerd.core.stretches import Stretch
from routerd.kernel import elements, nfnetlink
from routerd.kernel.commands import nft
from routerd.kernel.elements import INTERVAL_END, Element
from routerd.kernel.nfnetlink import Message

TABLE = "routerd_edge"

SIZE = 131_072
"""Elements of each set of banned addresses, those included that a transaction replaces; the kernel refuses more."""

MOMENT_MS = 60_000
"""Life of an element that the same transaction deletes."""

_TEXT = """table inet {table} {{
\tset banned4 {{
\t\ttype ipv4_addr
\t\tsize {size}
\t\tflags timeout
\t}}
\tset banned6 {{
\t\ttype ipv6_addr
\t\tsize {size}
\t\tflags timeout
\t}}
\tset blocked4 {{
\t\ttype ipv4_addr
\t\tflags interval
\t}}
\tset blocked6 {{
\t\ttype ipv6_addr
\t\tflags interval
\t}}
\tcounter dropped_banned {{ }}
\tcounter dropped_blocked {{ }}
\tchain prerouting {{
\t\ttype filter hook prerouting priority raw; policy accept;
\t\tmeta l4proto {{ tcp, udp }} th dport {{ {ports} }} fib daddr type local goto known
\t}}
\tchain known {{
\t\tip saddr @banned4 counter name dropped_banned drop
\t\tip6 saddr & ffff:ffff:ffff:ffff:: @banned6 counter name dropped_banned drop
\t\tip saddr @blocked4 counter name dropped_blocked drop
\t\tip6 saddr @blocked6 counter name dropped_blocked drop
\t}}
}}
"""


class Walls:
    """Fulfils `bans.ports.Walls`.

    Args:
        ports: the edge's; at least one.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = sorted(set(ports))

    def install(self) -> None:
        """Make the table, anew when there is one.

        Raises:
            Unavailable: the kernel refused, as it does without root.
            Misconfigured: nft is not installed.
        """
        text = _TEXT.format(table=TABLE, size=SIZE, ports=", ".join(map(str, self._ports)))
        nft("-f", "-", text=f"add table inet {TABLE}\ndelete table inet {TABLE}\n{text}")

    def ban(self, addresses: Mapping[IPv4Address | IPv6Address, float]) -> None:
        """Add addresses to their sets; those that are there get their new time."""
        messages = []
        for version in (4, 6):
            fresh = [Element(each.packed, timeout_ms=max(1, int(s * 1000))) for each, s in addresses.items() if each.version == version]
            messages += [*_absence(version, [element.key for element in fresh]), *elements.adding(TABLE, f"banned{version}", fresh)]
        nfnetlink.transact(messages)

    def unban(self, addresses: Sequence[IPv4Address | IPv6Address]) -> None:
        """Take addresses out of their sets; those that are not there are no error."""
        messages = []
        for version in (4, 6):
            messages += _absence(version, [each.packed for each in addresses if each.version == version])
        nfnetlink.transact(messages)

    def block(self, four: Sequence[Stretch], six: Sequence[Stretch]) -> None:
        """Put these stretches in place of those that are blocked, in one transaction."""
        messages = []
        for name, stretches, octets in (("blocked4", four, 4), ("blocked6", six, 16)):
            messages += [elements.emptying(TABLE, name), *elements.adding(TABLE, name, _interval(stretches, octets))]
        nfnetlink.transact(messages)

    def remove(self) -> None:
        """Take the table away; none is no error."""
        nft("-f", "-", text=f"add table inet {TABLE}\ndelete table inet {TABLE}\n")


def _absence(version: int, keys: Sequence[bytes]) -> list[Message]:
    """Messages after which none of the keys is in its set: added first, since the kernel refuses to delete what is not there."""
    name = f"banned{version}"
    return [*elements.adding(TABLE, name, [Element(key, timeout_ms=MOMENT_MS) for key in keys]), *elements.deleting(TABLE, name, keys)]


def _interval(stretches: Sequence[Stretch], octets: int) -> list[Element]:
    found: list[Element] = []
    for first, last in stretches:
        found.append(Element(first.to_bytes(octets, "big")))
        if last + 1 < 1 << 8 * octets:
            found.append(Element((last + 1).to_bytes(octets, "big"), flags=INTERVAL_END))
    return found

"""The machine's interfaces as people ask about them: state, speed, addresses, counters. Read from /sys and /proc; changes nothing."""

import fcntl
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Address
from pathlib import Path

SYS = Path("/sys/class/net")
IF_INET6 = Path("/proc/net/if_inet6")
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
_LINK_LOCAL = "20"
"""The scope that /proc/net/if_inet6 gives addresses below fe80::/10."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface.

    Attributes:
        name: as the kernel calls it.
        state: ``up``, ``down`` or ``unknown``.
        carrier: whether something is at the other end.
        mac: empty when it has none.
        mtu: octets.
        speed_mbit: of the line; None when the driver does not say.
        addresses: with prefix length, link-local ones left out.
        received: octets since it came up.
        sent: likewise.
        errors: packets that could not be sent or received.
        dropped: packets that were thrown away.
    """

    name: str
    state: str
    carrier: bool
    mac: str
    mtu: int
    speed_mbit: int | None
    addresses: tuple[str, ...]
    received: int
    sent: int
    errors: int
    dropped: int


def interfaces() -> list[Interface]:
    """Every interface but the loopback, by name."""
    six = _addresses6()
    return [_read(path, six.get(path.name, [])) for path in sorted(SYS.iterdir()) if path.name != "lo" and path.is_dir()]


def _read(path: Path, six: list[str]) -> Interface:
    state, speed = _text(path / "operstate"), _number(path / "speed")
    counts = {name: _number(path / "statistics" / name) for name in ("rx_bytes", "tx_bytes")}
    return Interface(
        name=path.name,
        state=state if state in ("up", "down") else "unknown",
        carrier=_text(path / "carrier") == "1",
        mac=_text(path / "address"),
        mtu=_number(path / "mtu"),
        speed_mbit=speed if speed > 0 else None,
        addresses=(*_addresses4(path.name), *six),
        received=counts["rx_bytes"],
        sent=counts["tx_bytes"],
        errors=sum(_number(path / "statistics" / name) for name in ("rx_errors", "tx_errors")),
        dropped=sum(_number(path / "statistics" / name) for name in ("rx_dropped", "tx_dropped")),
    )


def _addresses4(name: str) -> list[str]:
    """The interface's first IPv4 address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asked = struct.pack("256s", name.encode())
        address, mask = (
            socket.inet_ntoa(fcntl.ioctl(asking.fileno(), request, asked)[20:24]) for request in (_SIOCGIFADDR, _SIOCGIFNETMASK)
        )
        return [str(IPv4Interface(f"{address}/{mask}"))]
    return []


def _addresses6() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _text(IF_INET6).splitlines():
        digits, _index, prefix, scope, _flags, name = line.split()
        if scope != _LINK_LOCAL:
            found.setdefault(name, []).append(f"{IPv6Address(bytes.fromhex(digits))}/{int(prefix, 16)}")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # a driver that does not know says EINVAL
        return ""


def _number(path: Path) -> int:
    text = _text(path)
    return int(text) if text.isascii() and text.isdigit() else 0

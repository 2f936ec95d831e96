"""Who a guest is, as frozen values, and the pure rules about them: what state a host is in, what a device probably runs."""

from dataclasses import dataclass

from routerd.core.errors import BadInput

IDLE_AFTER_S = 300
"""A signed-in device without a packet for so long is shown as idle: longer than any phone's keep-alive."""

OFFLINE_AFTER_S = 900
"""A device not signed in that showed nothing for so long has left: ARP and ND are repeated within minutes."""

ADDRESSES6_MOST = 16
"""IPv6 addresses remembered of a device: privacy addresses come daily, no device uses more at once."""


@dataclass(frozen=True, slots=True)
class Host:
    """A device on a guest network.

    Attributes:
        mac: lower case with colons.
        network: guest network where it was seen last.
        address: newest IPv4 address; empty none.
        addresses6: newest IPv6 addresses, newest first.
        hostname: as it calls itself; never to be trusted.
        vendor: maker by MAC address; ``randomised`` for a locally administered one; empty unknown.
        os_guess: what its DHCP request looks like; empty unknown.
        requested_options: DHCP option 55.
        vendor_class: DHCP option 60.
        first_seen: seconds since the epoch.
        last_seen: seconds since the epoch.
        blocked: an owner's decision.
        label: name that an owner gave it; empty none.
        state: ``unauthenticated``, ``active``, ``idle``, ``offline``, ``blocked``.
    """

    mac: str
    network: str
    address: str
    addresses6: tuple[str, ...]
    hostname: str
    vendor: str
    os_guess: str
    requested_options: str
    vendor_class: str
    first_seen: int
    last_seen: int
    blocked: bool
    state: str = "offline"
    label: str = ""


@dataclass(frozen=True, slots=True)
class EmailUser:
    """Somebody who signed in with an e-mail address; times are seconds since the epoch."""

    id: int
    email: str
    created_at: int
    last_login: int | None
    mac: str | None
    visits: int
    comments: str
    comments1: str
    comments2: str
    last_modified: int
    marketing: int
    verified: int


@dataclass(frozen=True, slots=True)
class FbUser:
    """Somebody who signed in with a social account."""

    id: int
    provider: str
    account: str
    name: str
    email: str
    created_at: int
    last_login: int | None
    mac: str | None
    visits: int
    last_modified: int


@dataclass(frozen=True, slots=True)
class MobileUser:
    """Somebody who signed in with a telephone number (E.164)."""

    id: int
    mobile: str
    created_at: int
    last_login: int | None
    mac: str | None
    visits: int
    last_modified: int
    marketing: int
    verified: int


@dataclass(frozen=True, slots=True)
class FreeUser:
    """A device that had free access."""

    id: int
    mac: str
    created_at: int
    last_login: int | None
    visits: int
    last_modified: int
    grant_started_at: int


@dataclass(frozen=True, slots=True)
class LoginEntry:
    """One line of the login log.

    Attributes:
        event: ``login``, ``resume``, ``logout``, ``expiry``, ``refusal``, ``clone``.
        reason: what exactly: ``kicked``, ``data-limit``, ``no-such-voucher``, …
    """

    id: int
    at: int
    event: str
    kind: str
    login: str
    mac: str
    address: str
    network: str
    reason: str
    session_id: int | None
    down_octets: int
    up_octets: int


def state_of(*, blocked: bool, idle_s: float | None, unseen_s: float) -> str:
    """The state of a host.

    Args:
        blocked: the owner blocked it.
        idle_s: seconds since its last packet when it has a session; None without one.
        unseen_s: seconds since anything was seen of it.
    """
    if blocked:
        return "blocked"
    if idle_s is not None:
        return "active" if idle_s < IDLE_AFTER_S else "idle"
    return "unauthenticated" if unseen_s < OFFLINE_AFTER_S else "offline"


LABEL_MOST = 64


def clean_label(text: str) -> str:
    """A name for a device as an owner typed it, trimmed.

    Raises:
        BadInput: it is too long, or holds what cannot be shown.
    """
    label = text.strip()
    if len(label) > LABEL_MOST:
        raise BadInput(f"the name is {len(label)} characters long; at most {LABEL_MOST} are allowed")
    if not label.isprintable():
        raise BadInput("the name holds a character that cannot be shown; expected letters, digits, signs and spaces")
    return label


def is_randomised(mac: str) -> bool:
    """Whether the address was made up by the device (IEEE 802: the locally administered bit)."""
    return bool(int(mac[:2], 16) & 0x02)


_CLASSES = (
    ("android-dhcp", "Android"),
    ("MSFT", "Windows"),
    ("dhcpcd", "Linux"),
    ("udhcp", "Linux"),
    ("systemd", "Linux"),
    ("AAPLBC", "macOS"),
)
"""Beginnings of DHCP option 60, as the clients' own sources send it."""

_OPTIONS = {
    "1,121,3,6,15,119,252": "iOS",
    "1,121,3,6,15,108,114,119,252": "iOS",
    "1,121,3,6,15,114,119,252": "iOS",
    "1,121,3,6,15,119,252,95,44,46": "macOS",
    "1,121,3,6,15,108,114,119,252,95,44,46": "macOS",
    "1,121,3,6,15,114,119,252,95,44,46": "macOS",
    "1,3,6,15,26,28,51,58,59,43": "Android",
    "1,3,6,15,26,28,51,58,59,43,114": "Android",
    "1,3,6,15,26,28,51,58,59,43,114,108": "Android",
    "1,3,6,15,31,33,43,44,46,47,119,121,249,252": "Windows",
    "1,15,3,6,44,46,47,31,33,121,249,43,252": "Windows",
    "1,28,2,3,15,6,119,12,44,47,26,121,42": "Linux",
}
"""DHCP option 55 of common systems, in the order in which they ask."""


def guess_os(requested_options: str, vendor_class: str) -> str:
    """What a device probably runs, from its DHCP request; empty when nothing fits."""
    for beginning, name in _CLASSES:
        if vendor_class.startswith(beginning):
            return name
    return _OPTIONS.get(requested_options.replace(" ", ""), "")

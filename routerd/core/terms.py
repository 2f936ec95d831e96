"""The words that domains share: a device, what it was granted, what it has used.

Domains are strangers to one another; these frozen values are all that passes between them.
"""

import re
from dataclasses import dataclass

from routerd.core.errors import BadInput

MIB = 1024 * 1024
"""The action API's "MB": its upper bound 9437184 is 9 * 1024 * 1024, so a MB there is 2**20 octets."""

_MAC_SEPARATORS = re.compile(r"[:\-. ]")
_MAC_HEX = re.compile(r"[0-9a-f]{12}")


def mac_address(text: str) -> str:
    """A MAC address in the form used inside routerd: ``aa:bb:cc:dd:ee:ff``.

    Args:
        text: any usual notation (colons, dashes, dots, none; either case).

    Raises:
        BadInput: it is not a 48-bit MAC address.
    """
    digits = _MAC_SEPARATORS.sub("", text.strip().lower())
    if not _MAC_HEX.fullmatch(digits):
        raise BadInput(f"'{text}' is not a MAC address; expected six octets such as a1:b2:c3:d4:e5:f6")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


@dataclass(frozen=True, slots=True)
class Device:
    """A guest's device as a door met it.

    Attributes:
        mac: lower case with colons.
        address: the IPv4 or IPv6 address that it spoke from.
        network: name of the guest network that it is on.
    """

    mac: str
    address: str
    network: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sign-in method grants, in full. Time is seconds since the epoch, data is octets over the grant's life.

    Attributes:
        kind: ``voucher``, ``free``, ``email``, … : the method's name.
        subject: who holds the grant, unique within `kind` (a voucher's id, a MAC address).
        login: what lists show as the guest's login.
        starts_at: when the grant's clock began.
        ends_at: when it ends; None never.
        down_limit_octets: most that may be downloaded; None unlimited.
        up_limit_octets: most that may be uploaded; None unlimited.
        down_kbit: shaping towards the guest in kbit/s; 0 unshaped.
        up_kbit: shaping from the guest in kbit/s; 0 unshaped.
        devices: how many may be online at once.
        idle_timeout_s: a session without a packet from the guest for so long ends.
    """

    kind: str
    subject: str
    login: str
    starts_at: int
    ends_at: int | None = None
    down_limit_octets: int | None = None
    up_limit_octets: int | None = None
    down_kbit: int = 0
    up_kbit: int = 0
    devices: int = 1
    idle_timeout_s: int = 3600


@dataclass(frozen=True, slots=True)
class Pass:
    """One open session as the kernel must hold it; `Gate.open` takes these.

    Attributes:
        mark: 1..65535, unique among open sessions; packet mark, ct mark and HTB class minor alike.
        mac: lower case with colons.
        network: guest network name.
        ttl_s: seconds left; None for ever.
        down_quota_octets: this session's download total at which the kernel stops it; None unlimited.
        up_quota_octets: likewise for what the guest sends.
        down_used_octets: what the session has already downloaded (the kernel counts on from here).
        up_used_octets: what it has already sent.
        down_kbit: shaping towards the guest; 0 unshaped.
        up_kbit: shaping from the guest; 0 unshaped.
    """

    mark: int
    mac: str
    network: str
    ttl_s: float | None
    down_quota_octets: int | None = None
    up_quota_octets: int | None = None
    down_used_octets: int = 0
    up_used_octets: int = 0
    down_kbit: int = 0
    up_kbit: int = 0


@dataclass(frozen=True, slots=True)
class PassKey:
    """Names one open pass; `Gate.close` takes these."""

    mark: int
    mac: str
    network: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the kernel says of one open session.

    Attributes:
        mark: the session's mark.
        mac: lower case with colons; empty if the kernel holds only the download half.
        network: guest network name; empty likewise.
        down_octets: downloaded in this session, at most its quota.
        up_octets: sent in this session, at most its quota.
        idle_s: seconds since the guest's last packet; None if it has sent none since the pass was opened.
        down_quota_octets: the quota that the kernel holds; None unlimited.
        up_quota_octets: likewise.
        ttl_s: seconds until the kernel drops it; None never.
    """

    mark: int
    mac: str
    network: str
    down_octets: int
    up_octets: int
    idle_s: float | None
    down_quota_octets: int | None
    up_quota_octets: int | None
    ttl_s: float | None


@dataclass(frozen=True, slots=True)
class Requota:
    """What `Gate.requota` says of one pass that it changed.

    Attributes:
        mark: the pass's mark.
        down_octets: what the replaced element had counted when it stopped counting, exactly, at most its quota.
        up_octets: likewise.
        down_missed: how much of `down_octets` its successor was not told of, because it passed between the last look at the old
            element and its replacement; 0 when the two cannot be told apart.
        up_missed: likewise.
    """

    mark: int
    down_octets: int
    up_octets: int
    down_missed: int = 0
    up_missed: int = 0

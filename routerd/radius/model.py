"""What a server's attributes mean: terms for a guest, causes of an end, the ways in which names are written. Pure.

Direction: RADIUS counts from the box's side. Input is what came from the guest (our up), output what went to it (our down);
Mikrotik's Recv is input and its Xmit output; WISPr's and ChilliSpot's Up and Down are the guest's own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from routerd.core.aaa import RadiusMethodSettings
from routerd.core.errors import BadInput
from routerd.core.terms import MIB, Terms

Attributes = Mapping[str, tuple[int | str | bytes, ...]]

KIND = "radius"
"""`Terms.kind` of everything that a server granted."""

INTERIM_LEAST_S, INTERIM_MOST_S = 60, 86_400
"""RFC 2869, 5.16 forbids less than 60 s."""

SESSION_MOST_S = 31_536_000
"""A year, as long as the longest voucher; servers that mean "for ever" send 2**32 - 1."""

IDLE_LEAST_S = 30
"""A phone with its screen off sends a packet every few seconds to minutes."""

KBIT_MOST = 10_000_000

MESSAGE_LENGTH_MOST = 200
"""Characters of a server's Reply-Message that a guest is shown."""

LOGIN_LENGTH_MOST = 128
"""Characters of a user name (the column's width)."""

CAUSES = {
    "logout": 1,  # User-Request
    "idle": 4,  # Idle-Timeout
    "expired": 5,  # Session-Timeout
    "kicked": 6,  # Admin-Reset
    "removed": 6,
    "failed": 9,  # NAS-Error
    "data-limit": 10,  # NAS-Request
    "replaced": 13,  # Preempted
}
"""`SessionEnded.reason` to Acct-Terminate-Cause (RFC 2866, 5.10)."""

OTHER_CAUSE = 10

_RATE = re.compile(r"(\d{1,12})([kMG]?)(?:/(\d{1,12})([kMG]?))?(?: .*)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server says of a session; None where it says nothing.

    Attributes:
        session_s: seconds from the session's beginning.
        ends_at: moment of the end, seconds since the epoch.
        idle_timeout_s: silence that ends it.
        down_octets: most towards the guest.
        up_octets: most from the guest.
        total_octets: most in both directions together.
        down_kbit: rate towards the guest.
        up_kbit: rate from the guest.
    """

    session_s: int | None = None
    ends_at: int | None = None
    idle_timeout_s: int | None = None
    down_octets: int | None = None
    up_octets: int | None = None
    total_octets: int | None = None
    down_kbit: int | None = None
    up_kbit: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """An Access-Accept.

    Attributes:
        terms: what is granted.
        classes: Class attributes, to be given back in accounting (RFC 2865, 5.25).
        interim_s: seconds between reports.
        total_octets: most in both directions together; None unlimited.
        server: the server that said so, as configured.
    """

    terms: Terms
    classes: tuple[bytes, ...]
    interim_s: int
    total_octets: int | None
    server: str


def limits(said: Attributes) -> Limits:
    """Read the attributes that limit a session. 0 is no limit, as CoovaChilli and RouterOS have it.

    Raises:
        BadInput: one cannot be understood; what is not understood is no permission.
    """
    up_kbit, down_kbit = _rates(said)
    return Limits(
        session_s=_number(said, "Session-Timeout", SESSION_MOST_S),
        ends_at=_moment(said),
        idle_timeout_s=_idle(said),
        down_octets=_octets(said, "ChilliSpot-Max-Output", "-Octets") or _octets(said, "Mikrotik-Xmit-Limit"),
        up_octets=_octets(said, "ChilliSpot-Max-Input", "-Octets") or _octets(said, "Mikrotik-Recv-Limit"),
        total_octets=_octets(said, "ChilliSpot-Max-Total", "-Octets") or _octets(said, "Mikrotik-Total-Limit"),
        down_kbit=down_kbit,
        up_kbit=up_kbit,
    )


def permission(said: Attributes, asked_as: str, defaults: RadiusMethodSettings, interim_s: int, server: str, now: int) -> Permission:
    """What an Access-Accept grants.

    Args:
        said: its attributes.
        asked_as: the user name in the request; the server may answer with another (RFC 2865, 5.1).
        defaults: what holds where it says nothing.
        interim_s: likewise.
        server: who said so.
        now: seconds since the epoch.

    Raises:
        BadInput: see `limits`.
    """
    told = limits(said)
    name = (text(said, "User-Name") or asked_as)[:LOGIN_LENGTH_MOST]
    capped = told.total_octets is not None
    terms = Terms(
        kind=KIND,
        subject=name,
        login=name,
        starts_at=now,
        ends_at=now + defaults.valid_for_s if told.ends_at is None else told.ends_at,
        down_limit_octets=None if capped else defaults.download_limit_mb * MIB or None,
        up_limit_octets=None if capped else defaults.upload_limit_mb * MIB or None,
        down_kbit=defaults.down_kbit,
        up_kbit=defaults.up_kbit,
        devices=defaults.devices,
        idle_timeout_s=0,
    )
    return Permission(
        terms=changed(terms, told),
        classes=tuple(each if isinstance(each, bytes) else str(each).encode() for each in said.get("Class", ())),
        interim_s=interim(said, interim_s),
        total_octets=told.total_octets,
        server=server,
    )


def changed(terms: Terms, told: Limits) -> Terms:
    """`terms` with what a server says in their place; its Session-Timeout counts from `starts_at`.

    A limit on both directions together is held by the kernel in each direction and by the daemon in sum.
    """
    ends = [each for each in (None if told.session_s is None else terms.starts_at + told.session_s, told.ends_at) if each is not None]
    return replace(
        terms,
        ends_at=min(ends) if ends else terms.ends_at,
        down_limit_octets=_least(told.down_octets, told.total_octets, terms.down_limit_octets),
        up_limit_octets=_least(told.up_octets, told.total_octets, terms.up_limit_octets),
        down_kbit=terms.down_kbit if told.down_kbit is None else told.down_kbit,
        up_kbit=terms.up_kbit if told.up_kbit is None else told.up_kbit,
        idle_timeout_s=terms.idle_timeout_s if told.idle_timeout_s is None else told.idle_timeout_s,
    )


def interim(said: Attributes, default_s: int) -> int:
    """Seconds between reports on a session (RFC 2869, 5.16)."""
    told = _number(said, "Acct-Interim-Interval", INTERIM_MOST_S)
    return default_s if told is None else max(told, INTERIM_LEAST_S)


def text(said: Attributes, name: str) -> str:
    """An attribute's values as one text; empty when there are none. May be anything: escape it where it is shown."""
    return "".join(each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in said.get(name, ()))


def message(said: Attributes) -> str:
    """Reply-Message as a guest may see it: printable, on one line, of bounded length; still to be escaped."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text(said, "Reply-Message")).split())
    return line if len(line) <= MESSAGE_LENGTH_MOST else line[: MESSAGE_LENGTH_MOST - 1] + "…"


def station(mac: str) -> str:
    """A MAC address as RADIUS writes it: ``AA-BB-CC-DD-EE-FF`` (RFC 3580, 3.21)."""
    return mac.upper().replace(":", "-")


def called_station(mac: str, network: str) -> str:
    """The box's own side: ``AA-BB-CC-DD-EE-FF:network`` (RFC 3580, 3.20); the network alone when it has no MAC address."""
    return f"{station(mac)}:{network}" if mac else network


def mac_name(mac: str, pattern: str) -> str:
    """A MAC address as user name, written like `pattern` (``aabbccddeeff``, ``aa-bb-…``)."""
    separator = pattern[2] if len(pattern) == 17 else ""
    return mac.replace(":", separator)


def words(octets: int) -> tuple[int, int]:
    """Octets as Acct-…-Octets and Acct-…-Gigawords (RFC 2869, 5.1)."""
    return octets & 0xFFFFFFFF, octets >> 32 & 0xFFFFFFFF


def _number(said: Attributes, name: str, most: int) -> int | None:
    value = next(iter(said.get(name, ())), 0)
    if not isinstance(value, int):
        raise BadInput(f"{name} is no number")
    return min(value, most) or None


def _idle(said: Attributes) -> int | None:
    told = _number(said, "Idle-Timeout", SESSION_MOST_S)
    return None if told is None else max(told, IDLE_LEAST_S)


def _octets(said: Attributes, stem: str, ending: str = "") -> int | None:
    low, high = said.get(stem + ending, (0,))[0], said.get(f"{stem}-Gigawords", (0,))[0]
    if not isinstance(low, int) or not isinstance(high, int):
        raise BadInput(f"{stem}{ending} is no number")
    return (high << 32 | low) or None


def _rates(said: Attributes) -> tuple[int | None, int | None]:
    """Up and down in kbit/s, of whichever vendor says it first."""
    up, down = (_kbit(_number(said, f"WISPr-Bandwidth-Max-{way}", 1 << 40)) for way in ("Up", "Down"))
    mikrotik_up, mikrotik_down = _mikrotik_rates(text(said, "Mikrotik-Rate-Limit"))
    chilli_up, chilli_down = (_number(said, f"ChilliSpot-Bandwidth-Max-{way}", KBIT_MOST) for way in ("Up", "Down"))
    return up or mikrotik_up or chilli_up, down or mikrotik_down or chilli_down


def _mikrotik_rates(told: str) -> tuple[int | None, int | None]:
    """``rx/tx …``: rx is what the box receives from the guest; one number stands for both; bursts are not for us."""
    if not told:
        return None, None
    found = _RATE.fullmatch(told)
    if found is None:
        raise BadInput(f"Mikrotik-Rate-Limit is '{told[:40]}'; expected such as '512k/2M'")
    up = int(found[1]) * _UNITS[found[2].lower()]
    down = up if found[3] is None else int(found[3]) * _UNITS[found[4].lower()]
    return _kbit(up), _kbit(down)


def _kbit(bits: int | None) -> int | None:
    return min(-(-bits // 1000), KBIT_MOST) if bits else None


def _moment(said: Attributes) -> int | None:
    told = text(said, "WISPr-Session-Terminate-Time").strip()
    if not told:
        return None
    try:
        return int(datetime.fromisoformat(told).astimezone().timestamp())
    except (ValueError, OverflowError) as error:
        raise BadInput(f"WISPr-Session-Terminate-Time is '{told[:40]}'; expected such as '2025-12-24T18:00:00+01:00'") from error


def _least(told: int | None, total: int | None, before: int | None) -> int | None:
    given = [each for each in (told, total) if each is not None]
    return min(given) if given else before

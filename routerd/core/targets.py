"""Where a site's requests go, as people write it: ``http://10.0.0.5:8080/app``, ``unix:/run/app.sock``, ``h2c://10.0.0.5``. Pure.

Called by `core.edge` for the file's sites and by `sites` for those of the store.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from routerd.core.errors import BadInput

TARGETS_MOST = 64
WEIGHT_MOST = 100
PORTS = {"http": 80, "https": 443, "h2c": 80}
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_WEIGHT = re.compile(r"(.*\S)\s+weight=(\d{1,3})")
_UNIX = re.compile(r"unix:(/[^\s\0:]{1,107})")
_BETWEEN = re.compile(r"[,\n]+")
_EXPECTED = 'expected "http://address:port", "https://…", "h2c://…" or "unix:/path", and " weight=2" after it for a larger share'


@dataclass(frozen=True, slots=True)
class Target:
    """One server behind a site.

    Attributes:
        scheme: ``http``, ``https`` or ``h2c``.
        host: name or address, without brackets.
        port: TCP port.
        prefix: before every path; empty, or without a slash at its end.
        unix: path of a unix socket instead of host and port.
        weight: its share.
    """

    scheme: str
    host: str
    port: int
    prefix: str = ""
    unix: str = ""
    weight: int = 1

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = f"unix:{self.unix}" if self.unix else f"{self.scheme}://{host}:{self.port}{self.prefix}"
        return place if self.weight == 1 else f"{place} weight={self.weight}"


def targets(text: str) -> tuple[Target, ...]:
    """The targets between commas and line ends; none for an empty text.

    Raises:
        BadInput: one is none, is written twice, or there are too many.
    """
    found = tuple(target(piece.strip()) for piece in _BETWEEN.split(text) if piece.strip())
    places = [(each.scheme, each.host, each.port, each.prefix, each.unix) for each in found]
    if len(set(places)) < len(places):
        raise BadInput("a target is written twice; expected each once, with weight= for a larger share")
    if len(found) > TARGETS_MOST:
        raise BadInput(f"{len(found)} targets; expected at most {TARGETS_MOST} for one site")
    return found


def target(text: str) -> Target:
    """One target.

    Raises:
        BadInput: it cannot be read, or has what no target has (a name and password, a query).
    """
    weighed = _WEIGHT.fullmatch(text)
    place, weight = (weighed[1], int(weighed[2])) if weighed else (text, 1)
    if not 1 <= weight <= WEIGHT_MOST:
        raise BadInput(f'"{text[:200]}": a weight is 1 to {WEIGHT_MOST}')
    if unix := _UNIX.fullmatch(place):
        return Target("http", "localhost", 80, unix=unix[1], weight=weight)
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        raise _unfit(text) from None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or parts.query or parts.fragment or parts.username is not None or port == 0:
        raise _unfit(text)
    if not (_HOST.fullmatch(host) or _is_address(host)) or not _PREFIX.fullmatch(parts.path):
        raise _unfit(text)
    return Target(parts.scheme, host, port or PORTS[parts.scheme], parts.path.rstrip("/"), weight=weight)


def _unfit(text: str) -> BadInput:
    return BadInput(f'"{text[:200]}" is no target; {_EXPECTED}')


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

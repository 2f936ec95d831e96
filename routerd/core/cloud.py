"""Settings of the cloud endpoint: [tunnel] and [[tunnel.relay]]. `packaging/relay` prints the relay's block when it enrols a box."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.core.knobs import Problem, knob

RELAYS_MOST = 4
_DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z0-9-]+")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]{68}")


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """[[tunnel.relay]]: one host that takes requests from the internet and hands them to this box."""

    host: str = knob(why="the relay's name or address")
    address: str = knob(why="loopback address that the relay gave this box, such as 127.16.0.1")
    host_key: str = knob(why='the relay\'s SSH host key, "ssh-ed25519 AAAA…"; any other is refused')
    port: int = knob(7022, why="TCP port of the relay's sshd", least=1, most=65_535)
    user: str = knob("routerd-relay", why="account on the relay")


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """[tunnel]: the action API from anywhere, without an open port. Two relays are used at once."""

    domain: str = knob(why="domain below which this box has its name, such as w-router.com")
    relay: tuple[RelaySettings, ...] = knob((), why="the relays, at most four")
    key_file: str = knob("/var/lib/routerd/tunnel.key", why="this box's SSH key towards the relays; made at first use")
    allow_get: bool = knob(False, why="take GET through the tunnel too, where the key is part of the address; POST alone is safer")
    requests_per_s: int = knob(50, why="requests a second through the tunnel in the long run; more are answered 429", least=1, most=10_000)


def problems(settings: TunnelSettings) -> Iterator[Problem]:
    """What is wrong with [tunnel]."""
    if not _DOMAIN.fullmatch(settings.domain):
        yield Problem("tunnel.domain", f'"{settings.domain}"', "the relays' domain in lower case, such as w-router.com")
    if len(settings.relay) > RELAYS_MOST:
        yield Problem("tunnel.relay", f"{len(settings.relay)} relays", f"at most {RELAYS_MOST}")
    for at, relay in enumerate(settings.relay):
        where = f"tunnel.relay[{at}]"
        if not _HOST.fullmatch(relay.host):
            yield Problem(f"{where}.host", f'"{relay.host}"', "a host name or an address")
        if not _USER.fullmatch(relay.user):
            yield Problem(f"{where}.user", f'"{relay.user}"', "an account name")
        if not _KEY.fullmatch(relay.host_key):
            yield Problem(f"{where}.host_key", f'"{relay.host_key[:40]}"', '"ssh-ed25519 AAAA…" as enrolling at the relay prints it')
        if not _is_loopback(relay.address):
            yield Problem(
                f"{where}.address", f'"{relay.address}"', "the loopback address that enrolling at the relay prints, such as 127.16.0.1"
            )


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.IPv4Address(text).is_loopback
    except ValueError:
        return False

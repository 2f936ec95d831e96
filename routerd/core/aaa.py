"""Settings of the RADIUS client: [radius] and [portal.radius]."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routerd.core.endpoints import listen_address
from routerd.core.grants import GrantSettings
from routerd.core.knobs import Problem, knob


@dataclass(frozen=True, slots=True)
class RadiusSettings:
    """[radius]: the servers that know the accounts."""

    servers: tuple[str, ...] = knob((), why='authentication servers, "address:port", asked in this order; empty: none')
    secret: str = knob("", why="secret shared with the servers", secret=True)
    secrets: tuple[str, ...] = knob((), why="one secret for each server, in their order, where they do not share one", secret=True)
    protocol: str = knob("pap", why="how passwords are sent", choices=("pap", "chap"))
    timeout_s: int = knob(2, why="seconds until a server that did not answer is asked again; 10 at most in all", least=1, most=5)
    tries: int = knob(2, why="how often a server is asked before the next one is", least=1, most=5)
    dead_s: int = knob(60, why="seconds for which a server that did not answer is passed over", least=5, most=3600)
    legacy_unsigned_answers: bool = knob(
        False, why="take answers without Message-Authenticator: whoever is between box and server can forge them (CVE-2024-3596)"
    )
    nas_identifier: str = knob("", why="NAS-Identifier; empty: this machine's name")
    accounting: bool = knob(True, why="report sessions to the accounting servers")
    accounting_servers: tuple[str, ...] = knob((), why='accounting servers, "address:port"; empty: as servers, each one port higher')
    interim_s: int = knob(600, why="seconds between reports on a session where the server does not say", least=60, most=86_400)
    coa_listen: tuple[str, ...] = knob((), why='where the servers may end and change sessions, such as "192.168.10.1:3799"; empty: nowhere')
    coa_clients: tuple[str, ...] = knob((), why="addresses of who may do so besides the servers, with `secret`")
    coa_window_s: int = knob(300, why="such a request's Event-Timestamp may be off by so many seconds", least=10, most=3600)
    mac_auth: bool = knob(False, why="ask the server about every new device by its MAC address, and let in whom it accepts without a page")
    mac_auth_format: str = knob(
        "aabbccddeeff", why="how the MAC address is written then", choices=("aabbccddeeff", "aa-bb-cc-dd-ee-ff", "aa:bb:cc:dd:ee:ff")
    )
    mac_auth_password: str = knob("", why="password sent along then; empty: the MAC address as written", secret=True)
    mac_auth_again_s: int = knob(600, why="seconds until a device that was turned down is asked about again", least=30, most=86_400)


@dataclass(frozen=True, slots=True)
class RadiusMethodSettings(GrantSettings):
    """[portal.radius]: what a guest gets where the server's answer leaves it open."""

    devices: int = knob(1, why="devices that may share one sign-in's time and data", least=1, most=1000)


def problems(settings: RadiusSettings, offered: bool, guests: Sequence[ipaddress.IPv4Network]) -> Iterator[Problem]:
    """What is wrong with [radius].

    Args:
        settings: the section.
        offered: whether the portal offers the method.
        guests: subnets of the guest networks.
    """
    if offered and not settings.servers:
        yield Problem("radius.servers", "nothing", 'at least one server, since the portal offers "radius"')
    if settings.secrets and len(settings.secrets) != len(settings.servers):
        yield Problem("radius.secrets", f"{len(settings.secrets)} of them", f"one for each of the {len(settings.servers)} servers, or none")
    if settings.servers and not settings.secret and not settings.secrets:
        yield Problem("radius.secret", "nothing", "the secret that the servers and this box share")
    if settings.coa_listen and not settings.servers:
        yield Problem("radius.coa_listen", "an address", "nothing, since there are no servers")
    if settings.coa_clients and not settings.secret:
        yield Problem("radius.secret", "nothing", "the secret that coa_clients sign with")
    if settings.secrets and settings.accounting_servers and len(settings.accounting_servers) != len(settings.servers):
        yield Problem(
            "radius.accounting_servers", f"{len(settings.accounting_servers)} of them", "one for each server, since each has its own secret"
        )
    yield from _endpoints("radius.servers", settings.servers)
    yield from _endpoints("radius.accounting_servers", settings.accounting_servers)
    yield from _endpoints("radius.coa_listen", settings.coa_listen, guests)
    for at, address in enumerate(settings.coa_clients):
        if not _is_address(address):
            yield Problem(f"radius.coa_clients[{at}]", f'"{address}"', "an IP address")


def _endpoints(key: str, endpoints: Sequence[str], apart_from: Sequence[ipaddress.IPv4Network] = ()) -> Iterator[Problem]:
    for at, text in enumerate(endpoints):
        try:
            host, _ = listen_address(text)
        except ValueError:
            yield Problem(f"{key}[{at}]", f'"{text}"', 'an address with port, such as "192.0.2.1:1812" or "[2001:db8::1]:1812"')
            continue
        if any(ipaddress.ip_address(host) in subnet for subnet in apart_from):
            yield Problem(f"{key}[{at}]", f'"{text}"', "an address on the LAN or the management network, where no guest is")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

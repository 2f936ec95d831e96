"""Settings of the RADIUS client: [radius] and [portal.radius]."""

from dataclasses import dataclass

from routerd.core.grants import GrantSettings
from routerd.core.knobs import knob


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

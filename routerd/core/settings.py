"""Every setting of the TOML file: its name, type, default, bounds and reason. One frozen tree, read once, handed out in sections.

`docs/configuration.md` and the sample file describe the same keys for people; tests keep the three together.
"""

import tomllib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from pathlib import Path

from routerd.core.aaa import RadiusMethodSettings, RadiusSettings
from routerd.core.cloud import TunnelSettings
from routerd.core.edge import EdgeSettings, SiteSettings, WafSettings
from routerd.core.grants import FreeSettings, VoucherFormSettings
from routerd.core.knobs import Problem, decode, knob
from routerd.core.messaging import EmailSettings, MailSettings, MobileSettings, SmsSettings
from routerd.core.protections import BansSettings, CcSettings, GeoSettings, ScanGuardSettings
from routerd.core.providers import ProviderSettings, SocialSettings


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """[uplink]: where the internet is."""

    interface: str = knob(why="name of the interface towards the internet")
    reachable: tuple[str, ...] = knob((), why="private prefixes behind the uplink that guests may reach all the same")
    down_kbit: int = knob(0, why="line rate downwards, kbit/s; shared fairly among guests when given; 0 unknown", least=0, most=100_000_000)
    up_kbit: int = knob(0, why="line rate upwards, kbit/s; 0 unknown", least=0, most=100_000_000)


@dataclass(frozen=True, slots=True)
class StaticLease:
    """[[guest.static]]: a device that always gets the same address."""

    mac: str = knob(why="the device's MAC address")
    address: IPv4Address = knob(why="its address, inside the network")
    hostname: str = knob("", why="name served by DNS; empty none")


@dataclass(frozen=True, slots=True)
class GuestPortal:
    """[guest.portal]: what this network's portal does differently from [portal]."""

    title: str = knob("", why="heading of the pages; empty: as in [portal]")
    methods: tuple[str, ...] = knob((), why="sign-in methods; empty: as in [portal]")
    landing_url: str = knob("", why="where guests go after sign-in; empty: as in [portal]")


@dataclass(frozen=True, slots=True)
class GuestNetwork:
    """[[guest]]: one guest network (a port, a VLAN, an SSID's bridge)."""

    name: str = knob(why="short name: lower-case letters, digits, -, _; at most 12")
    interface: str = knob(why="interface that guests are on; a bridge's ports are isolated from each other too")
    address: IPv4Interface = knob(why="the gateway's address here; the daemon sets it")
    address6: IPv6Interface | None = knob(None, why="the gateway's IPv6 address; without it guests get no IPv6 at all")
    dhcp: bool = knob(True, why="serve DHCP and DNS here; false: somebody else does")
    dhcp_first: IPv4Address | None = knob(None, why="first address of the pool; default: the first after the gateway")
    dhcp_last: IPv4Address | None = knob(None, why="last address of the pool; default: the last of the network")
    lease_s: int = knob(3600, why="lease time in seconds; short enough that a day's guests do not use the pool up", least=120, most=604_800)
    static: tuple[StaticLease, ...] = knob((), why="devices with a fixed address")
    dns_upstream: tuple[str, ...] = knob((), why="DNS servers to ask; empty: those in the system's resolv.conf")
    isolation: bool = knob(True, why="guests cannot reach each other through the gateway")
    down_kbit: int = knob(0, why="default speed towards each guest, kbit/s; 0 unshaped", least=0, most=10_000_000)
    up_kbit: int = knob(0, why="default speed from each guest, kbit/s; 0 unshaped", least=0, most=10_000_000)
    idle_timeout_s: int = knob(3600, why="a session without a packet from the guest for so long ends, seconds", least=60, most=2_592_000)
    portal: GuestPortal = knob(why="this network's portal", factory=GuestPortal)


@dataclass(frozen=True, slots=True)
class LanSettings:
    """[lan]: trusted ports."""

    interface: str = knob(why="interface of the trusted LAN: action API and admin page")
    address: IPv4Interface = knob(why="the gateway's address here; the daemon sets it")


@dataclass(frozen=True, slots=True)
class ManagementSettings:
    """[management]: where the admin page and the action API listen besides the LAN address."""

    listen: tuple[str, ...] = knob((), why='addresses with port, such as "127.0.0.1:8088"')
    https: tuple[str, ...] = knob((), why='addresses with port for TLS, such as "0.0.0.0:8443"; then on the LAN address, port 443, too')
    certificate: str = knob("", why="PEM file of the certificate; empty: one of our own making")
    key: str = knob("", why="PEM file of the certificate's key")
    names: tuple[str, ...] = knob((), why="host names that the admin page may be called by, besides its addresses")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """[store]: the database."""

    url: str = knob("sqlite:////var/lib/routerd/routerd.db", why="sqlite:////absolute/path")


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """[portal]: what guests are met by."""

    methods: tuple[str, ...] = knob(("voucher",), why="sign-in methods offered, in this order")
    title: str = knob("Guest Wi-Fi", why="heading of the pages")
    landing_url: str = knob("", why="where guests go after sign-in; empty: the status page")
    venue_info_url: str = knob("", why="RFC 8908 venue-info-url; empty: none")
    https_url: str = knob("", why="the portal's https address that devices trust; advertises RFC 8910 when given")
    certificate: str = knob("", why="PEM file of the certificate for it, those of the authorities in between after it")
    key: str = knob("", why="PEM file of the certificate's key")
    wrong_passcodes: int = knob(5, why="wrong passcodes that a device or address may give in the window", least=1, most=1000)
    wrong_window_s: int = knob(300, why="the window, seconds; the pause after it doubles each time", least=10, most=86_400)
    language: str = knob(
        "en", why="for guests whose browser asks for none that there is", choices=("en", "de", "es", "fr", "it", "ar", "th", "zh")
    )
    voucher: VoucherFormSettings = knob(why="the voucher method", factory=VoucherFormSettings)
    free: FreeSettings = knob(why="the free method", factory=FreeSettings)
    email: EmailSettings = knob(why="the email method", factory=EmailSettings)
    mobile: MobileSettings = knob(why="the mobile method", factory=MobileSettings)
    social: SocialSettings = knob(why="the facebook and oidc methods", factory=SocialSettings)
    radius: RadiusMethodSettings = knob(why="the radius method", factory=RadiusMethodSettings)


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """[privacy]: how long guests are remembered."""

    retention_days: int = knob(
        0, why="days after which people, their devices, sessions and log rows are forgotten; 0: the log keeps a year", least=0, most=3650
    )


@dataclass(frozen=True, slots=True)
class VoucherSettings:
    """[vouchers]: presets for new vouchers."""

    clock: str = knob("first_login", why="when valid_for starts to run", choices=("first_login", "valid_from"))
    valid_for: str = knob("1 day", why="validity of a voucher created without one")
    devices: int = knob(1, why="devices at once for a voucher created without a number", least=1, most=1000)


@dataclass(frozen=True, slots=True)
class ActionApiSettings:
    """[action_api]: /api/."""

    always_200: bool = knob(False, why="answer errors with status 200 too, for clients that read bodies only then")
    wrong_keys: int = knob(10, why="wrong keys that one address may send in a minute before it has to wait", least=1, most=10_000)


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """[system]: what concerns the box as a whole."""

    time_zone: str = knob("", why="time zone such as Europe/Berlin, of every date that is shown or typed; empty: the machine's own")
    update_check: bool = knob(False, why="ask update_url once a day for the newest version; nothing is installed")
    update_url: str = knob("", why='https address that answers {"version": "1.2.3"}; needed with update_check')


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """[daemon]: the process itself."""

    run_dir: str = knob("/run/routerd", why="control socket, generated dnsmasq files; root only")
    key_file: str = knob("/var/lib/routerd/box.key", why="the box's own key that seals secrets in the store; made at first start")
    log_level: str = knob("info", why="how much is logged", choices=("debug", "info", "warning", "error"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole file. A section that is absent switches its module off."""

    management: ManagementSettings = knob(why="where to listen", factory=ManagementSettings)
    store: StoreSettings = knob(why="the database", factory=StoreSettings)
    uplink: UplinkSettings | None = knob(None, why="where the internet is; needed with [[guest]]")
    guest: tuple[GuestNetwork, ...] = knob((), why="guest networks")
    lan: LanSettings | None = knob(None, why="trusted ports")
    portal: PortalSettings = knob(why="what guests are met by", factory=PortalSettings)
    vouchers: VoucherSettings = knob(why="presets for new vouchers", factory=VoucherSettings)
    mail: MailSettings = knob(why="the server that takes our e-mail", factory=MailSettings)
    sms: SmsSettings = knob(why="who carries our text messages", factory=SmsSettings)
    radius: RadiusSettings = knob(why="the server that knows the accounts", factory=RadiusSettings)
    oidc: tuple[ProviderSettings, ...] = knob((), why="providers of accounts that guests may sign in with")
    edge: EdgeSettings | None = knob(None, why="the reverse proxy in front of sites")
    waf: WafSettings = knob(why="what requests are judged by", factory=WafSettings)
    bans: BansSettings = knob(why="who is kept out for a while", factory=BansSettings)
    cc: CcSettings = knob(why="how often a client may ask", factory=CcSettings)
    scanguard: ScanGuardSettings = knob(why="clients that ask again and again for what they do not get", factory=ScanGuardSettings)
    geo: GeoSettings = knob(why="where addresses are", factory=GeoSettings)
    sites: tuple[SiteSettings, ...] = knob((), why="sites behind the edge")
    tunnel: TunnelSettings | None = knob(None, why="the cloud endpoint")
    action_api: ActionApiSettings = knob(why="/api/", factory=ActionApiSettings)
    privacy: PrivacySettings = knob(why="how long guests are remembered", factory=PrivacySettings)
    system: SystemSettings = knob(why="the box as a whole", factory=SystemSettings)
    daemon: DaemonSettings = knob(why="the process itself", factory=DaemonSettings)


def load(path: Path) -> tuple[Settings | None, list[Problem]]:
    """Read a TOML file.

    Returns:
        The settings, or None when not even a part of them can be judged, and every problem found. Settings are fit for use only
        without problems, and when `core.verify` finds none either.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem("(file)", str(error), "a readable TOML file")]
    return parse(text)


def parse(text: str) -> tuple[Settings | None, list[Problem]]:
    """Like `load`, from the text itself."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [Problem("(file)", str(error), "valid TOML")]
    problems: list[Problem] = []
    settings = decode(Settings, document, "", problems)
    return settings, problems

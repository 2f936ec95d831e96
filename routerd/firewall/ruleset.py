"""Settings to nftables text. Pure but for reading `rules/`: the text says what is enforced, the definitions say where.

`firewall.table` loads what this makes. The text itself decides the policy; nothing here may.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from routerd.core.errors import Misconfigured
from routerd.core.places import data
from routerd.core.settings import Settings

TABLE = "routerd"

SESSION_MARK = 0x5244_0000
"""ct mark of a session's flows, less its number: "RD", so that it meets no mark that somebody else's rules use."""
GARDEN_MARK = 0x5245_0000
DNS_MARK = 0x5245_0001
SIGNING_MARK = 0x5246_0000
"""ct mark of what a device sends to a provider of accounts while it signs in, less a number of its own."""

PRIVATE4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "224.0.0.0/3"),
)
"""Not the internet (RFC 6890): whatever answers there belongs to this site or to whoever provides the uplink."""
PRIVATE6 = ("::/64", "64:ff9b:1::/48", "fc00::/7", "fe80::/9", "ff00::/8")

_NAME = re.compile(r"\$(\w+)")
_SKELETON = re.compile(r"^\t(?:set|map|counter) .*?^\t}|^\t\ttype .* hook .*?;|^\tcounter [^\n]*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A ruleset ready to load.

    Attributes:
        text: definitions, then the rules.
        identity: changes when any of the text does.
        skeleton: changes when a set or the hook of a base chain is defined otherwise, which nft cannot do in place.
        chains: names of all its chains.
        sets: names of all its sets and maps.
        shaping: whether speed limits are part of it.
    """

    text: str
    identity: str
    skeleton: str
    chains: frozenset[str]
    sets: frozenset[str]
    shaping: bool


def compile_ruleset(settings: Settings, *, shaping: bool = False) -> Ruleset:
    """The ruleset for a gateway.

    Args:
        settings: verified; with an uplink and at least one guest network.
        shaping: whether anybody has a speed limit.

    Raises:
        Misconfigured: the rules are not where they were installed.
    """
    defined = definitions(settings)
    base, shapes = _rules("routerd.nft"), _rules("shaping.nft")
    head = "".join(f"define {name} = {value}\n" for name, value in defined.items() if value)
    text = f"{head}\n{fill(base, defined)}{fill(shapes, defined) if shaping else ''}"
    return Ruleset(
        text,
        _digest(text),
        _digest("\n".join(_SKELETON.findall(base + shapes))),
        frozenset(re.findall(r"^\tchain (\w+) \{", text, re.MULTILINE)),
        frozenset(re.findall(r"^\t(?:set|map) (\w+) \{", text, re.MULTILINE)),
        shaping,
    )


def _rules(name: str) -> str:
    try:
        return data("rules", name).read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"the firewall's rules cannot be read: {error}") from error


def fill(rules: str, defined: Mapping[str, str]) -> str:
    """Leave out each line of code that names an empty definition: such a rule would match nothing, and nft knows no empty list.

    Raises:
        KeyError: a line names something that is not defined at all.
    """
    lines = (line for line in rules.splitlines() if line.lstrip().startswith("#") or all(defined[name] for name in _NAME.findall(line)))
    return "\n".join(lines) + "\n"


def definitions(settings: Settings) -> dict[str, str]:
    """What the rules call `$uplink`, `$guests` and so on, as nft writes it; empty when there is none of it here."""
    assert settings.uplink is not None
    networks = settings.guest
    lan = settings.lan
    six = [network for network in networks if network.address6]
    uplink = _word(settings.uplink.interface)
    guests = [_word(network.interface) for network in networks]
    own = [str(network.address.ip) for network in networks]
    reachable = [ip_network(prefix) for prefix in settings.uplink.reachable]
    near4 = [network.address.network for network in networks] + ([lan.address.network] if lan else [])
    near6 = [network.address6.network for network in six if network.address6]
    return {
        "session_mark": hex(SESSION_MARK),
        "garden_mark": hex(GARDEN_MARK),
        "dns_mark": hex(DNS_MARK),
        "signing_mark": hex(SIGNING_MARK),
        "uplink": uplink,
        "lan": _word(lan.interface) if lan else "",
        "guests": _list(guests),
        "guests6": _list(_word(network.interface) for network in six),
        "dhcp": _list(_word(network.interface) for network in networks if network.dhcp),
        "open": _list(_word(network.interface) for network in networks if not network.isolation),
        "ours": _list([uplink, *guests, *([_word(lan.interface)] if lan else [])]),
        "reachable4": _prefixes4(prefix for prefix in reachable if isinstance(prefix, IPv4Network)),
        "reachable6": _prefixes6(prefix for prefix in reachable if isinstance(prefix, IPv6Network)),
        "private4": _prefixes4([*(IPv4Network(prefix) for prefix in PRIVATE4), *near4]),
        "private6": _prefixes6([*(IPv6Network(prefix) for prefix in PRIVATE6), *near6]),
        "addresses4": _list([*own, *([str(lan.address.ip)] if lan else [])]),
        "addresses6": _list(str(network.address6.ip) for network in six if network.address6),
        "own4": _list(f"{_word(network.interface)} . {network.address.ip}" for network in networks),
        "own6": _list(f"{_word(network.interface)} . {network.address6.ip}" for network in six if network.address6),
    }


def _word(interface: str) -> str:
    return f'"{interface}"'


def _list(items: Iterable[str]) -> str:
    words = ", ".join(items)
    return f"{{ {words} }}" if words else ""


def _prefixes4(prefixes: Iterable[IPv4Network]) -> str:
    return _list(str(prefix) for prefix in collapse_addresses(prefixes))


def _prefixes6(prefixes: Iterable[IPv6Network]) -> str:
    return _list(str(prefix) for prefix in collapse_addresses(prefixes))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]

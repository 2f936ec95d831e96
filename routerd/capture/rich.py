"""The rarer, richer messages: DHCP requests, DHCPv6, mDNS and LLMNR. scapy's dissectors read them; they are loaded at first use.

Whatever a dissector raises means that the message tells nothing more than that its sender is there.
"""

import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from routerd.core.events import HostSighted

log = logging.getLogger(__name__)

NAME_MOST = 63
"""A host name is one DNS label."""

OPTIONS_MOST = 60
"""Options in a DHCP fingerprint; no client asks for more."""

_UNUSABLE = re.compile(r"[^A-Za-z0-9 ._'()\-\u00a0-\uffff]")

_A, _AAAA = 1, 28


def dhcp(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """A DHCPv4 request: host name (12), requested options (55), vendor class (60)."""
    found = _quietly(_dhcp_fields, payload)
    return HostSighted(network, mac, address, **found)


def dhcp6(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """A DHCPv6 message: the client's name (RFC 4704)."""
    return HostSighted(network, mac, address, **_quietly(_dhcp6_fields, payload))


def names(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """mDNS and LLMNR: the name that the sender answers to for its own addresses."""
    return HostSighted(network, mac, address, **_quietly(_name_fields, payload))


def _quietly(read: Callable[[bytes], dict[str, str]], payload: bytes) -> dict[str, str]:
    try:
        return read(payload)
    except Exception:  # noqa: BLE001 - dissectors raise anything at what guests make up
        log.debug("a message could not be read", exc_info=True)
        return {}


def _dhcp_fields(payload: bytes) -> dict[str, str]:
    options: dict[str, Any] = {}
    for option in _layer("dhcp", "BOOTP")(payload)[_layer("dhcp", "DHCP")].options:
        if isinstance(option, tuple) and len(option) > 1:
            options.setdefault(option[0], option[1])
    wanted = list(options.get("param_req_list", []))[:OPTIONS_MOST]
    return {
        "hostname": _text(options.get("hostname", b"")),
        "requested_options": ",".join(str(int(number)) for number in wanted),
        "vendor_class": _text(options.get("vendor_class_id", b"")),
    }


def _dhcp6_fields(payload: bytes) -> dict[str, str]:
    message = _layer("dhcp6", "_dhcp6_dispatcher")(payload)
    option = message.getlayer(_layer("dhcp6", "DHCP6OptClientFQDN"))
    return {"hostname": _label(option.fqdn)} if option is not None else {}


def _name_fields(payload: bytes) -> dict[str, str]:
    message = _layer("dns", "DNS")(payload)
    if not message.qr:
        return {}
    for record in list(message.an or []) + list(message.ar or []):
        if getattr(record, "type", 0) in (_A, _AAAA):
            return {"hostname": _label(record.rrname)}
    return {}


@cache
def _layer(module: str, name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - the dissectors take 30 MB; a quiet network never needs them

    return getattr(import_module(f"scapy.layers.{module}"), name)


def _label(name: bytes | str) -> str:
    text = _text(name)
    return text.partition(".")[0]


def _text(value: bytes | str) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return _UNUSABLE.sub("", text)[:NAME_MOST]

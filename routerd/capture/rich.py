"""The rarer, richer messages: DHCP requests, DHCPv6, mDNS and LLMNR. scapy's dissectors read them; they are loaded at first use.

Whatever a dissector raises means that the message tells nothing more than that its sender is there.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

from routerd.capture.layers import layer
from routerd.core.events import HostSighted

log = logging.getLogger(__name__)

NAME_MOST = 63
"""A host name is one DNS label."""

OPTIONS_MOST = 60
"""Options in a DHCP fingerprint; no client asks for more."""

_UNUSABLE = re.compile(r"[^A-Za-z0-9 ._'()\-\u00a0-\uffff]")

RECORDS_MOST = 32
"""Records of an answer that are looked at."""

_A, _AAAA, _ANY = 1, 28, 255


def dhcp(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """A DHCPv4 request: host name (12 or 81), requested options (55), vendor class (60); one in another's name tells nothing."""
    return HostSighted(network, mac, address, **_quietly(lambda octets: _dhcp_fields(mac, octets), payload))


def dhcp6(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """A DHCPv6 message: the client's name (RFC 4704)."""
    return HostSighted(network, mac, address, **_quietly(_dhcp6_fields, payload))


def names(network: str, mac: str, address: str, payload: bytes) -> HostSighted:
    """Multicast DNS and LLMNR: the name that the sender answers to for its own addresses."""
    return HostSighted(network, mac, address, **_quietly(lambda octets: _name_fields(address, octets), payload))


def _quietly(read: Callable[[bytes], dict[str, str]], payload: bytes) -> dict[str, Any]:
    try:
        return read(payload)
    except Exception:  # dissectors raise anything at what guests make up
        log.debug("a message could not be read", exc_info=True)
        return {}


def _dhcp_fields(mac: str, payload: bytes) -> dict[str, str]:
    message = layer("dhcp", "BOOTP")(payload)
    if bytes(message.chaddr)[:6].hex(":") != mac:
        return {}
    options: dict[str, Any] = {}
    for option in message[layer("dhcp", "DHCP")].options:
        if isinstance(option, tuple) and len(option) > 1:
            options.setdefault(option[0], option[1])
    wanted = list(options.get("param_req_list", []))[:OPTIONS_MOST]
    return {
        "hostname": _label(options.get("hostname") or options.get("client_FQDN", b"")[3:]),
        "requested_options": ",".join(str(int(number)) for number in wanted),
        "vendor_class": _text(options.get("vendor_class_id", b"")),
    }


def _dhcp6_fields(payload: bytes) -> dict[str, str]:
    message = layer("dhcp6", "_dhcp6_dispatcher")(payload)
    option = message.getlayer(layer("dhcp6", "DHCP6OptClientFQDN"))
    return {"hostname": _label(option.fqdn)} if option is not None else {}


def _name_fields(address: str, payload: bytes) -> dict[str, str]:
    message = layer("dns", "DNS")(payload)
    if not message.qr:
        return _own_question(message)
    # RFC 6762 lets a device answer for another one, that sleeps: what counts is the name that has the sender's own address.
    for record in [*(message.an or ()), *(message.ar or ())][:RECORDS_MOST]:
        if getattr(record, "type", 0) in (_A, _AAAA) and str(record.rdata) == address:
            return {"hostname": _label(record.rrname)}
    return {}


def _own_question(message: Any) -> dict[str, str]:
    """RFC 4795, 4.1: who asks for every record of a plain name asks whether anybody else has his."""
    question = message.qd[0] if message.qd else None
    if question is None or question.qtype != _ANY or b"." in question.qname.rstrip(b"."):
        return {}
    return {"hostname": _label(question.qname)}


def _label(name: bytes | str) -> str:
    text = _text(name)
    return text.partition(".")[0]


def _text(value: bytes | str) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return _UNUSABLE.sub("", text)[:NAME_MOST]

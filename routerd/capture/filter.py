"""Which packets of a guest network come up from the kernel at all, as a classic BPF program. Pure; `capture.listener` attaches it.

Let through are the packets that tell who a device is, and never bulk data:

    ARP · ICMPv6 133-136 (neighbour discovery) · DHCP from clients · DHCPv6 from clients · mDNS, LLMNR and SSDP announcements
    TCP SYN without ACK: the first packet of a connection
    QUIC Initial (version 1, to port 443): the first packet of a QUIC connection

A classic filter keeps no state, so the first packet of another UDP flow cannot be told from the ones after it; such flows are seen by
what must go before them, ARP or ND and DNS. Fragments after the first, IPv6 behind extension headers and frames of another VLAN are
not let through. The program is our own, not libpcap's, to need neither that library nor a compiler at run time.
"""

import struct
from collections.abc import Sequence

FRAME_MOST = 1_600
"""Octets of a frame that are copied up: mDNS answers fill a packet."""

ETHER_IP, ETHER_ARP, ETHER_IPV6 = 0x0800, 0x0806, 0x86DD
_LD_W, _LD_H, _LD_B = 0x20, 0x28, 0x30
_LDX_MSH = 0xB1
_LD_W_X, _LD_H_X, _LD_B_X = 0x40, 0x48, 0x50
_JEQ, _JGE, _JGT, _JSET = 0x15, 0x35, 0x25, 0x45
_AND, _RET = 0x54, 0x06

_VLAN = 0xFFFFF000 + 44
"""SKF_AD_VLAN_TAG: where the kernel keeps a tag that it took off the frame."""

Line = tuple[str, int, int, str, str]
"""Label (or empty), operation, operand, label when true, label when false (empty: the next line)."""


def program() -> bytes:
    """The program as the kernel takes it: eight octets for each instruction."""
    return assemble(_LINES)


def assemble(lines: Sequence[Line]) -> bytes:
    """Put numbers for labels.

    Raises:
        KeyError: a label is not there.
    """
    at = {label: number for number, (label, *_) in enumerate(lines) if label}
    packed = []
    for number, (_, operation, operand, true, false) in enumerate(lines):
        jumps = [at[label] - number - 1 if label else 0 for label in (true, false)]
        packed.append(struct.pack("=HBBI", operation, *jumps, operand))
    return b"".join(packed)


_LINES: tuple[Line, ...] = (
    ("", _LD_W, _VLAN, "", ""),
    ("", _AND, 0x0FFF, "", ""),
    ("", _JEQ, 0, "", "drop"),
    ("", _LD_H, 12, "", ""),
    ("", _JEQ, ETHER_ARP, "keep", ""),
    ("", _JEQ, ETHER_IP, "ipv4", ""),
    ("", _JEQ, ETHER_IPV6, "", "drop"),
    # IPv6: the next header at 20, its payload from 54.
    ("", _LD_B, 20, "", ""),
    ("", _JEQ, 58, "icmp6", ""),
    ("", _JEQ, 6, "tcp6", ""),
    ("", _JEQ, 17, "", "drop"),
    ("", _LD_H, 56, "", ""),
    ("", _JEQ, 547, "keep", ""),
    ("", _JEQ, 5353, "keep", ""),
    ("", _JEQ, 5355, "keep", ""),
    ("", _JEQ, 1900, "keep", ""),
    ("", _JEQ, 443, "", "drop"),
    ("", _LD_B, 62, "", ""),
    ("", _AND, 0xF0, "", ""),
    ("", _JEQ, 0xC0, "", "drop"),
    ("", _LD_W, 63, "", ""),
    ("", _JEQ, 1, "keep", "drop"),
    ("tcp6", _LD_B, 67, "", ""),
    ("", _AND, 0x12, "", ""),
    ("", _JEQ, 0x02, "keep", "drop"),
    ("icmp6", _LD_B, 54, "", ""),
    ("", _JGE, 133, "", "drop"),
    ("", _JGT, 136, "drop", "keep"),
    # IPv4: the payload from 14 + X, where X is the header's length.
    ("ipv4", _LD_H, 20, "", ""),
    ("", _JSET, 0x1FFF, "drop", ""),
    ("", _LDX_MSH, 14, "", ""),
    ("", _LD_B, 23, "", ""),
    ("", _JEQ, 6, "tcp4", ""),
    ("", _JEQ, 17, "", "drop"),
    ("", _LD_H_X, 16, "", ""),
    ("", _JEQ, 67, "keep", ""),
    ("", _JEQ, 5353, "keep", ""),
    ("", _JEQ, 5355, "keep", ""),
    ("", _JEQ, 1900, "keep", ""),
    ("", _JEQ, 443, "", "drop"),
    ("", _LD_B_X, 22, "", ""),
    ("", _AND, 0xF0, "", ""),
    ("", _JEQ, 0xC0, "", "drop"),
    ("", _LD_W_X, 23, "", ""),
    ("", _JEQ, 1, "keep", "drop"),
    ("tcp4", _LD_B_X, 27, "", ""),
    ("", _AND, 0x12, "", ""),
    ("", _JEQ, 0x02, "keep", "drop"),
    ("drop", _RET, 0, "", ""),
    ("keep", _RET, FRAME_MOST, "", ""),
)

"""What dnsmasq says of leases, from its lease file and from the records of its lease script, as `LeaseChanged` values. Pure.

A record is what `SCRIPT` writes: fields that each start with a letter of their own and end with NUL, then a newline. Environment
variables hold no NUL, so nothing that a guest sends (a vendor class with line breaks, say) can end a field or start a record.
"""

import re
import shlex
from collections.abc import Iterator
from ipaddress import IPv4Address

from routerd.core.events import LeaseChanged

RECORD_MOST = 4_096
"""PIPE_BUF: longest record that arrives in one piece; the script cuts every field so that no record gets there."""

HOSTNAME_MOST = 63
OPTIONS_MOST = 255
VENDOR_MOST = 128

RECORD_END = b"\0\n"

_FIELDS = "amihsevo"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\- ]")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")

SCRIPT = r"""#!/bin/sh
# Written by routerd. Hands one lease change over, and never waits: with nobody listening the record is lost, and the lease file is
# read at the next start.
printf 'a%.8s\0m%.20s\0i%.45s\0h%.255s\0s%.255s\0e%.20s\0v%.255s\0o%.255s\0\n' "$1" "$2" "$3" "$4" \
    "$DNSMASQ_SUPPLIED_HOSTNAME" "$DNSMASQ_LEASE_EXPIRES" "$DNSMASQ_VENDOR_CLASS" "$DNSMASQ_REQUESTED_OPTIONS" 1<>"{fifo}"
# While the daemon is dead the address is bound from here, or the new guest could not even ask for a name.
{ read -r daemon <"{daemon}" && kill -0 "$daemon"; } 2>/dev/null && exit 0
case "$2 $3" in
??:??:??:??:??:??" "*.*.*.*) ;;
*) exit 0 ;;
esac
case "$1" in
add | old) exec {nft} add element inet routerd bound4 {start}"$2 . $3 }" 2>/dev/null ;;
del) exec {nft} delete element inet routerd bound4 {start}"$2 . $3 }" 2>/dev/null ;;
esac
"""


def script(fifo: str, daemon: str, nft: str, interface: str) -> str:
    """The lease script's text.

    Args:
        fifo: absolute path of the FIFO that takes records.
        daemon: path of a file with the daemon's process id.
        nft: absolute path of nft.
        interface: of the guest network.
    """
    start = shlex.quote(f'{{ "{interface}" . ')
    return SCRIPT.replace("{fifo}", fifo).replace("{daemon}", daemon).replace("{nft}", nft).replace("{start}", start)


def clean_name(text: str) -> str:
    """A hostname that a guest sent, with everything but letters, digits, hyphen, dot, underscore and space taken out."""
    return _UNSAFE.sub("", text).strip(" .-")[:HOSTNAME_MOST]


def clean_text(text: str, most: int) -> str:
    """A text that a guest sent, reduced to printable ASCII and cut to `most` characters."""
    return "".join(character for character in text if " " <= character <= "~")[:most]


def records(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Split what came through the FIFO.

    Returns:
        Whole records, and the rest that waits for more; a rest longer than any record can be is thrown away.
    """
    *whole, rest = buffer.split(RECORD_END)
    return whole, rest if len(rest) <= RECORD_MOST else b""


def parse_record(network: str, raw: bytes) -> LeaseChanged | None:
    """One record of the script; None when it is not about an IPv4 lease of an Ethernet device."""
    fields = raw.split(b"\0")
    if len(fields) != len(_FIELDS) or any(field[:1].decode("latin-1") != key for field, key in zip(fields, _FIELDS, strict=True)):
        return None
    action, mac, address, hostname, supplied, expires, vendor, options = (field[1:].decode("utf-8", "replace") for field in fields)
    if action not in ("add", "old", "del") or not _ethernet(mac) or not _ipv4(address):
        return None
    return LeaseChanged(
        network=network,
        mac=mac,
        address=address,
        hostname=clean_name(hostname or supplied),
        ends_at=_ends_at(expires),
        gone=action == "del",
        requested_options=_options(options),
        vendor_class=clean_text(vendor, VENDOR_MOST),
    )


def parse_file(network: str, text: str) -> Iterator[LeaseChanged]:
    """Every IPv4 lease of a dnsmasq lease file: ``expiry mac address hostname client-id`` a line; lines that are not are skipped."""
    for line in text.splitlines():
        words = line.split(" ")
        if len(words) < 4 or not words[0].isascii() or not words[0].isdigit():
            continue
        expires, mac, address, hostname = words[:4]
        if _ethernet(mac) and _ipv4(address):
            name = "" if hostname == "*" else clean_name(hostname)
            yield LeaseChanged(network=network, mac=mac, address=address, hostname=name, ends_at=_ends_at(expires))


def _ends_at(text: str) -> int | None:
    """Zero, in the file, is an endless lease; the script is told nothing of its end."""
    return int(text) or None if text.isascii() and text.isdigit() else None


def _ethernet(text: str) -> bool:
    return bool(_MAC.fullmatch(text))


def _ipv4(text: str) -> bool:
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return False


def _options(text: str) -> str:
    """``1,3,6,15``: decimal numbers only, whole ones."""
    kept = text[:OPTIONS_MOST]
    if len(text) > OPTIONS_MOST:
        kept = kept.rpartition(",")[0]
    return kept if re.fullmatch(r"\d{1,3}(,\d{1,3})*", kept, re.ASCII) else ""

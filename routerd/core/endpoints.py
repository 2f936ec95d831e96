"""Addresses with a port, as settings have them."""

import ipaddress


def listen_address(text: str) -> tuple[str, int]:
    """Split ``address:port`` or ``[address]:port``; ValueError when it is neither."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    ipaddress.ip_address(host)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host, int(port)

"""Listening sockets, made of what a `Listener` says: an address and port, a unix path, or a socket that somebody handed over."""

import os
import socket
import stat
from pathlib import Path

from routerd.core.errors import Misconfigured
from routerd.edge.plan import Listener

BACKLOG = 4096
"""Connections that the kernel holds while the loop is busy or full; net.core.somaxconn has the last word."""

IP_FREEBIND = 15
IPV6_FREEBIND = 78
"""linux/in.h, linux/in6.h."""


def opened(listener: Listener, shared: bool = False) -> socket.socket:
    """A listening socket that does not block.

    Args:
        listener: where; an address need not be up yet.
        shared: other processes listen at the same address (SO_REUSEPORT).

    Raises:
        Misconfigured: that is not possible; says what and why.
    """
    try:
        if listener.unix:
            opened_socket = _unix(Path(listener.unix))
        elif listener.fd >= 0:
            opened_socket = _handed(listener.fd)
        else:
            opened_socket = _tcp(listener.address, listener.port, shared)
    except OSError as error:
        raise Misconfigured(f"cannot listen on {told(listener)}: {error.strerror or error}") from error
    opened_socket.setblocking(False)
    return opened_socket


def told(listener: Listener) -> str:
    """A listener as people write it."""
    if listener.unix:
        return f"unix:{listener.unix}"
    if listener.fd >= 0:
        return f"the socket handed over as file {listener.fd}"
    return f"[{listener.address}]:{listener.port}" if ":" in listener.address else f"{listener.address}:{listener.port}"


def _tcp(address: str, port: int, shared: bool) -> socket.socket:
    six = ":" in address
    made = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if six:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
        made.bind((address, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _unix(path: Path) -> socket.socket:
    """Replaces a dead socket at `path`, never a living one and nothing else; whoever may reach the path may connect."""
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        _refuse_living(path)
        path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        path.chmod(0o660)
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _refuse_living(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(1)
        try:
            asked.connect(str(path))
        except ConnectionRefusedError:
            return
    raise OSError(0, "another process listens there")


def _handed(number: int) -> socket.socket:
    """Its own copy of a socket that systemd or a parent process listens with; the number may be handed over once more later."""
    handed = socket.socket(fileno=os.dup(number))
    if not handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        handed.close()
        raise OSError(0, "it does not listen")
    return handed

"""Listening sockets, and waitress on them as a Part."""

import logging
import os
import socket
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import waitress.server
from waitress import wasyncore
from waitress.trigger import trigger

from routerd.core.errors import Misconfigured

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections the kernel holds while all threads are busy: fifty guests at once must not be refused."""

CONNECTIONS_MOST = 900
"""Open connections a server keeps: bounds memory under a flood; poll(), not select(), so file numbers are no limit."""

IDLE_S = 20
"""A connection that says nothing for so long is closed."""

UNSENT_OCTETS_MOST = 1_048_576
"""What waits for one slow reader; whatever makes more of it waits too."""

HEADER_OCTETS_MOST = 16_384
BODY_OCTETS_MOST = 1_048_576
IP_FREEBIND = 15
IPV6_FREEBIND = 78


def bind_tcp(host: str, port: int, device: str | None = None) -> socket.socket:
    """A listening TCP socket, also for an address that is not up yet.

    Args:
        host: IPv4 or IPv6 address.
        port: TCP port.
        device: when given, only what arrives on this interface is accepted.

    Raises:
        Misconfigured: the address is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            listener.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        if device is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Misconfigured(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listener


def bind_unix(path: Path, mode: int = 0o600) -> socket.socket:
    """A listening unix socket that replaces a dead one at `path`; its directory is made for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise Misconfigured(f"cannot listen on {path}: {error.strerror}") from error
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


class WebServer:
    """Serves one WSGI application on sockets that are already listening.

    Args:
        name: for logs and threads.
        app: the WSGI application.
        sockets: listening sockets, all TCP or all unix.
        threads: requests worked on at once.
        body_octets_most: larger bodies are refused before they are read.
        idle_s: a connection that says nothing for so long is closed.
        streams: some answers take long; who leaves meanwhile is noticed (``waitress.client_disconnected`` in the environment).
    """

    def __init__(
        self,
        name: str,
        app: Callable[..., Any],
        sockets: Sequence[socket.socket],
        threads: int = 8,
        body_octets_most: int = BODY_OCTETS_MOST,
        *,
        streams: bool = False,
        idle_s: int = IDLE_S,
    ) -> None:
        self.name = name
        self._app = app
        self._sockets = list(sockets)
        self._threads = threads
        self._body_octets_most = body_octets_most
        self._streams = streams
        self._idle_s = idle_s
        self._server: Any = None
        self._map: dict[int, Any] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._server = waitress.server.create_server(
            self._app,
            map=self._map,
            sockets=self._sockets,
            threads=self._threads,
            asyncore_use_poll=True,
            connection_limit=CONNECTIONS_MOST,
            channel_timeout=self._idle_s,
            cleanup_interval=10,
            max_request_header_size=HEADER_OCTETS_MOST,
            max_request_body_size=max(BODY_OCTETS_MOST, self._body_octets_most) + 1,  # waitress refuses from this on
            outbuf_high_watermark=UNSENT_OCTETS_MOST,
            channel_request_lookahead=int(self._streams),
            ident="",
            expose_tracebacks=False,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._server.run()
        except OSError:
            log.debug("%s: closed", self.name)

    def stop(self) -> None:
        """Let running requests end for a second, then close everything; also the sockets of a server that was never started."""
        if self._server is None:
            for listener in self._sockets:
                listener.close()
            return
        self._server.task_dispatcher.shutdown(timeout=1)
        loop = next((one for one in self._map.values() if isinstance(one, trigger)), None)
        if loop is not None:
            # The loop owns its map, so the loop closes it; with nothing left to watch it ends.
            loop.pull_trigger(lambda: wasyncore.close_all(self._map))
        if self._thread is not None:
            self._thread.join(timeout=2)
        self._server = None

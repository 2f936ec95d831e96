"""Takes connections: accepts, lets the PROXY protocol tell who is there, starts TLS, and hands over to the protocol that was settled on.

The service opens a `Door` for each listener and gives it `make`, which makes the protocol of one connection. A door never reads what
belongs to that protocol, and never holds more than `ARRIVING_MOST` connections that have not come that far.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

from routerd.edge.head import Peer
from routerd.edge.plan import Listener
from routerd.edge.proxy_protocol import BadHeader, Ends, Header, parse
from routerd.edge.sockets import told
from routerd.edge.tls import Contexts

log = logging.getLogger(__name__)

ACCEPTED_AT_ONCE = 64
"""Before others in the loop have their turn."""

ARRIVING_MOST = 512
"""Connections in the middle of a PROXY header or a TLS handshake; one costs up to 100 KiB. At this, the one that has been at it longest is
dropped for a new one: who is honest is through in a fraction of a second."""

OUT_OF_FILES_S = 1.0
"""After the process ran out of files or memory no more is accepted for so long."""

PEEK_OCTETS = 4096
_OUT_OF = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

Make = Callable[[Listener, Peer, str], asyncio.Protocol]
"""Listener, who is there, and what ALPN settled on (``h2``, ``http/1.1``, or nothing) to the connection's protocol."""

Admit = Callable[[Peer], bool]
"""False: there are too many connections, in all or from there; asked before any of the costly work."""


class Door:
    """One listening socket.

    Args:
        loop: whose thread calls everything.
        listener: what it was told.
        opened: its socket, listening and not blocking; closed with the door.
        make: see `Make`.
        admit: see `Admit`.
        trusted: whether an address is a trusted proxy's.
        contexts: certificates; None where no listener speaks TLS.
        handshake_s: seconds for a PROXY header, and again for a TLS handshake.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: Listener,
        opened: socket.socket,
        make: Make,
        admit: Admit,
        trusted: Callable[[bytes], bool],
        contexts: Contexts | None = None,
        handshake_s: float = 10.0,
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._socket = opened
        self._make = make
        self._admit = admit
        self._trusted = trusted
        self._contexts = contexts
        self._handshake_s = handshake_s
        self._arriving: dict[asyncio.Task[None], None] = {}  # in the order of their coming
        self._listening = False
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to accept, or go on."""
        self._again = None
        if not self._listening and self._socket.fileno() >= 0:
            self._listening = True
            self._loop.add_reader(self._socket.fileno(), self._accept)

    def _pause(self) -> None:
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._socket.fileno())

    def close(self) -> None:
        """Accept no more; connections that have arrived are not touched, those that are arriving are dropped."""
        self._pause()
        if self._again is not None:
            self._again.cancel()
        self._socket.close()
        for task in self._arriving:
            task.cancel()

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest(error)
                return
            accepted.setblocking(False)
            self._take(accepted, address)

    def _rest(self, error: OSError) -> None:
        """Out of files: an accept that fails leaves the connection where it is, so the loop would do nothing else."""
        if error.errno not in _OUT_OF:
            log.warning("%s: a connection could not be accepted: %s", told(self._listener), error)
            return
        log.error("%s: no more connections for %g s: %s", told(self._listener), OUT_OF_FILES_S, error)
        self._pause()
        self._again = self._loop.call_later(OUT_OF_FILES_S, self.open)

    def _take(self, accepted: socket.socket, address: object) -> None:
        peer = self._peer(accepted, address)
        if peer is None or not self._admit(peer):
            accepted.close()
            return
        while len(self._arriving) >= ARRIVING_MOST:
            oldest = next(iter(self._arriving))
            del self._arriving[oldest]
            oldest.cancel()
        task = self._loop.create_task(self._arrive(accepted, peer))
        self._arriving[task] = None
        task.add_done_callback(partial(self._arrived, accepted))

    def _arrived(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        self._arriving.pop(task, None)
        if task.cancelled():
            accepted.close()
        elif task.exception() is not None:
            log.error("%s: a connection could not be taken", told(self._listener), exc_info=task.exception())

    def _peer(self, accepted: socket.socket, address: object) -> Peer | None:
        scheme = b"https" if self._listener.tls else b"http"
        if accepted.family == socket.AF_UNIX:
            return Peer(b"", b"", 0, b"", 0, scheme, trusted=True)
        try:
            server, server_port = accepted.getsockname()[:2]
        except OSError:  # gone already
            return None
        assert isinstance(address, tuple)
        client, port = address[0].encode(), address[1]
        return Peer(client, client, port, server.encode(), server_port, scheme, trusted=self._trusted(client))

    async def _arrive(self, accepted: socket.socket, peer: Peer) -> None:
        try:
            if self._listener.proxy_protocol:
                peer = await self._introduced(accepted, peer)
            context = self._contexts.listening(self._listener.site) if self._listener.tls and self._contexts is not None else None
            await self._loop.connect_accepted_socket(
                lambda: _Settling(self._listener, peer, self._make) if context else self._make(self._listener, peer, ""),
                accepted,
                ssl=context,
                ssl_handshake_timeout=self._handshake_s if context else None,
            )
        except (OSError, EOFError, BadHeader) as error:  # ssl.SSLError and TimeoutError are OSErrors
            log.debug("%s: %s did not arrive: %s", told(self._listener), peer.address.decode(), error)
            accepted.close()

    async def _introduced(self, accepted: socket.socket, peer: Peer) -> Peer:
        """Who is there by the PROXY header.

        Raises:
            BadHeader: there is none, or the other end may not send one.
            EOFError: the connection ended within it.
            TimeoutError: it took too long.
        """
        if not peer.trusted:
            raise BadHeader("only trusted proxies may connect where the PROXY protocol is spoken")
        async with asyncio.timeout(self._handshake_s):
            header = await _header(self._loop, accepted)
        return peer if header.ends is None else _told_by(header.ends, peer, self._trusted)


def _told_by(ends: Ends, peer: Peer, trusted: Callable[[bytes], bool]) -> Peer:
    return Peer(peer.address, ends.client, ends.client_port, ends.server, ends.server_port, peer.scheme, trusted=trusted(ends.client))


async def _header(loop: asyncio.AbstractEventLoop, accepted: socket.socket) -> Header:
    """Read exactly the header: look first, then take only what belongs to it, for what follows is TLS's or HTTP's to read."""
    taken = b""
    while True:
        await _readable(loop, accepted)
        try:
            ahead = accepted.recv(PEEK_OCTETS, socket.MSG_PEEK)
        except BlockingIOError:
            continue
        if not ahead:
            raise EOFError
        header = parse(taken + ahead)
        mine = len(ahead) if header is None else header.octets - len(taken)
        taken += accepted.recv(mine)
        if header is not None:
            return header


async def _readable(loop: asyncio.AbstractEventLoop, waited: socket.socket) -> None:
    readable = loop.create_future()
    loop.add_reader(waited.fileno(), _settle, readable)
    try:
        await readable
    finally:
        loop.remove_reader(waited.fileno())


def _settle(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)


class _Settling(asyncio.Protocol):
    """Stands in until the handshake is over and it is known which protocol follows."""

    def __init__(self, listener: Listener, peer: Peer, make: Make) -> None:
        self._listener, self._peer, self._make = listener, peer, make

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        session: ssl.SSLObject = transport.get_extra_info("ssl_object")
        peer = replace(self._peer, tls=(session.version() or "").removeprefix("TLSv"))
        protocol = self._make(self._listener, peer, session.selected_alpn_protocol() or "")
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

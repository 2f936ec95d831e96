"""Where HTTP/3 is taken: a UDP socket for each address of TLS.

New clients prove their address first (Retry, RFC 9000, 8.1.2), so that nobody is sent what another asked for.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterable
from functools import partial
from typing import Any, Final, cast

from aioquic.asyncio.server import QuicServer
from aioquic.quic.configuration import QuicConfiguration

from routerd.core.errors import Misconfigured
from routerd.edge.context import Context
from routerd.edge.http2.bounds import CONNECTION_WINDOW, STREAM_WINDOW
from routerd.edge.http3.certificates import Certificates
from routerd.edge.http3.connection import ServerConnection
from routerd.edge.plan import Plan
from routerd.edge.sockets import IP_FREEBIND, IPV6_FREEBIND

BUFFER_OCTETS = 2_097_152
"""Of the socket, as far as the kernel allows: all connections share it."""


_BY_NAME: Final = object()

PROTOCOLS_MOST = 20_000
"""Connection numbers in use; a connection has up to eight. At this, new clients are not answered, and ask again."""


def bind_udp(address: str, port: int) -> socket.socket:
    """A UDP socket that does not block.

    Raises:
        Misconfigured: that is not possible; says what and why.
    """
    six = ":" in address
    made = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if six:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_OCTETS)
        made.setblocking(False)
        made.bind((address, port))
    except OSError as error:
        made.close()
        raise Misconfigured(f"cannot listen on UDP {address} port {port}: {error.strerror}") from error
    return made


class Endpoints:
    """All sockets of one edge.

    Args:
        context: the edge's.
        addresses: where TLS is listened at.

    Raises:
        Misconfigured: one cannot be listened at.
    """

    def __init__(self, context: Context, addresses: Iterable[tuple[str, int]]) -> None:
        logging.getLogger("quic").setLevel(logging.WARNING)  # it has several lines to say of each connection
        self._context = context
        self._certificates = Certificates()
        with contextlib.ExitStack() as undone:
            self._opened = [undone.enter_context(bind_udp(address, port)) for address, port in addresses]
            undone.pop_all()
        self._transports: list[asyncio.DatagramTransport] = []
        context.http3_ports = frozenset(opened.getsockname()[1] for opened in self._opened)

    def use(self, plan: Plan) -> None:
        """A new plan is in force."""
        self._certificates.use(plan)

    async def open(self) -> None:
        """Begin to take connections."""
        for opened in self._opened:
            transport, _ = await self._context.loop.create_datagram_endpoint(partial(self._server, opened.getsockname()), sock=opened)
            self._transports.append(transport)

    def close(self) -> None:
        """Take nothing more; connections have had their farewell."""
        for transport in self._transports:
            transport.close()

    def _server(self, at: Any) -> "_Server":
        configuration = QuicConfiguration(
            is_client=False,
            alpn_protocols=["h3"],
            idle_timeout=self._context.limits.keep_alive_s,
            max_data=CONNECTION_WINDOW,
            max_stream_data=STREAM_WINDOW,
        )
        # It wants to see some; `quic.by_name` puts the right ones in their place.
        configuration.certificate = configuration.private_key = cast("Any", _BY_NAME)
        server = at[0].encode(), at[1]
        return _Server(
            self._context, configuration, lambda quic, **_unused: ServerConnection(self._context, quic, self._certificates, server)
        )


class _Server(QuicServer):
    """Drops new clients while there are too many: they ask again."""

    def __init__(self, context: Context, configuration: QuicConfiguration, made: Any) -> None:
        super().__init__(configuration=configuration, create_protocol=made, retry=True)
        self._context = context

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        handshake = isinstance(data, bytes) and bool(data) and data[0] & 0x80  # long headers (RFC 9000, 17.2)
        if handshake and (self._context.stopping or len(self._protocols) > PROTOCOLS_MOST):
            return
        super().datagram_received(data, addr)

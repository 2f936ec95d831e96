"""Takes hold of aioquic where it has no handle: windows that grow no further than we have room, and a certificate for each name.

What is wrapped are inner methods; `setup.cfg` bounds aioquic's version for that reason, and the tests fail where they change.
"""

from collections.abc import Callable
from typing import Any

from aioquic import tls
from aioquic.quic.connection import QuicConnection

from routerd.edge.http2.bounds import CONNECTION_WINDOW, STREAM_WINDOW
from routerd.edge.http3.certificates import Certificates

Owed = Callable[[int | None], int]
"""Octets that came on a stream (None: on all of them) and wait for their upstream."""


def bound(connection: QuicConnection, owed: Owed) -> None:
    """Let windows be what was taken off our hands, and a constant more; aioquic would double them."""
    of_connection, of_stream = connection._write_connection_limits, connection._write_stream_limits

    def write_connection_limits(builder: Any, space: Any) -> None:
        data = connection._local_max_data
        data.value = _moved(data.value, data.used - owed(None) + CONNECTION_WINDOW, CONNECTION_WINDOW)
        used, data.used = data.used, 0  # so that it sees no reason to double
        try:
            of_connection(builder, space)
        finally:
            data.used = used

    def write_stream_limits(builder: Any, space: Any, stream: Any) -> None:
        receiver = stream.receiver
        if stream.max_stream_data_local:
            most = receiver.highest_offset - owed(stream.stream_id) + STREAM_WINDOW
            stream.max_stream_data_local = _moved(stream.max_stream_data_local, most, STREAM_WINDOW)
        highest, receiver.highest_offset = receiver.highest_offset, 0
        try:
            of_stream(builder, space, stream)
        finally:
            receiver.highest_offset = highest

    _replace(connection, "_write_connection_limits", write_connection_limits)
    _replace(connection, "_write_stream_limits", write_stream_limits)


def by_name(connection: QuicConnection, certificates: Certificates) -> None:
    """Have the certificate chosen by the name that the client asks for."""
    initialize = connection._initialize

    def initialize_and_watch(peer_cid: bytes) -> None:
        initialize(peer_cid)
        context = connection.tls
        handle = context._server_handle_hello

        def handle_hello(hello: Any, *rest: Any) -> None:
            at = hello.tell()
            name = tls.pull_client_hello(hello).server_name
            hello.seek(at)
            shown = certificates.shown(name)
            if shown is None:
                raise tls.AlertHandshakeFailure("no certificate for this name")
            context.certificate, context.certificate_chain, context.certificate_private_key = shown
            handle(hello, *rest)

        _replace(context, "_server_handle_hello", handle_hello)

    _replace(connection, "_initialize", initialize_and_watch)


def unsent(connection: QuicConnection, stream: int) -> int:
    """Octets of a stream that the peer has not acknowledged."""
    found = connection._streams.get(stream)
    return 0 if found is None else len(found.sender._buffer)


def _moved(now: int, most: int, window: int) -> int:
    """A limit never goes down, and goes up in steps worth a frame."""
    return most if most - now >= window // 2 else now


def _replace(owner: object, name: str, by: Callable[..., None]) -> None:
    assert callable(getattr(owner, name))
    setattr(owner, name, by)

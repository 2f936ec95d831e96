"""Upstreams that speak HTTP/2: another edge, and one that says whatever a test tells it to."""

import contextlib
import socket
import threading
from collections.abc import Callable

import h2.config
import h2.connection
import h2.events

Serve = Callable[["Talk", h2.events.Event], None]


class Talk:
    """One connection that was accepted.

    Args:
        connected: its socket.
        serve: gets each event; what it makes is sent after it.
    """

    def __init__(self, connected: socket.socket, serve: Serve) -> None:
        self.socket = connected
        self.requests: dict[int, dict[bytes, bytes]] = {}
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=False))
        self._serve = serve

    def run(self) -> None:
        self.h2.initiate_connection()
        self.flush()
        with contextlib.suppress(OSError):
            while octets := self.socket.recv(65_536):
                for event in self.h2.receive_data(octets):
                    if isinstance(event, h2.events.RequestReceived):
                        self.requests[event.stream_id] = dict(event.headers)
                    self._serve(self, event)
                self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def answer(self, stream: int, body: bytes, *fields: tuple[bytes, bytes]) -> None:
        self.h2.send_headers(stream, [(b":status", b"200"), (b"date", b"then"), *fields])
        self.h2.send_data(stream, body, end_stream=True)


class Behind2:
    """An upstream of HTTP/2 without TLS; stands where `rig.Behind` does."""

    def __init__(self, serve: Serve) -> None:
        self.talks: list[Talk] = []
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                talk = Talk(self._socket.accept()[0], self._serve)
                self.talks.append(talk)
                threading.Thread(target=talk.run, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for talk in self.talks:
            with contextlib.suppress(OSError):
                talk.socket.shutdown(socket.SHUT_RDWR)
            talk.socket.close()

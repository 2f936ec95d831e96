"""The back end that tests in the FTW format assume: answers ``POST /reflect`` with what it is told, all else with an empty 200."""

import socketserver
import threading
from typing import Self

from routerd.waf.ftw import backend
from routerd.waf.ftw.wire import received
from routerd.waf.request import field


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                piece = self.request.recv(65_536)
                if not piece:
                    return
                held += piece
            head = held.partition(b"\r\n\r\n")[0]
            request, _ = received(head + b"\r\n\r\n")
            held = self._rest(
                held, len(head) + 4, field(request.headers, b"transfer-encoding"), int(field(request.headers, b"content-length") or 0)
            )
            if not held[0]:
                return
            whole, held = held[1], held[2]
            request, body = received(whole)
            self._answer(request, body)

    def _rest(self, held, start, coding, length):
        """Whether all of it came, the request, and what follows it."""
        while True:
            if coding:
                end = held.find(b"0\r\n\r\n", start)
                end = end + 5 if end >= 0 else -1
            else:
                end = start + length if len(held) >= start + length else -1
            if end >= 0:
                return True, held[:end], held[end:]
            piece = self.request.recv(65_536)
            if not piece:
                return False, b"", b""
            held += piece

    def _answer(self, request, body) -> None:
        response, content = backend.answer(request, body)
        lines = [f"HTTP/1.1 {response.status} OK".encode(), *(name + b": " + value for name, value in response.headers), b"", b""]
        self.request.sendall(b"\r\n".join(lines) + (b"" if request.method == b"HEAD" else content))


class Backend:
    """The server.

    Attributes:
        port: where it listens.
    """

    def __init__(self) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self._server.allow_reuse_address = True
        self._server.daemon_threads = True
        self._server.request_queue_size = 256
        self._server.server_bind()
        self._server.server_activate()
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

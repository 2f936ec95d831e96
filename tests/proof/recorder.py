"""An upstream that keeps every octet it is sent, by connection, and answers what the strict reader takes for a request."""

import socket
import threading
from typing import Self

from tests.proof.parsers import READERS, Seen, requests

ANSWER = b"HTTP/1.1 200 OK\r\nX-Upstream: recorder\r\nContent-Length: 2\r\n\r\nok"
HEAD_ANSWER = b"HTTP/1.1 200 OK\r\nX-Upstream: recorder\r\nContent-Length: 2\r\n\r\n"


class Recorder:
    """The server.

    Attributes:
        port: where it listens.
    """

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listening.getsockname()[1])
        self._lock = threading.Lock()
        self._streams: list[bytearray] = []
        self._ended = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._ended = True
        self._listening.close()

    def taken(self) -> list[bytes]:
        """What came since the last time, one piece a connection; connections without any are left out."""
        with self._lock:
            found = [bytes(stream) for stream in self._streams if stream]
            for stream in self._streams:
                stream.clear()
        return found

    def _accept(self) -> None:
        while not self._ended:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = bytearray()
        with self._lock:
            self._streams.append(stream)
        answered = b""
        with connection:
            while True:
                try:
                    piece = connection.recv(65_536)
                except OSError:
                    return
                if not piece:
                    return
                with self._lock:
                    stream += piece
                answered += piece
                seen, whole = requests(READERS[0], answered)
                if seen and whole:
                    answered = b""
                    connection.sendall(b"".join(map(_answer, seen)))


def _answer(seen: Seen) -> bytes:
    return HEAD_ANSWER if seen.method == b"HEAD" else ANSWER

"""Somebody between box and server: forwards UDP, and may change what comes back."""

import hashlib
import socket
import threading
from collections.abc import Callable
from typing import Self

Change = Callable[[bytes], bytes | None]


class Forwarder:
    """Forwards datagrams to a server and its answers back.

    Args:
        server: where to.
        change: is given each answer; what it returns is delivered, None is lost.

    Attributes:
        port: where it listens on 127.0.0.1.
        requests: what came by.
    """

    def __init__(self, server: tuple[str, int], change: Change) -> None:
        self._server = server
        self._change = change
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self._line.settimeout(0.2)
        self.port = int(self._line.getsockname()[1])
        self.requests: list[bytes] = []
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._thread.join(2)
        self._line.close()

    def _run(self) -> None:
        while not self._ending:
            try:
                request, sender = self._line.recvfrom(4096)
            except TimeoutError:
                continue
            self.requests.append(request)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as onward:
                onward.settimeout(1)
                onward.sendto(request, self._server)
                try:
                    answer = self._change(onward.recv(4096))
                except TimeoutError:
                    continue
            if answer is not None:
                self._line.sendto(answer, sender)


def unsigned(answer: bytes, request: bytes, secret: bytes) -> bytes:
    """An answer without its Message-Authenticator, otherwise right: what a server before 2024 sends."""
    rest, at = b"", 20
    while at < len(answer):
        length = answer[at + 1]
        if answer[at] != 80:
            rest += answer[at : at + length]
        at += length
    head = answer[:2] + (20 + len(rest)).to_bytes(2, "big")
    return head + hashlib.md5(head + request[4:20] + rest + secret).digest() + rest

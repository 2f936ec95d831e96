"""Plays the servers of the outside world inside a namespace: web, and sockets that answer on any port.

Run as a program (`python -m tests.lab.internet --http 80 --tcp 853 --udp 443`) by the lab; the same program plays the private
server behind the uplink, a host on the LAN and a guest that listens. Answers operating systems' connectivity probes as the real
internet does, so that a client which is online sees what it expects.
"""

import argparse
import http.server
import os
import socket
import socketserver
import tempfile
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

CHUNK = 1 << 20
"""Octets handed to the kernel, or taken from it, at a time."""

TICK_S = 0.01
"""Seconds between the lines of /stream."""

PROBES: dict[tuple[str, str], tuple[int, str, bytes]] = {
    ("captive.apple.com", "/hotspot-detect.html"): (
        200,
        "text/html",
        b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    ),
    ("www.msftconnecttest.com", "/connecttest.txt"): (200, "text/plain", b"Microsoft Connect Test"),
    ("www.msftncsi.com", "/ncsi.txt"): (200, "text/plain", b"Microsoft NCSI"),
    ("detectportal.firefox.com", "/canonical.html"): (
        200,
        "text/html",
        b'<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
    ),
    ("detectportal.firefox.com", "/success.txt"): (200, "text/plain", b"success\n"),
    ("nmcheck.gnome.org", "/check_network_status.txt"): (200, "text/plain", b"NetworkManager is online\n"),
    ("network-test.debian.org", "/nm"): (200, "text/plain", b"NetworkManager is online\n"),
    ("connectivity-check.ubuntu.com", "/"): (204, "text/plain", b""),
    ("ipv4.connman.net", "/online/status.html"): (200, "text/html", b"online"),
}
"""(host, path) to status, media type and body; /generate_204 and /gen_204 are 204 on every host."""

EXTRA_HEADERS = {
    "connectivity-check.ubuntu.com": ("X-NetworkManager-Status", "online"),
    "ipv4.connman.net": ("X-ConnMan-Status", "online"),
}


class Web(http.server.BaseHTTPRequestHandler):
    """Every page of the internet."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        host = self.headers.get("Host", "").rsplit(":", 1)[0].lower()
        if path.startswith("/bytes/"):
            self._bytes(int(path.removeprefix("/bytes/")))
        elif path == "/stream":
            self._stream()
        elif path == "/whoami":
            self._answer(200, "text/plain", self.client_address[0].removeprefix("::ffff:").encode())
        elif path in ("/generate_204", "/gen_204"):
            self._answer(204, "text/plain", b"")
        else:
            self._answer(*PROBES.get((host, path), (200, "text/html", b"<h1>The internet</h1>you asked for " + host.encode())))

    do_HEAD = do_GET  # noqa: N815  # the name that http.server calls

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        took = 0
        while left:
            data = self.rfile.read1(min(left, CHUNK))
            if not data:
                return
            took += len(data)
            left -= len(data)
        self._answer(200, "text/plain", str(took).encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        extra = EXTRA_HEADERS.get(self.headers.get("Host", "").lower())
        if extra:
            self.send_header(*extra)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _bytes(self, wanted: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(wanted))
        self.end_headers()
        while wanted > 0:
            sent = os.sendfile(self.connection.fileno(), _ZEROES.fileno(), 0, min(wanted, CHUNK))
            if not sent:
                return
            wanted -= sent

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Connection", "close")
        self.end_headers()
        at = 0
        while True:
            self.wfile.write(b"%d\n" % at)
            at += 1
            time.sleep(TICK_S)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the inherited signature
        """Say nothing: the tests look at the packets."""


class _WebServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    request_queue_size = 256

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no event."""


def _listen(kind: int, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6, kind)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("::", port))
    return listener


def _tcp(port: int) -> None:
    """Accept, greet, and send back whatever arrives."""
    listener = _listen(socket.SOCK_STREAM, port)
    listener.listen(64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_echo, args=(connection,), daemon=True).start()


def _echo(connection: socket.socket) -> None:
    with connection:
        try:
            connection.sendall(b"hello\n")
            while data := connection.recv(65536):
                connection.sendall(data)
        except OSError:
            return


def _udp(port: int) -> None:
    """Send every datagram back."""
    listener = _listen(socket.SOCK_DGRAM, port)
    listener.setsockopt(socket.IPPROTO_IPV6, 49, 1)  # IPV6_RECVPKTINFO: answer from the address that was asked
    while True:
        data, control, _, sender = listener.recvmsg(65536, 256)
        try:
            listener.sendmsg([data], control, 0, sender)
        except OSError:
            continue


_ZEROES = tempfile.TemporaryFile()  # noqa: SIM115  # sendfile reads from it until the program ends
_ZEROES.truncate(CHUNK)


def main() -> None:
    """Serve until killed; prints ``serving`` when every port listens."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds: dict[str, Callable[[int], None]] = {
        "http": lambda port: _WebServer(("::", port), Web).serve_forever(),
        "tcp": _tcp,
        "udp": _udp,
    }
    for kind in kinds:
        parser.add_argument(f"--{kind}", type=int, nargs="*", default=[])
    ports = vars(parser.parse_args())
    for kind, serve in kinds.items():
        for port in ports[kind]:
            threading.Thread(target=serve, args=(port,), daemon=True).start()
    time.sleep(0.05)
    print("serving", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

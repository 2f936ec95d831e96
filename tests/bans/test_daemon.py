"""The daemon whole, as root, in a namespace: a scanner is banned after its errors, its flood dies in the kernel, and others are served."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from routerd.kernel import objects, tables
from routerd.kernel.walls import TABLE
from tests.lab.namespace import Namespace, batch

pytestmark = pytest.mark.lab

BOX, SCANNER, VISITOR = "192.0.2.1", "192.0.2.7", "192.0.2.8"
CONFIG = """
[store]
url = "sqlite:///{place}/routerd.db"
[daemon]
run_dir = "{place}/run"
key_file = "{place}/box.key"
[edge]
http = ["192.0.2.1:80"]
[waf]
mode = "on"
rules = []
[scanguard]
errors = 5
ban_s = 3
[[sites]]
name = "main"
domain = "*"
target_url = "http://127.0.0.1:8000"
"""


class Site(BaseHTTPRequestHandler):
    """Has one page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


class Box:
    """Two namespaces, a daemon that guards one site in the first, clients in the other."""

    def __init__(self, place: Path) -> None:
        tag = f"rdshld-{os.getpid():x}"
        self.box, self.client = Namespace(f"{tag}-box"), Namespace(f"{tag}-client")
        batch([f"netns add {space.name}" for space in (self.box, self.client)])
        self.box.batch([f"link add edge0 type veth peer name out0 netns {self.client.name}", "link set lo up", "link set edge0 up"])
        self.box.batch([f"addr add {BOX}/24 dev edge0"])
        self.client.batch(["link set out0 up", f"addr add {SCANNER}/24 dev out0", f"addr add {VISITOR}/24 dev out0"])
        with self.box.entered():
            self.site = ThreadingHTTPServer(("127.0.0.1", 8000), Site)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        (place / "routerd.toml").write_text(CONFIG.format(place=place))
        self.log = (place / "log").open("w+")
        self.daemon = self.box.start(
            *(sys.executable, "-m", "routerd", "run", "--config", str(place / "routerd.toml")), stdout=self.log, stderr=self.log
        )

    def get(self, source: str, path: str = "/") -> int:
        """The status; 0: no connection, or no answer."""
        with self.client.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.3)
            connection.bind((source, 0))
            try:
                connection.connect((BOX, 80))
                connection.settimeout(3)
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n".encode())
                return int(connection.recv(4096).split(b" ", 2)[1])
            except (OSError, IndexError):
                return 0

    def wait(self, holds, wait_s: float = 15) -> None:
        until = time.monotonic() + wait_s
        while not holds():
            self.log.seek(0)
            assert time.monotonic() < until, self.log.read()
            time.sleep(0.05)

    def dropped(self) -> int:
        """Packets that the kernel dropped for a ban."""
        with self.box.entered():
            return objects.counters(TABLE)["dropped_banned"][0]

    def close(self) -> None:
        self.daemon.terminate()
        self.daemon.wait(10)
        self.site.shutdown()
        self.site.server_close()
        self.log.close()
        for space in (self.client, self.box):
            space.remove()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    built = Box(tmp_path)
    try:
        built.wait(lambda: built.get(VISITOR) == 200)
        yield built
    finally:
        built.close()


def test_a_scanner_is_banned_and_its_flood_dies_in_the_kernel_until_the_ban_ends(box: Box) -> None:
    assert [box.get(SCANNER, f"/{at}") for at in range(5)] == [404] * 5
    box.wait(lambda: box.get(SCANNER) == 0)
    before = box.dropped()
    assert before >= 1
    with box.client.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        flood.bind((SCANNER, 0))
        for _ in range(500):
            flood.sendto(b"x", (BOX, 80))
    assert box.dropped() >= before + 500
    assert box.get(VISITOR) == 200
    box.wait(lambda: box.get(SCANNER) == 200)
    box.daemon.terminate()
    box.daemon.wait(10)
    with box.box.entered():
        assert tables.layout(TABLE) is None

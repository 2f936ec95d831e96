"""The kernel's part on a real kernel: floods of banned and blocked addresses die before anything looks at them, and bans end by themselves.

box: 192.0.2.1, 2001:db8::1 ── client: 192.0.2.7 to .9, 2001:db8::7, 2001:db8:1::7
"""

import os
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from routerd.bans.service import Bans
from routerd.core.clock import SystemClock
from routerd.core.ruling import Ruling
from routerd.kernel import objects, tables
from routerd.kernel.walls import TABLE, Walls
from routerd.store.database import Store
from tests.lab.namespace import Namespace, batch

pytestmark = pytest.mark.lab

WHY = Ruling("block", "acl_0", "[scan-guard] scan-guard: 30x 4xx / 10s", "acl")
PORT, OTHER = 18080, 18081
BOX, BOX6 = "192.0.2.1", "2001:db8::1"


class Box:
    """Two namespaces; the box echoes datagrams on two ports, one of which is the edge's."""

    def __init__(self) -> None:
        tag = f"rdbans-{os.getpid():x}"
        self.box, self.client = Namespace(f"{tag}-box"), Namespace(f"{tag}-client")
        self.walls = Walls([PORT])
        self.servers: list[socket.socket] = []
        batch([f"netns add {space.name}" for space in (self.box, self.client)])
        self.box.batch([f"link add edge0 type veth peer name out0 netns {self.client.name}", "link set lo up", "link set edge0 up"])
        self.box.batch([f"addr add {BOX}/24 dev edge0", f"addr add {BOX6}/64 dev edge0 nodad", "addr add 2001:db8:1::1/64 dev edge0 nodad"])
        self.client.batch(["link set out0 up", *(f"addr add 192.0.2.{at}/24 dev out0" for at in (7, 8, 9))])
        self.client.batch([f"addr add {address}/64 dev out0 nodad" for address in ("2001:db8::7", "2001:db8:1::7")])
        for port in (PORT, OTHER):
            server = self.box.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            server.bind(("::", port))
            self.servers.append(server)

    def got(self, source: str, port: int = PORT, many: int = 1, to: str = "") -> int:
        """How many datagrams from an address arrive."""
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        server = self.servers[0 if port == PORT else 1]
        with self.client.socket(family, socket.SOCK_DGRAM) as sender:
            sender.bind((source, 0))
            for _ in range(many):
                sender.sendto(b"?", (to or (BOX6 if ":" in source else BOX), port))
        arrived = 0
        server.settimeout(0.2)
        while arrived < many:
            try:
                server.recv(16)
            except TimeoutError:
                break
            arrived += 1
        return arrived

    def dropped(self, what: str) -> int:
        """Packets that the kernel's counter counted."""
        with self.box.entered():
            return objects.counters(TABLE)[f"dropped_{what}"][0]

    def close(self) -> None:
        for server in self.servers:
            server.close()
        for space in (self.client, self.box):
            space.remove()


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    built = Box()
    try:
        yield built
    finally:
        built.close()


def test_a_flood_dies_in_the_kernel_and_the_ban_ends_by_itself(box: Box) -> None:
    assert box.got("192.0.2.7") == 1
    with box.box.entered():
        box.walls.install()
        box.walls.ban({ip_address("192.0.2.7"): 0.8, ip_address("192.0.2.8"): 600})
        box.walls.ban({ip_address("192.0.2.8"): 0.5})
        begun = time.monotonic()
    assert box.got("192.0.2.7", many=200) == 0
    assert box.dropped("banned") == 200
    assert box.got("192.0.2.9", many=50) == 50
    assert box.got("192.0.2.7", port=OTHER) == 1, "what is not the edge's is nobody's business"
    time.sleep(max(0.0, 1.0 - (time.monotonic() - begun)))
    assert box.got("192.0.2.7") == 1
    assert box.got("192.0.2.8") == 1, "a ban that is given anew has its new time"


def test_an_ipv6_ban_holds_for_the_prefix(box: Box) -> None:
    with box.box.entered():
        box.walls.install()
        box.walls.ban({ip_address("2001:db8::"): 60})
    assert box.got("2001:db8::7") == 0
    assert box.got("2001:db8:1::7", to="2001:db8:1::1") == 1
    with box.box.entered():
        box.walls.unban([ip_address("2001:db8::"), ip_address("2001:db8:9::")])
    assert box.got("2001:db8::7") == 1


def test_blocked_stretches_replace_each_other(box: Box) -> None:
    def number(text: str) -> int:
        return int(ip_address(text))

    with box.box.entered():
        box.walls.install()
        box.walls.block(
            [(number("192.0.2.7"), number("192.0.2.8")), (number("255.0.0.0"), 2**32 - 1)], [(number("2001:db8:1::"), 2**128 - 1)]
        )
    assert [box.got(f"192.0.2.{at}") for at in (7, 8, 9)] == [0, 0, 1]
    assert box.got("2001:db8:1::7", to="2001:db8:1::1") == 0
    assert box.dropped("blocked") == 3
    with box.box.entered():
        box.walls.block([(number("192.0.2.9"), number("192.0.2.9"))], [])
    assert [box.got(f"192.0.2.{at}") for at in (7, 8, 9)] == [1, 1, 0]


def test_the_service_keeps_the_kernel_as_it_should_be(box: Box) -> None:
    with box.box.entered():
        box.walls.remove()
        bans = Bans(Store("sqlite:///:memory:"), SystemClock(), (), lambda: [BOX], box.walls)
        bans.ban(b"192.0.2.7", 600, WHY)
        bans.ban(b"192.0.2.8", 600, WHY, direct=False)
        bans.round()
    assert [box.got(f"192.0.2.{at}") for at in (7, 8)] == [0, 1]
    box.box.run("nft", "flush", "ruleset")
    with box.box.entered():
        bans.ban(b"192.0.2.9", 600, WHY)
        bans.round()
    assert [box.got(f"192.0.2.{at}") for at in (7, 9)] == [0, 0]
    with box.box.entered():
        bans.unban("192.0.2.7")
        bans.round()
    assert [box.got(f"192.0.2.{at}") for at in (7, 9)] == [1, 0]
    with box.box.entered():
        bans.stop()
        assert tables.layout(TABLE) is None

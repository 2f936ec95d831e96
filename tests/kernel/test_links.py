"""Interfaces, neighbours and the watch, in a network namespace of the test's own."""

import os
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface

import pytest

from routerd.core.errors import Unavailable
from routerd.kernel.links import Links, LinkWatch
from routerd.kernel.neighbours import Neighbours
from tests.lab.namespace import Namespace, batch

pytestmark = pytest.mark.lab

ALICE = "a0:00:00:00:00:01"


@pytest.fixture
def box() -> Iterator[Namespace]:
    space = Namespace(f"rdFk{os.getpid():x}")
    batch([f"netns add {space.name}"])
    try:
        space.batch(
            [
                "link add guest0 type bridge",
                "link add port1 type veth peer name far1",
                "link add port2 type veth peer name far2",
                "link set port1 master guest0 up",
                "link set far1 up",
                "link set guest0 up",
            ]
        )
        with space.entered():
            yield space
    finally:
        space.remove()


@pytest.fixture
def links(box: Namespace) -> Iterator[Links]:
    made = Links()
    yield made
    made.close()


def test_an_address_is_set_once_and_others_stay(box: Namespace, links: Links) -> None:
    box.batch(["address add 10.9.9.9/24 dev guest0"])
    assert links.set_address("guest0", IPv4Interface("192.168.88.1/24"))
    assert not links.set_address("guest0", IPv4Interface("192.168.88.1/24"))
    assert links.set_address("guest0", IPv6Interface("fd00:88::1/64"))
    shown = box.ip("address", "show", "dev", "guest0")
    assert all(text in shown for text in ("10.9.9.9/24", "192.168.88.1/24 brd 192.168.88.255", "fd00:88::1/64"))
    assert "tentative" not in shown.split("fd00:88::1/64")[1].split("\n")[0]


def test_an_interface_that_is_missing_is_named(links: Links) -> None:
    with pytest.raises(Unavailable, match="guest9"):
        links.set_address("guest9", IPv4Interface("192.168.88.1/24"))
    assert links.index("guest9") is None
    assert links.port_of("guest9", ALICE) == ""
    assert links.ports("guest9") == []


def test_ports_of_a_bridge_are_found_and_isolated(box: Namespace, links: Links) -> None:
    assert links.ports("guest0") == ["port1"]
    box.batch(["link set port2 master guest0 up"])
    assert links.ports("guest0") == ["port1", "port2"]
    links.isolate("port2", True)
    assert "isolated on" in box.run("ip", "-d", "link", "show", "port2").stdout
    assert "isolated off" in box.run("ip", "-d", "link", "show", "port1").stdout
    with pytest.raises(Unavailable):
        links.isolate("guest0", True)


def test_a_device_is_found_behind_its_port(box: Namespace, links: Links) -> None:
    box.run("bridge", "fdb", "add", ALICE, "dev", "port1", "master", "dynamic")
    assert links.port_of("guest0", ALICE) == "port1"
    assert links.port_of("guest0", "a0:00:00:00:00:99") == ""
    assert links.port_of("far1", ALICE) == ""


def test_the_watch_tells_of_changes_and_not_of_what_changes_nothing(box: Namespace, links: Links) -> None:
    told: list[float] = []
    watch = LinkWatch(lambda: told.append(time.monotonic()))
    watch.start()
    try:
        box.batch(["address add 10.9.9.9/24 dev guest0"])
        _until(lambda: len(told) == 1)
        links.isolate("port1", True)
        _until(lambda: len(told) == 2)
        links.isolate("port1", True)
        links.set_up("guest0")
        links.set_address("guest0", IPv4Interface("10.9.9.9/24"))
        time.sleep(0.6)
        assert len(told) == 2, "or putting right would call for putting right, for ever"
    finally:
        watch.stop()


def test_a_pinned_neighbour_is_known_until_it_is_unpinned(box: Namespace, links: Links) -> None:
    neighbours, index = Neighbours(), links.index("guest0") or 0
    try:
        links.set_address("guest0", IPv4Interface("192.168.88.1/24"))
        neighbours.pin(index, [(ALICE, "192.168.88.10"), (ALICE, "fd00:88::10")])
        assert neighbours.pinned(index) == {(ALICE, "192.168.88.10"), (ALICE, "fd00:88::10")}
        assert neighbours.mac_of(index, "192.168.88.10") == ALICE
        neighbours.unpin(index, "192.168.88.10")
        neighbours.unpin(index, "192.168.88.11")
        assert neighbours.mac_of(index, "192.168.88.10") == ""
        neighbours.probe(index, "192.168.88.12")
        assert "192.168.88.12" in box.ip("neighbour", "show", "dev", "guest0")
        assert neighbours.mac_of(index, "192.168.88.12") == "", "asked for is not answered"
    finally:
        neighbours.close()


def _until(done, wait_s: float = 3.0) -> None:
    until = time.monotonic() + wait_s
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)

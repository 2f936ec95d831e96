"""Against the real kernel, in a namespace of its own."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from routerd.kernel.neighbours import Neighbours
from tests.lab.namespace import Namespace

pytestmark = pytest.mark.lab

MAC = "02:00:00:00:00:01"


@pytest.fixture
def place() -> Iterator[tuple[Namespace, int]]:
    name = f"rdnb-{os.getpid():x}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    where = Namespace(name)
    try:
        where.batch(["link add left0 type veth peer name right0", "link set left0 up", "link set right0 up"])
        where.batch(["address add 192.0.2.1/24 dev left0"])
        index = int(where.ip("-o", "link", "show", "dev", "left0").split(":")[0])
        yield where, index
    finally:
        where.remove()


def test_what_is_pinned_is_there_and_answers_from_its_mac_address(place: tuple[Namespace, int]) -> None:
    where, index = place
    pairs = {(MAC, "192.0.2.9"), (MAC, "2001:db8::9"), ("02:00:00:00:00:02", "192.0.2.10")}
    with where.entered():
        table = Neighbours()
        table.pin(index, pairs)
        assert table.pinned(index) == pairs
        assert table.mac_of(index, "192.0.2.9") == MAC
        assert table.mac_of(index, "2001:db8::9") == MAC


def test_pinning_again_replaces_the_mac_address(place: tuple[Namespace, int]) -> None:
    where, index = place
    with where.entered():
        table = Neighbours()
        table.pin(index, [(MAC, "192.0.2.9")])
        table.pin(index, [("02:00:00:00:00:03", "192.0.2.9")])
        assert table.mac_of(index, "192.0.2.9") == "02:00:00:00:00:03"


def test_an_unpinned_address_is_not_known(place: tuple[Namespace, int]) -> None:
    where, index = place
    with where.entered():
        table = Neighbours()
        table.pin(index, [(MAC, "192.0.2.9")])
        table.unpin(index, "192.0.2.9")
        table.unpin(index, "192.0.2.9")
        assert table.mac_of(index, "192.0.2.9") == ""
        assert table.pinned(index) == set()


def test_a_probed_address_that_nobody_has_is_not_known(place: tuple[Namespace, int]) -> None:
    where, index = place
    with where.entered():
        table = Neighbours()
        table.probe(index, "192.0.2.77")
        assert table.mac_of(index, "192.0.2.77") == ""
        assert "192.0.2.77" in where.ip("neigh", "show", "dev", "left0")


def test_an_interface_that_is_gone_is_no_error(place: tuple[Namespace, int]) -> None:
    where, _ = place
    with where.entered():
        table = Neighbours()
        table.pin(9999, [(MAC, "192.0.2.9")])
        table.unpin(9999, "192.0.2.9")
        assert table.mac_of(9999, "192.0.2.9") == ""

"""What the feed makes of dnsmasq's lease file and of its script's records."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.core.events import LeaseChanged
from routerd.core.settings import GuestNetwork, parse
from routerd.network.feed import LeaseFeed
from tests.fakes.clock import FakeClock

MAC, ADDRESS = "02:00:00:00:00:01", "192.168.88.10"


class Rig:
    def __init__(self, directory: Path) -> None:
        self.leases, self.fifo = directory / "main.leases", directory / "main.fifo"
        self.clock = FakeClock()
        self.told: list[LeaseChanged] = []
        self.known: set[tuple[str, str]] = set()
        self.feed = LeaseFeed([(_network(), self.fifo, self.leases)], self.clock, self.told.append, lambda _: self.known)

    def write(self, ends_at: int) -> None:
        self.leases.write_text(f"{ends_at} {MAC} {ADDRESS} phone *\n", encoding="ascii")

    def record(self, action: str, ends_at: int) -> None:
        with self.fifo.open("wb", buffering=0) as fifo:
            fifo.write(f"a{action}\0m{MAC}\0i{ADDRESS}\0hphone\0s\0e{ends_at}\0v\0o\0\n".encode())


def _network() -> GuestNetwork:
    settings, problems = parse('[uplink]\ninterface = "w"\n[[guest]]\nname = "main"\ninterface = "g"\naddress = "192.168.88.1/24"\n')
    assert settings is not None, problems
    return settings.guest[0]


def eventually(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + 3
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(condition())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_an_old_lease_that_the_file_told_of_is_not_told_again_but_a_renewal_is(rig: Rig) -> None:
    soon = int(rig.clock.now()) + 600
    rig.write(soon)
    rig.feed.current("main")
    rig.feed.start()
    try:
        rig.record("old", soon)
        rig.record("old", soon + 60)
        assert eventually(lambda: rig.told)
        assert [lease.ends_at for lease in rig.told] == [soon + 60]
    finally:
        rig.feed.stop()


def test_a_new_lease_is_told_even_when_the_file_was_read_first(rig: Rig) -> None:
    soon = int(rig.clock.now()) + 600
    rig.write(soon)
    rig.feed.current("main")
    rig.feed.start()
    try:
        rig.record("add", soon)
        assert eventually(lambda: rig.told)
    finally:
        rig.feed.stop()


def test_a_file_that_is_being_written_is_read_when_it_is_whole(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = int(rig.clock.now()) + 600
    rig.leases.write_text("", encoding="ascii")
    monkeypatch.setattr(rig.clock, "now", time.time)
    waited = []

    def wait(_seconds: float) -> bool:
        waited.append(1)
        if len(waited) == 1:
            rig.write(max(soon, int(time.time()) + 600))
        return False

    monkeypatch.setattr(rig.feed._stopping, "wait", wait)
    rig.known = {(MAC, ADDRESS)}
    rig.feed.compare("main")
    assert rig.told == []

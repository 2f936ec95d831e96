"""Guest networks and a network service on fakes, nothing of which touches the machine."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface
from pathlib import Path

import pytest

from routerd.core.events import Bus, LeaseChanged
from routerd.core.settings import DaemonSettings, GuestNetwork, Settings, StaticLease, UplinkSettings
from routerd.network.service import Network, Outside
from routerd.store.database import Store
from tests.fakes.binder import FakeBinder
from tests.fakes.clock import FakeClock
from tests.fakes.kernel import FakeLinks, FakeNeighbours, FakeSysctl

MAIN = GuestNetwork(
    name="main",
    interface="guest0",
    address=IPv4Interface("192.168.88.1/24"),
    address6=IPv6Interface("fd00:88::1/64"),
    dns_upstream=("203.0.113.2",),
    static=(StaticLease("A0-00-00-00-00-99", IPv4Interface("192.168.88.99/32").ip, "printer"),),
)
FOREIGN = GuestNetwork(name="foreign", interface="guest1", address=IPv4Interface("192.168.89.1/24"), dhcp=False)
ALICE, BOB, PRINTER = "a0:00:00:00:00:01", "a0:00:00:00:00:02", "a0:00:00:00:00:99"


class World:
    """A network service with everything around it within reach."""

    def __init__(self, tmp_path: Path, *networks: GuestNetwork) -> None:
        self.clock = FakeClock()
        self.store = Store("sqlite:///:memory:")
        self.binder = FakeBinder()
        self.links = FakeLinks("guest0", "guest1", "wan0", "lan0")
        self.neighbours = FakeNeighbours()
        self.sysctl = FakeSysctl()
        self.bus = Bus()
        self.published: list[LeaseChanged] = []
        self.bus.connect({LeaseChanged: (self.published.append,)})
        self.settings = Settings(
            guest=networks or (MAIN, FOREIGN), uplink=UplinkSettings("wan0"), daemon=DaemonSettings(run_dir=str(tmp_path / "run"))
        )
        self.state_dir = tmp_path / "state"
        self.state_dir.mkdir(exist_ok=True)
        self.service = self.restarted()

    def restarted(self) -> Network:
        """The service as the next daemon would make it; firewall and neighbours keep what they have."""
        outside = Outside(self.links, self.neighbours, self.sysctl)
        self.service = Network(self.settings, self.store, self.clock, self.bus, self.binder, outside, self.state_dir)
        return self.service

    def with_portal(self, https_url: str) -> None:
        self.settings = replace(self.settings, portal=replace(self.settings.portal, https_url=https_url))
        self.restarted()

    def leases(self, *lines: str) -> None:
        (self.state_dir / "main.leases").write_text("".join(f"{line}\n" for line in lines))


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path)
    yield made
    made.store.stop()

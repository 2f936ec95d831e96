"""dnsmasq as a child, in a network namespace of the test's own, with a real DHCP client at the other end."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from routerd.core.clock import SystemClock
from routerd.core.errors import Misconfigured
from routerd.core.events import LeaseChanged
from routerd.core.settings import GuestNetwork
from routerd.kernel.children import command_line
from routerd.network import server
from routerd.network.feed import LeaseFeed
from routerd.network.server import Servers, fifo_of
from tests.lab.namespace import Namespace, batch
from tests.network.conftest import MAIN

pytestmark = pytest.mark.lab

NETWORK = replace(MAIN, static=())


class Yard:
    """A gateway namespace, a guest namespace, and the servers of successive daemons."""

    def __init__(self, tmp_path: Path) -> None:
        tag = f"{os.getpid():x}"
        self.gw, self.guest = Namespace(f"rdFg{tag}"), Namespace(f"rdFh{tag}")
        self.run_dir, self.state_dir = tmp_path / "run", tmp_path / "state"
        self.names: list[str] = []
        self.heard: list[LeaseChanged] = []
        self.started: list[str] = []
        batch([f"netns add {space.name}" for space in (self.gw, self.guest)])
        batch([f"link add guest0 netns {self.gw.name} type veth peer name eth0 netns {self.guest.name}"])
        self.gw.batch(
            ["link set lo up", "link set guest0 up", "address add 192.168.88.1/24 dev guest0", "address add fd00:88::1/64 dev guest0 nodad"]
        )
        self.guest.batch(["link set eth0 up"])

    def servers(self, network: GuestNetwork = NETWORK, https_url: str = "", providers: Sequence[str] = ()) -> Servers:
        made = Servers(
            (network,),
            self.run_dir,
            self.state_dir,
            https_url,
            lambda: self.names,
            SystemClock(),
            lambda one: self.started.append(one.name),
            lambda: providers,
        )
        with self.gw.entered():
            made.start()
        return made

    def feed(self, servers_directory: Path) -> LeaseFeed:
        source = (NETWORK, fifo_of(NETWORK, servers_directory), self.state_dir / "main.leases")
        made = LeaseFeed([source], SystemClock(), self.heard.append, lambda _: {(one.mac, one.address) for one in self.heard})
        made.start()
        return made

    def pid(self) -> int:
        path = self.run_dir / "dnsmasq" / "main.pid"
        return int(path.read_text() or 0) if path.exists() else 0

    def dhcp(self, *more: str) -> str:
        """What a real client is told."""
        script = self.run_dir.parent / "told.sh"
        script.write_text('#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n')
        script.chmod(0o755)
        return self.guest.run("udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "5", "-T", "1", "-s", str(script), *more).stdout

    def close(self) -> None:
        self.guest.remove()
        self.gw.remove()


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    made = Yard(tmp_path)
    yield made
    made.close()


def crash(servers: Servers) -> None:
    """Stop looking after its children without ending them."""
    servers._rounds.stop()
    for kept in servers._kept:
        if kept.child is not None:
            kept.child.forget()


def until(done, wait_s: float = 5.0) -> None:
    end = time.monotonic() + wait_s
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_client_gets_an_address_and_the_portals(yard: Yard) -> None:
    servers = yard.servers(https_url="https://portal.example.com")
    told = yard.dhcp("-O", "114")
    assert "router=192.168.88.1" in told
    assert "dns=192.168.88.1" in told
    assert f"opt114={b'https://portal.example.com/api/captive'.hex()}" in told
    servers.stop()


def test_a_lease_is_heard_at_once_with_what_the_device_says_of_itself(yard: Yard) -> None:
    feed = yard.feed(yard.run_dir / "dnsmasq")
    servers = yard.servers()
    yard.dhcp("-x", "hostname:anna", "-V", "android-dhcp-13\ninjected")
    until(lambda: yard.heard)
    lease = yard.heard[0]
    assert (lease.network, lease.hostname, lease.vendor_class, lease.gone) == ("main", "anna", "android-dhcp-13injected", False)
    assert lease.requested_options.startswith("1,3,6")
    assert lease.ends_at is not None
    assert lease.ends_at > time.time() + 3000
    servers.stop()
    feed.stop()


def test_what_nobody_heard_is_read_from_the_file(yard: Yard) -> None:
    servers = yard.servers()
    yard.dhcp()
    feed = yard.feed(servers.directory)
    feed.compare("main")
    (lease,) = yard.heard
    assert lease.address.startswith("192.168.88.")
    servers.stop()
    feed.stop()


def test_a_crashed_daemon_leaves_it_serving_and_the_next_takes_it_over(yard: Yard) -> None:
    crashed = yard.servers()
    pid = yard.pid()
    crash(crashed)
    assert "router=192.168.88.1" in yard.dhcp()
    following = yard.servers()
    assert yard.pid() == pid
    assert yard.started == ["main", "main"]
    following.stop()
    assert not command_line(pid), "a zombie of this very test at most"


def test_one_with_another_configuration_is_replaced(yard: Yard) -> None:
    crash(yard.servers())
    pid = yard.pid()
    following = yard.servers(replace(NETWORK, lease_s=600))
    assert yard.pid() != pid
    assert not command_line(pid), "a zombie of this very test at most"
    assert "lease=600" in yard.dhcp()
    following.stop()


def test_one_of_a_network_that_is_no_more_is_ended(yard: Yard) -> None:
    crash(yard.servers())
    pid = yard.pid()
    following = yard.servers(replace(NETWORK, name="other"))
    assert not command_line(pid), "a zombie of this very test at most"
    following.stop()


def test_one_that_dies_is_started_again_with_growing_pauses(yard: Yard) -> None:
    servers = yard.servers()
    pauses = []
    for _ in range(2):
        pid = yard.pid()
        os.kill(pid, signal.SIGKILL)
        died = time.monotonic()
        until(lambda pid=pid: yard.pid() not in (0, pid))
        pauses.append(time.monotonic() - died)
    assert pauses[0] < 1.5
    assert pauses[1] > pauses[0]
    assert "router=192.168.88.1" in yard.dhcp()
    servers.stop()


def test_a_changed_garden_starts_it_anew_and_an_unchanged_one_does_not(yard: Yard) -> None:
    servers = yard.servers()
    pid = yard.pid()
    servers.names_changed([])
    assert yard.pid() == pid
    servers.names_changed(["example.com"])
    assert yard.pid() != pid
    assert servers.running() == {"main": True}
    servers.stop()


def test_a_name_may_fill_the_sets_of_garden_and_providers_alike(yard: Yard) -> None:
    yard.names = ["example.org"]
    servers = yard.servers(providers=["login.example.org"])
    assert servers.running() == {"main": True}
    servers.stop()


def test_a_configuration_that_it_does_not_take_is_an_error_that_says_why(yard: Yard) -> None:
    with pytest.raises(Misconfigured, match=r"main: dnsmasq does not start: .*Cannot resolve server name at line"):
        yard.servers(replace(NETWORK, dns_upstream=("nonsense",)))


def test_a_machine_without_dnsmasq_is_told_which_package_it_needs(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, package: str) -> str:
        raise Misconfigured(f"{name} is not installed; on Debian: apt install {package}")

    monkeypatch.setattr(server.children, "find_program", missing)
    with pytest.raises(Misconfigured, match="apt install dnsmasq-base"):
        yard.servers()

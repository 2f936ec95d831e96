"""The command line on a box without a lab's comforts: a daemon with few modules, the table shown and removed, problems named."""

import time
from collections.abc import Iterator

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import fresh, signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import API_ADDRESS, Gateway
from tests.lab.network import Lab
from tests.lab.packets import OPEN


@pytest.fixture
def lab_of_its_own(request) -> Iterator[Lab]:
    with Lab(tag=f"bare{time.monotonic_ns() % 100000}") as built:
        yield built


def test_with_management_and_store_alone_it_serves_its_page_and_touches_no_firewall(lab_of_its_own: Lab) -> None:
    gateway = Gateway(lab_of_its_own, {"uplink": None, "guest": None, "lan": None, "portal": None})
    assert gateway.start() < 5
    try:
        page = lab_of_its_own.gw.run("curl", "-sSL", "http://{}:{}/".format(*API_ADDRESS)).stdout
        assert "routerd" in page
        assert gateway.nft("list", "ruleset") == ""
        assert lab_of_its_own.gw.sysctl("ipv4/ip_forward") == "0"
        assert "routerd" in gateway.cli("status").stdout
    finally:
        assert gateway.stop() < 5


def test_firewall_show_prints_the_table_and_remove_takes_it_away(lab_of_its_own: Lab) -> None:
    gateway = Gateway(lab_of_its_own)
    gateway.start()
    gateway.api_on()
    guest = signed_in(fresh(Device(lab_of_its_own)), gateway)
    shown = gateway.cli("firewall", "show").stdout
    assert "table inet routerd" in shown
    gateway.cli("firewall", "remove")
    assert gateway.nft("list", "tables") == ""
    assert not guest.online
    time.sleep(6)
    assert gateway.nft("list", "tables") == "", "what an administrator removed stays removed"
    gateway.reload()
    assert wait(lambda: guest.online, 5), gateway.tail()
    gateway.stop()
    assert "table inet routerd" in gateway.cli("firewall", "show").stdout
    gateway.cli("firewall", "remove")
    assert gateway.nft("list", "tables") == ""
    assert packets.udp(guest.where, place.NET_ADDRESS, 7) != OPEN


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"uplink": {"interface": "wan7"}}, ("uplink.interface", "wan7")),
        ({"lan": {"interface": "lan0", "address": "192.168.88.5/24"}}, ("192.168.88.0/24", "overlap")),
        ({"daemon": {"log_levle": "info"}}, ("daemon.log_levle", "log_level")),
        ({"management": {"listen": [8088]}}, ("management.listen", "8088")),
    ],
)
def test_a_faulty_configuration_is_named_by_check_and_refused_by_run(lab_of_its_own: Lab, overrides, words: tuple[str, ...]) -> None:
    gateway = Gateway(lab_of_its_own, overrides)
    done = gateway.cli("check", check=False)
    assert done.returncode == 2
    for word in words:
        assert word in done.stdout + done.stderr
    with pytest.raises(RuntimeError, match="before it was ready"):
        gateway.start()
    gateway.stop()


def test_commands_say_clearly_when_the_daemon_is_not_running(lab_of_its_own: Lab) -> None:
    gateway = Gateway(lab_of_its_own)
    done = gateway.cli("status", check=False)
    assert done.returncode != 0
    assert "not running" in done.stderr


def test_the_control_socket_is_roots_alone(lab_of_its_own: Lab) -> None:
    gateway = Gateway(lab_of_its_own)
    gateway.start()
    try:
        sockets = list((gateway.directory / "run").rglob("*.sock"))
        assert sockets
        assert all(path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0 for path in sockets)
    finally:
        gateway.stop()

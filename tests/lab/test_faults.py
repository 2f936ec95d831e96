"""What must go on, and what must stop, when the daemon or something around it fails."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import ending_in, fresh, signed_in
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.packets import OPEN

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def running(crashing: Gateway) -> Iterator[None]:
    """Each test finds a running daemon and leaves one."""
    yield
    if not crashing.alive:
        crashing.start()


@pytest.fixture
def newly(crash_lab: Lab, crashing: Gateway) -> Device:
    return fresh(Device(crash_lab, 1))


@pytest.fixture
def online(newly: Device, crashing: Gateway) -> Device:
    return signed_in(newly, crashing)


class Watched:
    """A flow that runs on a thread of its own while the test does things to the daemon."""

    def __init__(self, device: Device, seconds: float) -> None:
        self.flow = packets.Flow(device.where, place.NET_ADDRESS)
        self._thread = threading.Thread(target=self.flow.pump, args=(seconds,))
        self._thread.start()

    def lost(self) -> int:
        self._thread.join()
        self.flow.close()
        assert self.flow.sent > 100
        return self.flow.lost


def test_a_killed_daemon_and_its_restart_lose_no_packet_of_a_running_stream(online: Device, crashing: Gateway) -> None:
    watched = Watched(online, 5)
    time.sleep(0.3)
    crashing.kill()
    time.sleep(0.5)
    crashing.start()
    assert watched.lost() == 0
    assert online.online
    assert online.mac in crashing.active()


def test_sigterm_ends_it_within_five_seconds_and_guests_stay_online(online: Device, crashing: Gateway) -> None:
    watched = Watched(online, 5)
    assert crashing.stop() < 5
    assert online.online
    crashing.start()
    assert watched.lost() == 0


def test_a_reload_loses_no_packet_either(online: Device, crashing: Gateway) -> None:
    watched = Watched(online, 4)
    crashing.reload()
    assert watched.lost() == 0
    assert wait(lambda: online.mac in crashing.active(), 5)


def test_counted_bytes_survive_a_kill(online: Device, crashing: Gateway) -> None:
    online.download(7 * MB)
    crashing.kill()
    online.download(2 * MB)
    crashing.start()
    assert int(crashing.active()[online.mac]["bytes-out"]) >= 9 * MB


def test_time_that_ends_while_the_daemon_is_dead_ends_the_session(newly: Device, crashing: Gateway) -> None:
    begun = time.monotonic()
    signed_in(newly, crashing, **ending_in(6))
    crashing.kill()
    assert newly.online
    assert wait(lambda: not newly.online, 6 + 2 - (time.monotonic() - begun))
    crashing.start()
    assert not newly.online
    assert newly.mac not in crashing.active()
    assert crashing.sql("select end_reason from session where mac = ? order by id desc limit 1", newly.mac) == [("expired",)]


def test_time_that_ends_with_the_daemon_alive_ends_the_session(newly: Device, crashing: Gateway) -> None:
    begun = time.monotonic()
    signed_in(newly, crashing, **ending_in(5))
    assert wait(lambda: not newly.online, 7)
    assert 3.5 < time.monotonic() - begun < 7
    assert newly.get(f"http://{NAME}/").status == 302


def test_the_data_limit_holds_while_the_daemon_is_dead(newly: Device, crashing: Gateway) -> None:
    signed_in(newly, crashing, download_limit=4)
    crashing.kill()
    came, _ = newly.download(16 * MB, timeout=4)
    assert 4 * MB * 0.9 < came <= 4 * MB
    crashing.start()
    assert not newly.online
    page = newly.portal()
    assert page.status == 200


def test_nobody_slips_through_while_the_daemon_is_dead(crash_lab: Lab, crashing: Gateway) -> None:
    crashing.kill()
    device = fresh(Device(crash_lab, 2), six=True)
    assert device.resolve(NAME).addresses, "DHCP and DNS go on"
    assert packets.tcp(device.where, place.NET_ADDRESS, 443) != OPEN
    assert packets.udp(device.where, place.NET_ADDRESS, 7) != OPEN
    assert packets.udp(device.where, place.NET_ADDRESS6, 7) != OPEN
    assert packets.dns(device.where, place.NET_ADDRESS, NAME, wait_s=0.3).code < 0


def test_a_flushed_ruleset_is_restored_within_five_seconds_with_what_is_left(newly: Device, crashing: Gateway) -> None:
    signed_in(newly, crashing, download_limit=10)
    newly.download(6 * MB)
    assert wait(lambda: (counted(crashing, newly) or 0) >= 6 * MB, 15), "not counted within the accounting interval"
    crashing.nft("flush", "ruleset")
    assert wait(lambda: "table inet routerd" in crashing.nft("list", "tables"), 5)
    assert wait(lambda: newly.online, 2)
    came, _ = newly.download(20 * MB, timeout=4)
    assert 4 * MB * 0.85 < came <= 4 * MB
    assert not newly.online


def counted(gateway: Gateway, device: Device) -> int:
    return int(gateway.sql("select down_octets from session where mac = ? order by id desc limit 1", device.mac)[0][0])


def test_a_deleted_table_is_restored_too(online: Device, crashing: Gateway) -> None:
    crashing.nft("delete", "table", "inet", "routerd")
    assert wait(lambda: online.online, 5.5)
    assert packets.tcp(online.where, place.LAN_ADDRESS, 80, 0.3) != OPEN


def test_other_tables_are_never_touched(online: Device, crashing: Gateway) -> None:
    crashing.nft("add", "table", "ip", "admins_own")
    crashing.nft("add", "chain", "ip", "admins_own", "notes")
    before = crashing.nft("list", "table", "ip", "admins_own")
    crashing.restart()
    crashing.nft("delete", "table", "inet", "routerd")
    assert wait(lambda: online.online, 6)
    assert crashing.nft("list", "table", "ip", "admins_own") == before
    crashing.nft("delete", "table", "ip", "admins_own")


def test_a_guest_interface_that_goes_down_and_up_serves_on(crash_lab: Lab, crashing: Gateway) -> None:
    device = signed_in(fresh(Device(crash_lab, 1), six=True), crashing)
    crash_lab.gw.ip("link", "set", "guest0", "down")
    time.sleep(0.5)
    crash_lab.gw.ip("link", "set", "guest0", "up")
    assert wait(lambda: device.online, 5)
    assert wait(lambda: device.online6, 10)
    assert fresh(Device(crash_lab, 2)).address


def test_an_uplink_that_goes_down_and_up_serves_on(online: Device, crash_lab: Lab) -> None:
    crash_lab.gw.ip("link", "set", "wan0", "down")
    time.sleep(0.3)
    crash_lab.gw.batch(["link set wan0 up", f"route replace default via {place.NET_ADDRESS}"])
    assert wait(lambda: online.online, 5)


def test_a_new_uplink_address_is_used_at_once(online: Device, crash_lab: Lab) -> None:
    new = "203.0.113.9"
    crash_lab.gw.batch([f"address add {new}/24 dev wan0", f"address del {place.UPLINK_ADDRESS}/24 dev wan0"])
    crash_lab.gw.batch([f"address replace {new}/24 dev wan0", f"route replace default via {place.NET_ADDRESS}"])
    try:
        assert wait(lambda: online.get(f"http://{place.NET_ADDRESS}/whoami", timeout=1).text == new, 5)
    finally:
        crash_lab.gw.batch(
            [
                f"address replace {place.UPLINK_ADDRESS}/24 dev wan0",
                f"address del {new}/24 dev wan0",
                f"address replace {place.UPLINK_ADDRESS}/24 dev wan0",
                f"route replace default via {place.NET_ADDRESS}",
                f"address replace {place.UPLINK_ADDRESS6}/64 dev wan0 nodad",
                f"route replace ::/0 via {place.NET_ADDRESS6}",
            ]
        )


def test_a_killed_dnsmasq_comes_back(crash_lab: Lab, crashing: Gateway) -> None:
    device = fresh(Device(crash_lab, 2))
    for pid in dnsmasqs(crash_lab):
        crash_lab.gw.run("kill", "-9", str(pid))
    assert wait(lambda: device.resolve(NAME).addresses, 10)
    assert fresh(Device(crash_lab, 2)).address


def dnsmasqs(lab: Lab) -> list[int]:
    with_name = lab.gw.run("ps", "-o", "pid=,comm=", "-p", ",".join(map(str, lab.gw.pids()))).stdout
    return [int(line.split()[0]) for line in with_name.splitlines() if line.split()[1] == "dnsmasq"]


def test_a_restart_leaves_one_dnsmasq_a_network(crash_lab: Lab, crashing: Gateway) -> None:
    crashing.kill()
    crashing.start()
    crashing.restart()
    children = dnsmasqs(crash_lab)
    crashing.stop(signal.SIGTERM)
    crashing.start()
    assert len(dnsmasqs(crash_lab)) == len(children)

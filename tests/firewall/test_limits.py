"""Data and time limits on real packets, held by the kernel: nothing of routerd runs while they bite."""

import time
from threading import Thread

import pytest

from tests.firewall.walls import GUEST, MAC, NET, NET6, Walls, grant, greeting, key, udp

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("address", [NET, NET6])
def test_the_upload_quota_is_exact_to_one_packet(walls: Walls, address: str) -> None:
    walls.firewall.open([grant(up_quota_octets=1050)])
    with udp(walls.guest, address) as flow:
        assert flow.send(20, 100) == 10
    assert walls.usage().up_octets == 1050  # less than a packet was left; what was refused is not counted


@pytest.mark.parametrize("address", [NET, NET6])
def test_the_download_quota_is_exact_to_one_packet(walls: Walls, address: str) -> None:
    walls.firewall.open([grant(down_quota_octets=1050)])
    with udp(walls.guest, address) as flow:
        assert flow.send(20, 100) == 10
    usage = walls.usage()
    assert (usage.down_octets, usage.up_octets) == (1050, 2000)


def test_a_quota_counts_on_from_what_was_used(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1000, up_used_octets=700)])
    with udp(walls.guest) as flow:
        assert flow.send(20, 100) == 3


def test_a_quota_spans_addresses_and_flows(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1000)])
    with udp(walls.guest, NET) as four, udp(walls.guest, NET6) as six:
        assert four.send(5, 100) + six.send(10, 100) == 10


@pytest.mark.parametrize("address", [NET, NET6])
def test_octets_are_counted_both_ways(walls: Walls, address: str) -> None:
    walls.firewall.open([grant()])
    with udp(walls.guest, address) as flow:
        assert flow.send(7, 300) == 7
    usage = walls.usage()
    assert (usage.mac, usage.network, usage.up_octets, usage.down_octets) == (MAC, "main", 2100, 2100)


def test_who_has_used_up_the_download_meets_the_portal_without_a_daemon(walls: Walls) -> None:
    walls.firewall.open([grant(down_quota_octets=2000)])
    assert greeting(walls.guest, NET) == "net"
    with udp(walls.guest) as flow:
        flow.send(30, 100)
        assert flow.send(3, 100) == 0
    assert greeting(walls.guest, NET) == "gw"


def test_who_has_used_up_the_upload_meets_the_portal_without_a_daemon(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1000)])
    with udp(walls.guest) as flow:
        flow.send(30, 100)
    assert greeting(walls.guest, NET) == "gw"


def test_time_ends_without_a_daemon(walls: Walls) -> None:
    walls.firewall.open([grant(ttl_s=0.6)])
    with udp(walls.guest) as flow:
        assert flow.send(3, 100) == 3
        time.sleep(0.7)
        assert flow.send(3, 100) == 0
    assert greeting(walls.guest, NET) == "gw"
    assert walls.firewall.usage() == []


def test_closing_stops_a_running_flow_and_tells_the_exact_count(walls: Walls) -> None:
    walls.firewall.open([grant()])
    with udp(walls.guest) as flow:
        assert flow.send(5, 100) == 5
        (final,) = walls.firewall.close([key(grant())])
        assert (final.up_octets, final.down_octets) == (500, 500)
        assert flow.send(5, 100) == 0
    assert GUEST not in walls.gw.run("conntrack", "-L").stdout
    assert walls.firewall.close([key(grant())]) == []


def test_a_new_quota_counts_on_and_loses_no_packet(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=10_000)])
    with udp(walls.guest) as flow:
        assert flow.send(5, 100) == 5
        (changed,) = walls.firewall.requota([grant(up_quota_octets=1000)])
        assert (changed.up_octets, changed.up_missed) == (500, 0)
        assert flow.send(20, 100) == 5
        assert walls.firewall.requota([grant(mark=9)]) == []


def test_replacing_passes_under_fire_loses_no_packet(walls: Walls) -> None:
    walls.firewall.open([grant()])
    with udp(walls.guest) as flow:
        answered: list[int] = []
        thread = Thread(target=lambda: answered.extend(flow.send(1, 100) for _ in range(1500)))
        thread.start()
        replaced = 0
        while thread.is_alive():
            walls.firewall.requota([grant(down_quota_octets=1 << 40)])
            walls.firewall.open([grant(up_quota_octets=1 << 41)])
            replaced += 2
        assert sum(answered) == 1500
        assert replaced > 10


def test_idle_time_starts_with_the_first_packet(walls: Walls) -> None:
    walls.firewall.open([grant()])
    assert walls.usage().idle_s is None
    with udp(walls.guest) as flow:
        flow.send(1, 100)
        assert walls.usage().idle_s == 0
        time.sleep(0.3)
        assert 0.2 < walls.usage().idle_s < 2
        flow.send(1, 100)
        assert walls.usage().idle_s == 0


def test_two_thousand_passes_open_close_and_count_in_one_go(walls: Walls) -> None:
    many = [grant(mark, f"02:00:00:01:{mark >> 8:02x}:{mark & 255:02x}", up_used_octets=mark) for mark in range(1, 2001)]
    walls.firewall.open(many)
    walls.firewall.open(many)
    assert {usage.mark: usage.up_octets for usage in walls.firewall.usage()} == {mark: mark for mark in range(1, 2001)}
    assert len(walls.firewall.close([key(one) for one in many])) == 2000
    assert walls.firewall.usage() == []

"""Who is signing in with somebody else's account, on real packets: that guest alone, those addresses alone, for so long and no longer."""

import time

import pytest

from tests.firewall.walls import (
    GATEWAY,
    MAC,
    NET,
    NET6,
    OTHER_MAC,
    PRIVATE,
    Walls,
    grant,
    greeting,
    udp,
)
from tests.lab import packets
from tests.lab.packets import OPEN, REFUSED, RESET, SILENT

pytestmark = pytest.mark.lab


@pytest.fixture
def provider(walls: Walls) -> Walls:
    """Walls around a network outside of which NET is a provider of accounts."""
    walls.nft(f"add element inet routerd social4 {{ {NET} }}")
    walls.nft(f"add element inet routerd social6 {{ {NET6} }}")
    return walls


def elements(walls: Walls, name: str) -> bool:
    return "elements" in walls.nft(f"list set inet routerd {name}" if name != "signing" else "list map inet routerd signing")


@pytest.mark.parametrize("address", [NET, NET6])
def test_before_and_after_signing_in_nobody_reaches_the_provider(provider: Walls, address: str) -> None:
    assert greeting(provider.guest, address, 443) == "reset"
    assert greeting(provider.guest, address, 80) == "gw"
    provider.firewall.let_out("main", MAC, 60)
    assert greeting(provider.guest, address, 443) == "net"
    assert greeting(provider.guest, address, 80) == "net"
    provider.firewall.shut_out("main", MAC)
    assert greeting(provider.guest, address, 443) == "reset"
    assert greeting(provider.guest, address, 80) == "gw"
    assert not elements(provider, "signing")
    assert not elements(provider, "signing_marks")


def test_only_that_guest_and_only_on_its_network(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 60)
    provider.firewall.let_out("main", OTHER_MAC, 60)
    assert greeting(provider.other, NET, 443) == "reset"
    provider.firewall.let_out("side", OTHER_MAC, 60)
    assert greeting(provider.other, NET, 443) == "net"
    provider.firewall.shut_out("main", MAC)
    assert greeting(provider.other, NET, 443) == "net"
    assert greeting(provider.guest, NET, 443) == "reset"


def test_web_pages_and_nothing_else(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 60)
    for port in (53, 7):
        assert packets.udp(provider.guest, NET, port) == REFUSED
    assert packets.tcp(provider.guest, NET, 853) == RESET
    assert packets.icmp(provider.guest, NET, 0.2) != OPEN


def test_a_name_that_leads_to_a_private_address_leads_nowhere(provider: Walls) -> None:
    provider.nft(f"add element inet routerd social4 {{ {PRIVATE} }}")
    provider.firewall.let_out("main", MAC, 60)
    assert greeting(provider.guest, PRIVATE, 443) == "reset"


def test_whoever_borrows_the_guests_mac_still_needs_its_address(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 60)
    provider.firewall.unbind("main", MAC, "192.168.88.10")
    assert packets.tcp(provider.guest, NET, 443, 0.2) == SILENT


def test_when_the_time_is_up_the_kernel_closes_both_directions_by_itself(provider: Walls) -> None:
    provider.nft("insert rule inet routerd provider_pages udp dport 7 accept")  # the only servers of the walls that answer twice
    provider.firewall.let_out("main", MAC, 1.0)
    with udp(provider.guest) as flow:
        assert flow.send(2, 100) == 2
        time.sleep(1.1)
        assert flow.send(2, 100) == 0
    before = provider.firewall.counters()["overdue"][0]
    provider.firewall.let_out("main", MAC, 0.5)
    with provider.guest.socket(2, 2) as mute:
        mute.bind(("192.168.88.10", 5007))
        mute.connect((NET, 7))
        mute.send(b"x")
        assert mute.recv(16) == b"x"
        time.sleep(0.6)
        provider.net.run("python3", "-c", _FROM_PROVIDER)
        time.sleep(0.1)
    assert provider.firewall.counters()["overdue"][0] > before


_FROM_PROVIDER = """
import socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
raw.sendto((7).to_bytes(2, "big") + (5007).to_bytes(2, "big") + (9).to_bytes(2, "big") + bytes(2) + b"y", ("203.0.113.1", 0))
"""


def test_asking_again_renews_the_time_and_keeps_the_mark(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 1.0)
    provider.firewall.let_out("main", MAC, 60.0)
    time.sleep(1.1)
    assert greeting(provider.guest, NET, 443) == "net"
    assert provider.nft("list set inet routerd signing_marks").count("expires") == 1


def test_once_signed_in_the_flow_counts_against_the_session(provider: Walls) -> None:
    provider.nft("insert rule inet routerd provider_pages udp dport 7 accept")
    provider.firewall.let_out("main", MAC, 60)
    with udp(provider.guest) as flow:
        assert flow.send(2, 100) == 2
        provider.firewall.open([grant(up_quota_octets=500, down_quota_octets=500)])
        provider.firewall.shut_out("main", MAC)
        flow.send(3, 100)
        usage = provider.usage()
        assert (usage.up_octets, usage.down_octets) == (300, 300)


def test_a_guest_who_signs_in_gets_no_session_out_of_it(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 60)
    provider.nft(f"delete element inet routerd social4 {{ {NET} }}")
    assert greeting(provider.guest, NET, 443) == "reset"
    assert packets.udp(provider.guest, NET, 7) == REFUSED
    assert greeting(provider.guest, GATEWAY) == "gw"


def test_other_definitions_of_sets_keep_who_is_signing_in(provider: Walls) -> None:
    provider.firewall.let_out("main", MAC, 60)
    listed = provider.nft("list table inet routerd")
    provider.nft("delete chain inet routerd identity")
    with provider.gw.entered():
        from routerd.firewall import table  # noqa: PLC0415 - the one way to force what a new version with other sets does

        there = table.tables.layout("routerd")
        table._rebuild(there, provider.firewall._inner._ruleset())
    assert "expires" in listed
    assert greeting(provider.guest, NET, 443) == "net"

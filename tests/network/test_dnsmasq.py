"""What dnsmasq is told. The golden file is a whole configuration; the rest are the settings that change it."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from routerd.core.settings import GuestNetwork
from routerd.network.dnsmasq import Files, captive_api, pool, render, wanted
from tests.network.conftest import FOREIGN, MAIN

GOLDEN = Path(__file__).parents[1] / "golden" / "dnsmasq.conf"
AT = Path("/run/routerd/dnsmasq")
FILES = Files(
    AT / "main.conf", AT / "main.pid", Path("/var/lib/routerd/main.leases"), Path("/var/lib/routerd/main.lease.sh"), AT / "e", "dnsmasq"
)
URL = "https://portal.example.com/"


def text(network: GuestNetwork = MAIN, names: tuple[str, ...] = (), https_url: str = "") -> list[str]:
    return render(network, names, https_url, FILES).splitlines()


def test_the_whole_configuration_is_as_agreed() -> None:
    assert render(MAIN, ["example.com"], URL, FILES) == GOLDEN.read_text()


def test_without_an_https_address_no_portal_is_announced() -> None:
    assert not any("114" in line or "103" in line for line in text())
    assert "enable-ra" in text()


def test_with_one_the_daemon_advertises_and_dnsmasq_does_not() -> None:
    assert "enable-ra" not in text(https_url=URL)


def test_the_portals_name_leads_to_the_gateway() -> None:
    assert "host-record=portal.example.com,192.168.88.1,fd00:88::1" in text(https_url=URL)


def test_a_network_without_ipv6_gets_none() -> None:
    assert not any("option6" in line or "ra-" in line or "fd00" in line for line in text(replace(MAIN, address6=None), https_url=URL))


def test_without_upstream_servers_the_systems_own_are_asked() -> None:
    lines = text(replace(MAIN, dns_upstream=()))
    assert "no-resolv" not in lines
    assert not any(line.startswith("server=") for line in lines)


def test_somebody_elses_dhcp_is_left_alone() -> None:
    assert not wanted(FOREIGN)
    served = replace(FOREIGN, dns_upstream=("203.0.113.2",))
    assert wanted(served)
    assert not any(line.startswith("dhcp") for line in text(served))


def test_names_of_the_garden_are_put_into_the_firewalls_sets_and_soon_forgotten() -> None:
    lines = text(names=("example.com", "example.org"))
    assert "nftset=/example.org/4#inet#routerd#garden4,6#inet#routerd#garden6" in lines
    assert {"max-ttl=300", "max-cache-ttl=300"} <= set(lines)
    assert not any(line.startswith("max-") for line in text())


def test_names_of_providers_go_into_sets_of_their_own_and_into_the_gardens_if_they_are_in_it() -> None:
    lines = render(MAIN, ["example.org", "cdn.example.com"], "", FILES, ("login.example.org", "example.com", "example.org")).splitlines()
    garden, social = "4#inet#routerd#garden4,6#inet#routerd#garden6", "4#inet#routerd#social4,6#inet#routerd#social6"
    assert [line for line in lines if line.startswith("nftset")] == [
        f"nftset=/example.org/{garden}",
        f"nftset=/cdn.example.com/{garden}",
        f"nftset=/login.example.org/{garden},{social}",
        f"nftset=/example.com/{social}",
    ]
    assert "max-ttl=300" in render(MAIN, [], "", FILES, ("example.com",))


POOLS = [
    ("192.168.88.1/24", None, None, "192.168.88.2", "192.168.88.254"),
    ("192.168.88.254/24", None, None, "192.168.88.1", "192.168.88.253"),
    ("192.168.88.100/24", None, None, "192.168.88.101", "192.168.88.254"),
    ("192.168.88.1/24", "192.168.88.50", None, "192.168.88.50", "192.168.88.254"),
    ("192.168.88.1/24", None, "192.168.88.50", "192.168.88.2", "192.168.88.50"),
    ("192.168.88.1/24", "192.168.88.50", "192.168.88.60", "192.168.88.50", "192.168.88.60"),
    ("192.168.88.1/30", None, None, "192.168.88.2", "192.168.88.2"),
    ("10.0.0.1/16", None, None, "10.0.0.2", "10.0.255.254"),
]


@pytest.mark.parametrize(("address", "first", "last", "least", "most"), POOLS)
def test_the_pool(address: str, first: str | None, last: str | None, least: str, most: str) -> None:
    network = replace(
        MAIN,
        address=IPv4Interface(address),
        dhcp_first=IPv4Address(first) if first else None,
        dhcp_last=IPv4Address(last) if last else None,
    )
    assert tuple(map(str, pool(network))) == (least, most)


@pytest.mark.parametrize("url", ["https://portal.example.com", "https://portal.example.com/"])
def test_the_address_of_the_captive_api(url: str) -> None:
    assert captive_api(url) == "https://portal.example.com/api/captive"

"""The network service on fakes: what is set, what is bound and when, who is at an address."""

from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from routerd.core.errors import NotFound
from routerd.core.events import HostSighted, LeaseChanged
from routerd.core.settings import LanSettings
from routerd.network.bindings import ALIVE_S, FORGET_S
from routerd.network.guard import PROBE_APART_S
from tests.network.conftest import ALICE, BOB, FOREIGN, MAIN, PRINTER, World

FOUR, SIX = "192.168.88.10", "fd00:88::10"
FOREIGN4 = "192.168.89.10"


def claims(mac: str, address: str, network: str = "main") -> HostSighted:
    return HostSighted(network, mac, address, claims=True)


def uses(mac: str, address: str, network: str = "main") -> HostSighted:
    return HostSighted(network, mac, address)


def leased(world: World, mac: str, address: str, gone: bool = False) -> None:
    world.service._lease_changed(LeaseChanged("main", mac, address, gone=gone))


# Addresses and settings.


def test_the_gateway_gets_its_addresses_and_forwards(world: World) -> None:
    world.settings = replace(world.settings, lan=LanSettings("lan0", IPv4Interface("192.168.10.1/24")))
    world.restarted().install()
    assert world.links.addresses == {
        "guest0": {"192.168.88.1/24", "fd00:88::1/64"},
        "guest1": {"192.168.89.1/24"},
        "lan0": {"192.168.10.1/24"},
    }
    assert world.sysctl.written["net/ipv4/ip_forward"] == "1"
    assert world.sysctl.written["net/ipv6/conf/all/forwarding"] == "1"


def test_a_network_without_ipv6_has_it_switched_off(world: World) -> None:
    world.sysctl.values["net/ipv6/conf/guest1/disable_ipv6"] = "0"
    world.service.install()
    assert world.sysctl.written["net/ipv6/conf/guest1/disable_ipv6"] == "1"
    assert world.sysctl.written["net/ipv6/conf/guest0/disable_ipv6"] == "0"


def test_without_any_ipv6_forwarding_it_stays_as_it_is(tmp_path) -> None:
    world = World(tmp_path, FOREIGN)
    world.service.install()
    assert "net/ipv6/conf/all/forwarding" not in world.sysctl.written


def test_the_uplink_goes_on_hearing_its_provider_when_forwarding(world: World) -> None:
    world.sysctl.values["net/ipv6/conf/wan0/accept_ra"] = "1"
    world.service.install()
    assert world.sysctl.written["net/ipv6/conf/wan0/accept_ra"] == "2"


def test_every_port_of_a_guest_bridge_is_isolated_also_one_that_comes_later(world: World) -> None:
    world.links.bridges["guest0"] = ["port1"]
    world.service.install()
    world.links.bridges["guest0"].append("port2")
    world.service.links_changed()
    assert world.links.isolated == {"port1": True, "port2": True}


def test_the_neighbour_table_is_made_large_enough_where_that_is_possible(world: World) -> None:
    world.sysctl.values["net/ipv4/neigh/default/gc_thresh3"] = "1024"
    world.service.install()
    assert int(world.sysctl.written["net/ipv4/neigh/default/gc_thresh3"]) >= 20_000
    assert "net/ipv6/neigh/default/gc_thresh3" not in world.sysctl.written


def test_an_interface_that_is_made_anew_gets_everything_again(world: World) -> None:
    leased(world, ALICE, FOUR)
    world.links.addresses.clear()
    world.neighbours.fixed.clear()
    world.service.links_changed()
    assert world.links.addresses["guest0"] == {"192.168.88.1/24", "fd00:88::1/64"}
    assert world.neighbours.mac_of(1, FOUR) == ALICE


def test_an_interface_that_is_gone_is_no_reason_to_fail(world: World) -> None:
    world.links.there.remove("guest0")
    world.service.links_changed()


# Leases.


def test_a_lease_binds_and_pins_before_anybody_hears_of_it(world: World) -> None:
    bound_when_told = []
    world.bus.connect({LeaseChanged: (lambda _: bound_when_told.append(("main", ALICE, FOUR) in world.binder.bound),)})
    leased(world, ALICE, FOUR)
    assert bound_when_told == [True]
    assert world.neighbours.pinned(1) == {(ALICE, FOUR)}


def test_the_end_of_a_lease_takes_both_back(world: World) -> None:
    leased(world, ALICE, FOUR)
    leased(world, ALICE, FOUR, gone=True)
    assert not world.binder.bound
    assert not world.neighbours.fixed
    assert [lease.gone for lease in world.published] == [False, True]


def test_an_address_that_is_leased_to_another_device_moves(world: World) -> None:
    leased(world, ALICE, FOUR)
    leased(world, BOB, FOUR)
    assert world.binder.bound == {("main", BOB, FOUR)}
    assert world.neighbours.pinned(1) == {(BOB, FOUR)}


def test_a_lease_counts_even_when_the_kernel_said_no_and_is_bound_at_the_next_chance(world: World) -> None:
    world.binder.broken = True
    leased(world, ALICE, FOUR)
    world.binder.broken = False
    world.service.rebuild()
    assert ("main", ALICE, FOUR) in world.binder.bound


# Learning.


def test_an_ipv4_claim_teaches_nothing_where_we_serve_dhcp(world: World) -> None:
    world.service.host_sighted(claims(ALICE, FOUR))
    assert not world.binder.bound


def test_an_ipv4_claim_is_learned_where_somebody_else_does(world: World) -> None:
    world.service.host_sighted(claims(ALICE, FOREIGN4, "foreign"))
    assert world.binder.bound == {("foreign", ALICE, FOREIGN4)}


def test_an_ipv6_claim_within_the_prefix_is_learned(world: World) -> None:
    world.service.host_sighted(claims(ALICE, SIX))
    assert world.binder.bound == {("main", ALICE, SIX)}


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("main", "fd00:88::1"),
        ("main", "fd00:99::10"),
        ("main", "fe80::10"),
        ("main", "2001:db8::1"),
        ("foreign", "192.168.89.1"),
        ("foreign", "192.168.89.255"),
        ("foreign", "192.168.89.0"),
        ("foreign", "10.0.0.1"),
        ("foreign", "fd00:88::10"),
        ("nowhere", "fd00:88::10"),
        ("main", ""),
        ("main", "rubbish"),
    ],
)
def test_what_no_guest_may_have_is_never_learned(world: World, network: str, address: str) -> None:
    world.service.host_sighted(claims(ALICE, address, network))
    assert not world.binder.bound


def test_a_foreign_claim_of_a_living_devices_address_changes_nothing_and_is_logged_once(world: World, caplog) -> None:
    world.service.host_sighted(claims(ALICE, SIX))
    for _ in range(3):
        world.service.host_sighted(claims(BOB, SIX))
    assert world.binder.bound == {("main", ALICE, SIX)}
    assert caplog.text.count(f"{BOB} claims {SIX}") == 1


def test_using_an_address_keeps_it(world: World) -> None:
    world.service.host_sighted(claims(ALICE, SIX))
    world.clock.advance(ALIVE_S - 1)
    world.service.host_sighted(uses(ALICE, SIX))
    world.clock.advance(ALIVE_S - 1)
    world.service.host_sighted(claims(BOB, SIX))
    assert world.binder.bound == {("main", ALICE, SIX)}


def test_an_address_that_is_used_but_not_bound_is_asked_for_now_and_then(world: World) -> None:
    for _ in range(3):
        world.service.host_sighted(uses(ALICE, SIX))
    assert world.neighbours.probed == [SIX]
    world.clock.advance(PROBE_APART_S)
    world.service.host_sighted(uses(ALICE, SIX))
    assert world.neighbours.probed == [SIX, SIX]
    assert not world.binder.bound, "using is not having"


def test_what_is_not_heard_for_a_day_is_unbound(world: World) -> None:
    world.service.host_sighted(claims(ALICE, SIX))
    world.clock.advance(FORGET_S + 1)
    world.service._guard.forget()
    assert not world.binder.bound
    assert not world.neighbours.fixed


# Restarts.


def test_after_a_restart_leases_and_what_was_learned_are_bound_and_the_rest_is_not(world: World) -> None:
    world.leases(f"{int(world.clock.now()) + 60} {ALICE} {FOUR} * *", f"{int(world.clock.now()) - 60} {BOB} 192.168.88.11 * *")
    world.binder.strangers = {(BOB, "192.168.88.11"), (BOB, SIX), (BOB, FOREIGN4)}
    world.restarted().restore()
    assert world.binder.bound >= {("main", ALICE, FOUR), ("main", PRINTER, "192.168.88.99"), ("main", BOB, SIX), ("foreign", BOB, FOREIGN4)}
    assert (BOB, "192.168.88.11") not in world.binder.bindings()


def test_a_flushed_table_gets_everything_back(world: World) -> None:
    leased(world, ALICE, FOUR)
    world.service.host_sighted(claims(BOB, SIX))
    world.service.garden.add("192.0.2.0/24")
    before = set(world.binder.bound)
    world.binder.lose()
    world.service.rebuild()
    assert world.binder.bound == before
    assert world.binder.open_addresses == ["192.0.2.0/24"]


# Who is where.


def test_a_device_is_found_by_what_the_kernel_heard(world: World) -> None:
    world.neighbours.heard = {(1, FOUR): ALICE, (2, FOREIGN4): BOB, (1, "fe80::10"): ALICE}
    found = {address: world.service.device_at(address) for address in (FOUR, f"::ffff:{FOUR}", FOREIGN4, "fe80::10%guest0", "fe80::10%1")}
    assert {address: (device.mac, device.network) for address, device in found.items()} == {
        FOUR: (ALICE, "main"),
        f"::ffff:{FOUR}": (ALICE, "main"),
        FOREIGN4: (BOB, "foreign"),
        "fe80::10%guest0": (ALICE, "main"),
        "fe80::10%1": (ALICE, "main"),
    }
    assert found[f"::ffff:{FOUR}"].address == FOUR
    assert found["fe80::10%1"].address == "fe80::10"


def test_what_is_bound_is_known_even_when_the_kernel_forgot(world: World) -> None:
    leased(world, ALICE, FOUR)
    world.neighbours.fixed.clear()
    assert world.service.device_at(FOUR).mac == ALICE


@pytest.mark.parametrize("address", ["", "rubbish", "10.0.0.1", "fe80::10", "fe80::10%wan0", "fe80::10%99", FOUR, "::1", "127.0.0.1"])
def test_strangers_are_not_found(world: World, address: str) -> None:
    with pytest.raises(NotFound):
        world.service.device_at(address)


def test_a_bridge_port_is_found(world: World) -> None:
    world.links.fdb[ALICE] = "port1"
    assert world.service.port_of("main", ALICE) == "port1"
    assert world.service.port_of("nowhere", ALICE) == ""


def test_networks_of_the_tests_are_what_they_say() -> None:
    assert MAIN.dhcp
    assert not FOREIGN.dhcp


def test_where_providers_are_found_is_told_to_dnsmasq_once_and_only_names_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(world.service._servers, "names_changed", told.append)
    world.service.garden.add("example.org")
    told.clear()
    world.service.providers_are_at(["login.example.com", "localhost", "a/4#inet#routerd#session", "a.b\nserver=192.0.2.1", "10.0.0.1", ""])
    world.service.providers_are_at(["login.example.com"])
    assert told == [["example.org"]]
    assert world.service._servers._providers() == ("login.example.com",)

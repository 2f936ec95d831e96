"""Who may use which address: first claims, leases, bounds. The property test plays devices against the table."""

from hypothesis import given
from hypothesis import strategies as st

from routerd.network.bindings import (
    ALIVE_S,
    FORGET_S,
    LEARNED4_MOST,
    LEARNED6_MOST,
    Binding,
    Bindings,
    Source,
)
from tests.network.conftest import ALICE, BOB


def at(mac: str, address: str) -> Binding:
    return Binding("main", mac, address)


def test_the_first_claim_wins_while_its_holder_is_alive() -> None:
    table = Bindings()
    assert table.claim(at(ALICE, "fd00:88::a"), 0).bind == (at(ALICE, "fd00:88::a"),)
    refused = table.claim(at(BOB, "fd00:88::a"), ALIVE_S - 1)
    assert (refused.bind, refused.unbind, refused.conflict) == ((), (), ALICE)


def test_a_silent_holder_loses_its_address_to_a_new_claim() -> None:
    table = Bindings()
    table.claim(at(ALICE, "fd00:88::a"), 0)
    change = table.claim(at(BOB, "fd00:88::a"), ALIVE_S)
    assert change.unbind == (at(ALICE, "fd00:88::a"),)
    assert change.bind == (at(BOB, "fd00:88::a"),)
    assert table.addresses("main", ALICE) == set()


def test_being_heard_keeps_an_address() -> None:
    table = Bindings()
    table.claim(at(ALICE, "fd00:88::a"), 0)
    assert table.heard(at(ALICE, "fd00:88::a"), ALIVE_S - 1)
    assert table.claim(at(BOB, "fd00:88::a"), ALIVE_S + 1).conflict == ALICE


def test_a_lease_is_stronger_than_a_claim_and_configuration_than_a_lease() -> None:
    table = Bindings()
    table.claim(at(BOB, "192.168.88.9"), 0)
    assert table.give(at(ALICE, "192.168.88.9"), Source.LEASED, 0).unbind == (at(BOB, "192.168.88.9"),)
    assert table.claim(at(BOB, "192.168.88.9"), FORGET_S).conflict == ALICE
    table.give(at(BOB, "192.168.88.9"), Source.CONFIGURED, 0)
    assert table.give(at(ALICE, "192.168.88.9"), Source.LEASED, 0).conflict == BOB
    assert table.holder("main", "192.168.88.9") == BOB


def test_the_end_of_a_lease_unbinds_it_but_not_what_is_configured() -> None:
    table = Bindings()
    table.give(at(ALICE, "192.168.88.9"), Source.LEASED, 0)
    table.give(at(BOB, "192.168.88.8"), Source.CONFIGURED, 0)
    table.give(at(BOB, "192.168.88.8"), Source.LEASED, 0)
    assert table.take(at(BOB, "192.168.88.9")).unbind == (), "not his"
    assert table.take(at(ALICE, "192.168.88.9")).unbind == (at(ALICE, "192.168.88.9"),)
    assert table.take(at(BOB, "192.168.88.8")).unbind == ()


def test_a_device_keeps_its_newest_addresses() -> None:
    table = Bindings()
    for number in range(LEARNED6_MOST):
        table.claim(at(ALICE, f"fd00:88::{number + 1:x}"), number)
    table.heard(at(ALICE, "fd00:88::1"), LEARNED6_MOST)
    change = table.claim(at(ALICE, "fd00:88::ff"), LEARNED6_MOST + 1)
    assert change.unbind == (at(ALICE, "fd00:88::2"),), "the one that was silent for longest"
    assert len(table.addresses("main", ALICE)) == LEARNED6_MOST


def test_what_was_not_heard_for_a_day_is_forgotten() -> None:
    table = Bindings()
    table.claim(at(ALICE, "fd00:88::a"), 0)
    table.give(at(ALICE, "192.168.88.9"), Source.LEASED, 0)
    assert table.forget(FORGET_S).unbind == ()
    assert table.forget(FORGET_S + 1).unbind == (at(ALICE, "fd00:88::a"),)
    assert list(table) == [at(ALICE, "192.168.88.9")]


MACS = [f"a0:00:00:00:00:0{digit}" for digit in range(4)]
ADDRESSES = [f"192.168.88.{number}" for number in range(2, 9)] + [f"fd00:88::{number:x}" for number in range(1, 24)]
DEEDS = st.tuples(
    st.sampled_from(["claim", "lease", "static", "take", "forget"]), st.sampled_from(MACS), st.sampled_from(ADDRESSES), st.integers(0, 400)
)


@given(st.lists(DEEDS, max_size=120))
def test_what_the_kernel_is_told_is_what_the_table_holds(deeds: list[tuple[str, str, str, int]]) -> None:
    table, told, now, configured = Bindings(), set(), 0.0, {}
    for deed, mac, address, pause_s in deeds:
        now += pause_s
        binding = at(mac, address)
        if deed == "claim":
            change = table.claim(binding, now)
        elif deed == "lease":
            change = table.give(binding, Source.LEASED, now)
        elif deed == "static":
            if configured.setdefault(address, mac) != mac:
                continue
            change = table.give(binding, Source.CONFIGURED, now)
        else:
            change = table.take(binding) if deed == "take" else table.forget(now)
        assert told.issuperset(change.unbind)
        told.difference_update(change.unbind)
        told.update(change.bind)
        assert told == set(table)
        assert len({held.address for held in told}) == len(told), "one holder an address"
        assert all(table.holder("main", known) == owner for known, owner in configured.items())
        for one in MACS:
            assert {held.address for held in told if held.mac == one} == table.addresses("main", one)


@given(st.lists(st.tuples(st.sampled_from(MACS), st.sampled_from(ADDRESSES)), max_size=200))
def test_no_device_learns_more_than_its_share(claims: list[tuple[str, str]]) -> None:
    table = Bindings()
    for now, (mac, address) in enumerate(claims):
        table.claim(at(mac, address), now * 100.0)
        mine = table.addresses("main", mac)
        assert sum(":" in one for one in mine) <= LEARNED6_MOST
        assert sum(":" not in one for one in mine) <= LEARNED4_MOST

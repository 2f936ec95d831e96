"""Vouchers found, extended and withdrawn by the hundred."""

import pytest

from routerd.core.durations import VALIDITIES
from routerd.core.errors import BadInput, NotFound
from routerd.core.events import Bus, VoucherRemoved
from routerd.core.terms import MIB
from routerd.vouchers.model import NewVoucher, Wanted

HOUR, DAY = 3600, 86_400


def names(vouchers, **wanted):
    return [each.voucher.username for each in vouchers.search(Wanted(sort="username", **wanted))]


def test_states_are_told_by_sql_as_by_the_model(vouchers, clock):
    for number, (valid_for, used, later) in enumerate(
        [("1 hour", False, False), ("1 hour", True, False), ("always", True, False), ("1 day", False, True), ("23 hours", True, False)]
    ):
        starts = int(clock.now()) + DAY if later else None
        vouchers.create(NewVoucher(username=f"v{number}", passcode="p", valid_for=valid_for, valid_from=starts))
        if used:
            vouchers.redeem(f"v{number}", "p")
    clock.advance(2 * HOUR)
    listed = list(vouchers.search(Wanted(sort="username")))
    assert [each.state for each in listed] == ["unused", "expired", "active", "later", "active"]
    assert listed == [vouchers.listed(each.voucher) for each in listed]
    for state in ("unused", "later", "active", "expired"):
        assert [each.state for each in vouchers.search(Wanted(state=state))] == [state] * vouchers.count(Wanted(state=state))


@pytest.mark.parametrize("valid_for", list(VALIDITIES))
def test_every_validity_ends_in_sql_when_it_ends_in_the_model(make, valid_for):
    vouchers = make(clock="valid_from")
    vouchers.create(NewVoucher(username="v", valid_for=valid_for))
    (listed,) = vouchers.search(Wanted())
    lasts_s = VALIDITIES[valid_for]
    assert listed.until == (lasts_s and listed.voucher.valid_from + lasts_s)
    assert listed == vouchers.listed(listed.voucher)


def test_a_search_looks_in_names_comments_and_macs_and_takes_wildcards_for_what_they_are(vouchers):
    vouchers.create(NewVoucher(username="Room_12", fullname="Ada", comment="100% paid"))
    vouchers.create(NewVoucher(username="roomx12", fullname="Bob"))
    vouchers.note_login(2, "aa:bb:cc:00:00:01")
    assert names(vouchers, search="room_") == ["Room_12"]
    assert names(vouchers, search="0%") == ["Room_12"]
    assert names(vouchers, search="BOB") == ["roomx12"]
    assert names(vouchers, search="cc:00") == ["roomx12"]
    assert names(vouchers, search="' OR 1=1 --") == []


def test_pages_are_cut_out_of_a_sorted_whole(vouchers):
    vouchers.create_many(5, NewVoucher(batch="a"))
    everything = [each.voucher.id for each in vouchers.search(Wanted(sort="-username"))]
    pages = [[each.voucher.id for each in vouchers.search(Wanted(sort="-username", offset=at, most=2))] for at in (0, 2, 4)]
    assert [each for page in pages for each in page] == everything
    assert vouchers.count(Wanted(offset=2, most=2)) == 5


@pytest.mark.parametrize("wanted", [Wanted(sort="passcode"), Wanted(sort="id; DROP TABLE voucher"), Wanted(state="lost")])
def test_an_order_or_state_that_does_not_exist_is_refused(vouchers, wanted):
    with pytest.raises(BadInput, match="expected"):
        vouchers.search(wanted)


def test_batches_count_their_vouchers(vouchers, clock):
    vouchers.create_many(3, NewVoucher(batch="summer", valid_for="1 hour", passcode="p"))
    first, second, _third = (each.voucher.username for each in vouchers.search(Wanted()))
    vouchers.redeem(first, "p")
    clock.advance(2 * HOUR)
    vouchers.redeem(second, "p")
    vouchers.create(NewVoucher())
    (batch,) = vouchers.batches()
    assert (batch.batch, batch.total, batch.unused, batch.active, batch.expired) == ("summer", 3, 1, 1, 1)


def test_a_running_voucher_gets_its_extension_on_top_and_one_that_is_over_from_now(vouchers, clock):
    voucher = vouchers.create(NewVoucher(username="v", passcode="p", valid_for="1 hour", download_limit_mb=10))
    start = int(clock.now())
    vouchers.redeem("v", "p")
    ((_longer, terms),) = vouchers.extend([voucher.id], HOUR, 5)
    assert (terms.ends_at, terms.down_limit_octets, terms.up_limit_octets) == (start + 2 * HOUR, 15 * MIB, None)
    clock.advance(5 * HOUR)
    ((longer, terms),) = vouchers.extend([voucher.id], HOUR)
    assert terms.ends_at == start + 6 * HOUR
    assert vouchers.redeem("v", "p") == terms
    assert vouchers.listed(longer).state == "active"


def test_an_unused_voucher_becomes_longer_and_an_endless_one_stays_endless(vouchers, clock):
    short = vouchers.create(NewVoucher(username="s", passcode="p", valid_for="1 hour"))
    endless = vouchers.create(NewVoucher(username="e", passcode="p", valid_for="always"))
    assert [terms for _voucher, terms in vouchers.extend([short.id, endless.id], HOUR)] == [None, None]
    clock.advance(DAY)
    assert vouchers.redeem("s", "p").ends_at == int(clock.now()) + 2 * HOUR
    assert vouchers.redeem("e", "p").ends_at is None


def test_many_are_removed_at_once_and_each_is_told_of(vouchers, bus: Bus):
    told = []
    bus.connect({VoucherRemoved: [told.append]})
    made = vouchers.create_many(600, NewVoucher())
    vouchers.remove_many(made[:599])
    assert (vouchers.count(Wanted()), len(told)) == (1, 599)


def test_none_of_the_named_is_not_found_and_too_many_are_refused(vouchers):
    with pytest.raises(NotFound):
        vouchers.some([99])
    vouchers.create_many(3, NewVoucher(batch="b"))
    with pytest.raises(BadInput, match="more than 2"):
        vouchers.some(batch="b", most=2)


def test_a_single_code_is_username_and_passcode_in_one_in_either_case(vouchers):
    one = vouchers.create(NewVoucher(single=True))
    many = vouchers.create_many(3, NewVoucher(single=True))
    assert all(each.single and each.passcode == each.username and len(each.username) == 10 for each in [one, *many])
    assert vouchers.redeem(one.username.upper(), one.username.upper()).login == one.username
    assert not vouchers.create(NewVoucher()).single


def test_a_list_is_made_as_a_whole_or_not_at_all(vouchers):
    vouchers.create(NewVoucher(username="taken"))
    with pytest.raises(Exception, match="already exists"):
        vouchers.create_all([NewVoucher(username="fresh"), NewVoucher(username="TAKEN")])
    assert names(vouchers) == ["taken"]
    assert len(vouchers.create_all([NewVoucher(username="fresh"), NewVoucher()])) == 2

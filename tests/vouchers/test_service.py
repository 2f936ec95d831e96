"""What happens to vouchers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.core.errors import BadInput, Conflict, Denied, NotFound, RouterdError
from routerd.core.events import Bus, VoucherAdded, VoucherRemoved
from routerd.core.settings import VoucherSettings
from routerd.core.terms import MIB
from routerd.core.tokens import READABLE
from routerd.store.database import Store
from routerd.vouchers import records
from routerd.vouchers.model import NewVoucher
from routerd.vouchers.service import Vouchers
from tests.fakes.clock import FakeClock

NOW = 1_750_000_000
DAY = 86_400


def test_an_empty_voucher_gets_readable_random_credentials_and_the_presets(vouchers):
    made = vouchers.create(NewVoucher())
    assert len(made.username) == 6
    assert len(made.passcode) == 8
    assert set(made.username + made.passcode) <= set(READABLE)
    assert made.fullname.startswith("Guest ")
    assert not set(made.fullname) & set("0O1l")
    assert (made.valid_for, made.valid_from, made.devices) == ("1 day", NOW, 1)
    assert (made.download_limit_mb, made.upload_limit_mb, made.down_kbit, made.up_kbit) == (0, 0, 0, 0)
    assert (made.first_login, made.last_login, made.mac) == (None, None, None)
    assert vouchers.get(made.username) == made
    assert vouchers.listing() == [made]


def test_what_is_given_is_kept(vouchers):
    new = NewVoucher("Room12", "pässcode", "Jöhn Doe", "5 days", NOW + DAY, 1024, 512, 2000, 1000, 3, "late check-out", "spring")
    made = vouchers.create(new)
    assert (made.username, made.passcode, made.fullname, made.valid_for, made.valid_from) == tuple(
        getattr(new, name) for name in ("username", "passcode", "fullname", "valid_for", "valid_from")
    )
    assert (made.download_limit_mb, made.upload_limit_mb, made.down_kbit, made.up_kbit, made.devices) == (1024, 512, 2000, 1000, 3)
    assert (made.comment, made.batch) == ("late check-out", "spring")


@pytest.mark.parametrize("other", ["Room12", "room12", " ROOM12 ", "\uff32oom12"])
def test_a_username_is_unique_without_case_and_width(vouchers, other):
    vouchers.create(NewVoucher(username="Room12"))
    with pytest.raises(Conflict, match=r"^Username already exists$"):
        vouchers.create(NewVoucher(username=other))
    assert len(vouchers.listing()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        NewVoucher(username="a\nb"),
        NewVoucher(passcode="x" * 65),
        NewVoucher(fullname="\0"),
        NewVoucher(valid_for="2 weeks"),
        NewVoucher(devices=0),
        NewVoucher(devices=1001),
        NewVoucher(down_kbit=-1),
        NewVoucher(up_kbit=10_000_001),
        NewVoucher(valid_from=-1),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_kept(vouchers, wrong):
    with pytest.raises(BadInput):
        vouchers.create(wrong)
    assert vouchers.listing() == []


def test_many_are_made_at_once_each_with_credentials_of_its_own(vouchers):
    vouchers.create(NewVoucher())
    made = vouchers.create_many(300, NewVoucher(valid_for="2 hours", batch="july", passcode="  "))
    assert len({voucher.username for voucher in made}) == 300
    assert len({voucher.passcode for voucher in made}) == 300
    assert {(voucher.valid_for, voucher.batch) for voucher in made} == {("2 hours", "july")}
    assert vouchers.listing()[1:] == made


@pytest.mark.parametrize(("count", "template"), [(0, NewVoucher()), (10_001, NewVoucher()), (2, NewVoucher(username="u"))])
def test_many_that_cannot_be_made_are_refused(vouchers, count, template):
    with pytest.raises(BadInput):
        vouchers.create_many(count, template)
    assert vouchers.listing() == []


def test_a_taken_random_username_is_drawn_again(vouchers, monkeypatch):
    words = iter(["first", "first", "second", "first", "second", "third", "fourth"])
    monkeypatch.setattr("routerd.vouchers.service.tokens.readable", lambda length: next(words) if length == 6 else "passcode")
    named = NewVoucher(fullname="f")
    assert [vouchers.create(named).username, vouchers.create(named).username] == ["first", "second"]
    assert [voucher.username for voucher in vouchers.create_many(2, named)] == ["third", "fourth"]


def test_removing_returns_what_was_and_frees_the_name(vouchers):
    made = vouchers.create(NewVoucher(username="u"))
    assert vouchers.remove("U") == made
    assert vouchers.listing() == []
    for verb in (vouchers.remove, vouchers.get):
        with pytest.raises(NotFound, match=r"^Username doesn't exist$"):
            verb("u")
    assert vouchers.create(NewVoucher(username="u")).id != made.id


def test_the_bus_hears_of_vouchers(vouchers, bus):
    heard = []
    bus.connect({VoucherAdded: [heard.append], VoucherRemoved: [heard.append]})
    made = vouchers.create(NewVoucher())
    vouchers.remove(made.username)
    assert heard == [VoucherAdded(made.id, made.username), VoucherRemoved(made.id, made.username)]


def test_redeeming_grants_the_terms_and_starts_the_clock_once(vouchers, clock):
    made = vouchers.create(NewVoucher("u", "p", valid_for="1 day", download_limit_mb=10, down_kbit=500, devices=2))
    clock.advance(3600)
    terms = vouchers.redeem(" U", "p ")
    assert (terms.kind, terms.subject, terms.login) == ("voucher", str(made.id), "u")
    assert (terms.starts_at, terms.ends_at) == (NOW + 3600, NOW + 3600 + DAY)
    assert (terms.down_limit_octets, terms.up_limit_octets) == (10 * MIB, None)
    assert (terms.down_kbit, terms.up_kbit, terms.devices) == (500, 0, 2)
    clock.advance(7200)
    vouchers.note_login(made.id, "02:00:00:00:00:01")
    assert vouchers.redeem("u", "p") == terms
    kept = vouchers.get("u")
    assert (kept.first_login, kept.last_login, kept.mac) == (NOW + 3600, NOW + 10_800, "02:00:00:00:00:01")


def test_an_unknown_user_and_a_wrong_passcode_cannot_be_told_apart(vouchers):
    vouchers.create(NewVoucher("u", "p"))
    refusals = []
    for username, passcode in [
        ("u", "q"),
        ("u", ""),
        ("u", "P"),
        ("v", "p"),
        ("", ""),
        ("u" * 9999, "p"),
        ("\ud800", "\ud800"),
        ("u", "\0"),
    ]:
        with pytest.raises(Denied) as refusal:
            vouchers.redeem(username, passcode)
        refusals.append((str(refusal.value), refusal.value.reason))
    assert len(set(refusals)) == 1
    assert refusals[0][1] == "no-such-voucher"
    assert vouchers.get("u").first_login is None


def test_a_passcode_is_compared_even_for_an_unknown_user(vouchers, monkeypatch):
    compared = []
    monkeypatch.setattr("routerd.vouchers.service.tokens.same", lambda left, right: compared.append(left) or True)
    with pytest.raises(Denied):
        vouchers.redeem("nobody", "p")
    assert compared == ["p"]


def test_a_voucher_is_not_valid_before_its_date_nor_after_its_time(vouchers, clock):
    vouchers.create(NewVoucher("u", "p", valid_from=NOW + DAY, valid_for="1 hour"))
    with pytest.raises(Denied, match="valid from 20") as refusal:
        vouchers.redeem("u", "p")
    assert refusal.value.reason == "not-yet-valid"
    assert vouchers.get("u").first_login is None
    clock.advance(DAY)
    terms = vouchers.redeem("u", "p")
    assert terms.ends_at == NOW + DAY + 3600
    clock.advance(3599)
    assert vouchers.redeem("u", "p") == terms
    clock.advance(1)
    with pytest.raises(Denied) as refusal:
        vouchers.redeem("u", "p")
    assert refusal.value.reason == "expired"


def test_always_never_ends(vouchers, clock):
    vouchers.create(NewVoucher("u", "p", valid_for="always"))
    first = vouchers.redeem("u", "p")
    clock.advance(50 * 365 * DAY)
    assert vouchers.redeem("u", "p") == first
    assert first.ends_at is None


def test_the_clock_may_run_from_valid_from(make, clock):
    vouchers = make(clock="valid_from")
    vouchers.create(NewVoucher("u", "p", valid_for="1 day"))
    clock.advance(DAY - 10)
    assert vouchers.redeem("u", "p").ends_at == NOW + DAY
    clock.advance(10)
    with pytest.raises(Denied) as refusal:
        vouchers.redeem("u", "p")
    assert refusal.value.reason == "expired"


def test_a_sign_in_that_fails_later_does_not_start_the_clock(vouchers, store):
    vouchers.create(NewVoucher("u", "p"))

    def sign_in() -> None:
        vouchers.redeem("u", "p")
        raise Denied("too many devices", "too-many-devices")

    with pytest.raises(Denied, match="too many"):
        store.write(sign_in)
    assert vouchers.get("u").first_login is None


ANYTHING = st.one_of(st.none(), st.text(max_size=70))
NUMBER = st.one_of(st.none(), st.integers())


@settings(max_examples=60, deadline=None)
@given(st.builds(NewVoucher, ANYTHING, ANYTHING, ANYTHING, st.none(), NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, ANYTHING, ANYTHING))
def test_whatever_is_accepted_can_be_listed_and_redeemed_as_it_was_shown(new):
    vouchers = Vouchers(Store("sqlite:///:memory:"), FakeClock(), Bus(), VoucherSettings())
    try:
        made = vouchers.create(new)
    except RouterdError:
        assert vouchers.listing() == []
        return
    assert vouchers.listing() == [made]
    if made.valid_from <= NOW:
        assert vouchers.redeem(made.username, made.passcode).login == made.username


def test_the_model_is_the_migrated_table(store):
    columns = {(row[1], bool(row[3])) for row in store.db.execute_sql("PRAGMA table_info(voucher)").fetchall()}
    assert columns == {(field.column_name, not field.null) for field in records.VoucherRow._meta.sorted_fields}

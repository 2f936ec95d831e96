"""Vouchers at the portal: one code in one field, typed or scanned."""

from urllib.parse import urlsplit

import pytest

from routerd.vouchers.model import NewVoucher
from routerd.vouchers.scan import scan_url
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup

SINGLE = SETTINGS.replace("[portal.free]", "[portal.voucher]\nsingle_code = true\n[portal.free]")
BASE = "http://192.168.88.1"


@pytest.fixture
def single():
    made = make_world(settings_of(SINGLE))
    yield made
    made.store.stop()


@pytest.fixture
def code(single) -> str:
    return single.vouchers.create(NewVoucher(single=True)).username


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_one_field_is_asked_for(single) -> None:
    page = single.guest().get("/")
    names = [field["name"] for field in Markup(page.text).inputs if field.get("type") == "text"]
    assert names == ["code"]
    assert "Voucher code" in page.text


def test_a_code_has_49_bits(code) -> None:
    assert len(code) == 10


@pytest.mark.parametrize("typed", ["{code}", " {upper} ", "{left}-{right}", "{left} {right}"])
def test_a_code_is_taken_as_phones_and_people_type_it(single, code, typed) -> None:
    entered = typed.format(code=code, upper=code.upper(), left=code[:5], right=code[5:])
    assert single.guest().submit("voucher", code=entered).status == 303
    assert single.vouchers.get(code).mac == "02:00:00:00:58:0a"


def test_vouchers_from_before_are_taken_as_two_words(single) -> None:
    single.vouchers.create(NewVoucher(username="room", passcode="pass"))
    assert single.guest().submit("voucher", code="room pass").status == 303


def test_a_username_alone_is_no_code(single) -> None:
    single.vouchers.create(NewVoucher(username="room", passcode="pass"))
    page = single.guest().submit("voucher", code="room")
    assert page.status == 403
    assert "There is no voucher with this code." in page.text
    assert page.field("code") == "room"


def test_wrong_codes_are_counted_and_logged(single) -> None:
    guest = single.guest()
    assert [guest.submit("voucher", code=f"wrong{number}").status for number in range(6)] == [403] * 5 + [429]
    assert single.refusals() == ["no-such-code"] * 5 + ["limited"]


def test_an_empty_code_is_said_to_be_missing(single) -> None:
    page = single.guest().submit("voucher", code=" ")
    assert page.status == 400
    assert "Please enter the code of your voucher." in page.text


def test_a_single_code_goes_into_both_fields_where_two_are_asked_for(world) -> None:
    code = world.vouchers.create(NewVoucher(single=True)).username
    assert world.guest().submit("voucher", username=code, passcode=code.upper()).status == 303


def test_a_printed_code_signs_in_on_scan(single, code) -> None:
    url = scan_url(BASE, single.vouchers.get(code))
    assert url == f"{BASE}/back/voucher?code={code}"
    guest = single.guest()
    assert guest.get(path_of(url)).location == "/online"
    assert "You are online" in guest.get("/online").text


def test_a_printed_username_and_passcode_sign_in_on_scan_whatever_they_are_made_of(world) -> None:
    voucher = world.vouchers.create(NewVoucher(username="zimmer & 12", passcode='ü"=?%'))
    url = scan_url(BASE, voucher)
    assert url.isascii()
    assert world.guest().get(path_of(url)).location == "/online"


def test_a_scan_works_in_either_mode(world) -> None:
    voucher = world.vouchers.create(NewVoucher(single=True))
    assert world.guest().get(path_of(scan_url(BASE, voucher))).location == "/online"


def test_a_scan_of_a_used_voucher_says_what_is_wrong_and_can_be_mended(single, code) -> None:
    url = path_of(scan_url(BASE, single.vouchers.get(code)))
    single.guest(10).get(url)
    page = single.guest(11).get(url)
    assert page.status == 403
    assert "<h1>Too many devices</h1>" in page.text
    done = single.guest(11).post("/replace", {"token": page.field("token"), "ticket": page.field("ticket")})
    assert done.location == "/online"


def test_a_guest_who_is_online_and_scans_is_asked_first(single, code) -> None:
    guest = single.guest()
    guest.submit("free")
    page = guest.get(path_of(scan_url(BASE, single.vouchers.get(code))))
    assert page.status == 200
    assert page.field("code") == code
    assert [each.session.grant.kind for each in single.sessions.online()] == ["free"]
    guest.submit("voucher", code=code)
    assert [each.session.grant.kind for each in single.sessions.online()] == ["voucher"]


def test_a_scan_on_a_page_with_two_fields_fills_both(world) -> None:
    voucher = world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = world.guest()
    guest.submit("free")
    page = guest.get(path_of(scan_url(BASE, voucher)))
    assert (page.field("username"), page.field("passcode")) == ("room", "pass")
    assert Markup(page.text).problems == []


def test_an_untouched_form_is_empty(world) -> None:
    page = world.guest().get("/")
    assert (page.field("username"), page.field("passcode")) == ("", "")

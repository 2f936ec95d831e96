"""Signing in, being refused, and what the log hears of it."""

import threading

import pytest

from routerd.core.errors import Limited, Unavailable
from routerd.core.events import LoggedIn
from routerd.portal.kept import SUBMITTED_MOST
from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import SETTINGS, make_world, settings_of

ROOM = {"username": "room", "passcode": "pass"}


@pytest.fixture
def voucher(world):
    return world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_for="2 hours", download_limit_mb=10))


def signed_in(world) -> list[str]:
    return [online.session.device.mac for online in world.sessions.online()]


def test_a_voucher_opens_the_gate_with_its_terms(world, voucher) -> None:
    guest = world.guest()
    done = guest.submit("voucher", **ROOM)
    assert done.status == 303
    assert done.location == "/online"
    element = world.gate.elements["02:00:00:00:58:0a", "main"]
    assert element.pass_.ttl_s == 7200
    assert element.pass_.down_quota_octets == 10 * 2**20
    assert "You are signed in" in guest.get("/online").text
    assert world.vouchers.get("room").mac == "02:00:00:00:58:0a"


def test_what_a_voucher_leaves_open_comes_from_the_guest_network(world, voucher) -> None:
    world.guest(10, "suite").submit("voucher", **ROOM)
    (online,) = world.sessions.online()
    assert (online.session.grant.down_kbit, online.session.grant.up_kbit) == (5000, 1000)
    assert online.session.grant.idle_timeout_s == 600


def test_a_voucher_s_own_speed_wins(world) -> None:
    world.vouchers.create(NewVoucher(username="fast", passcode="pass", down_kbit=9000, up_kbit=8000))
    world.guest(10, "suite").submit("voucher", username="fast", passcode="pass")
    (online,) = world.sessions.online()
    assert (online.session.grant.down_kbit, online.session.grant.up_kbit) == (9000, 8000)


@pytest.mark.parametrize("username", [" room ", "ROOM", "Room"])
def test_what_phones_make_of_a_username_is_forgiven(world, voucher, username) -> None:
    assert world.guest().submit("voucher", username=username, passcode=" pass ").status == 303


def test_an_unknown_user_and_a_wrong_passcode_get_the_same_page(world, voucher) -> None:
    unknown = world.guest(10).submit("voucher", username="rook", passcode="pass")
    wrong = world.guest(10).submit("voucher", username="room", passcode="past")
    assert unknown.status == wrong.status == 403
    assert unknown.headers == wrong.headers
    assert unknown.text.replace("rook", "room") == wrong.text
    assert "There is no voucher with this username and passcode" in wrong.text
    assert world.refusals() == ["no-such-voucher", "no-such-voucher"]


def test_a_refused_guest_need_not_type_the_username_again_and_never_sees_the_passcode(world, voucher) -> None:
    page = world.guest().submit("voucher", username="room", passcode="s3cret-typo")
    assert page.field("username") == "room"
    assert "s3cret-typo" not in page.text


def test_a_voucher_before_its_time(world) -> None:
    world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_from=int(world.clock.now()) + 3600))
    page = world.guest().submit("voucher", **ROOM)
    assert page.status == 403
    assert "<h1>Not yet valid</h1>" in page.text
    assert "This voucher is valid from " in page.text
    assert world.refusals() == ["not-yet-valid"]


def test_a_voucher_after_its_time(world, voucher) -> None:
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    world.clock.advance(7201)
    page = guest.submit("voucher", **ROOM)
    assert page.status == 403
    assert "<h1>Expired</h1>" in page.text


def test_a_voucher_whose_data_is_used_up(world, voucher) -> None:
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    world.gate.elements["02:00:00:00:58:0a", "main"].down = 10 * 2**20
    world.clock.advance(60)
    assert "Sign in" in guest.get("/").text
    world.sessions.sweep()
    page = guest.submit("voucher", **ROOM)
    assert page.status == 403
    assert "<h1>Used up</h1>" in page.text
    assert "used-up" in world.refusals()


def test_a_removed_voucher_is_unknown(world, voucher) -> None:
    world.vouchers.remove("room")
    assert "<h1>No such voucher</h1>" in world.guest().submit("voucher", **ROOM).text


def test_a_second_device_is_told_and_may_take_over_without_typing_again(world, voucher) -> None:
    first, second = world.guest(10), world.guest(11)
    first.submit("voucher", **ROOM)
    page = second.submit("voucher", **ROOM)
    assert page.status == 403
    assert "<h1>Too many devices</h1>" in page.text
    assert "58:0a" in page.text
    assert "02:00:00:00:58:0a" not in page.text
    assert "pass" not in page.text.replace("passcode", "")
    assert world.refusals() == ["too-many-devices"]
    assert signed_in(world) == ["02:00:00:00:58:0a"]

    fields = {"token": page.field("token"), "ticket": page.field("ticket"), "to": ""}
    assert second.post("/replace", fields).location == "/online"
    assert signed_in(world) == ["02:00:00:00:58:0b"]
    assert first.get("/generate_204", host="www.gstatic.com").status == 302

    again = second.post("/replace", fields)
    assert again.status == 400
    assert "sign in again" in again.text


def test_another_device_s_ticket_is_worth_nothing(world, voucher) -> None:
    first, second, third = (world.guest(number) for number in (10, 11, 12))
    first.submit("voucher", **ROOM)
    page = second.submit("voucher", **ROOM)
    stolen = third.post("/replace", {"token": third.get("/signin").field("token"), "ticket": page.field("ticket")})
    assert stolen.status == 400
    assert signed_in(world) == ["02:00:00:00:58:0a"]


def test_a_ticket_lasts_five_minutes(world, voucher) -> None:
    first, second = world.guest(10), world.guest(11)
    first.submit("voucher", **ROOM)
    page = second.submit("voucher", **ROOM)
    world.clock.advance(301)
    assert second.post("/replace", {"token": page.field("token"), "ticket": page.field("ticket")}).status == 400


def test_five_wrong_passcodes_and_the_right_one_has_to_wait(world, voucher) -> None:
    guest = world.guest()
    for _ in range(5):
        assert guest.submit("voucher", username="room", passcode="nope").status == 403
    page = guest.submit("voucher", **ROOM)
    assert page.status == 429
    assert "<h1>Too many attempts</h1>" in page.text
    assert int(page.headers["Retry-After"]) >= 1
    assert world.refusals()[-1] == "limited"
    world.clock.advance(int(page.headers["Retry-After"]))
    assert guest.submit("voucher", **ROOM).status == 303


def test_the_pause_grows(world, voucher) -> None:
    guest, pauses = world.guest(), []
    for _ in range(5):
        guest.submit("voucher", username="room", passcode="nope")
    for _ in range(3):
        pauses.append(int(guest.submit("voucher", **ROOM).headers["Retry-After"]))
        world.clock.advance(pauses[-1])
        guest.submit("voucher", username="room", passcode="nope")
    assert pauses[0] < pauses[1] < pauses[2]


def test_a_new_address_does_not_help_the_same_device_nor_a_new_mac_the_same_address(world, voucher) -> None:
    guest = world.guest(10)
    for _ in range(5):
        guest.submit("voucher", username="room", passcode="nope")
    device = world.finder.devices["192.168.88.10"]
    world.finder.devices["192.168.88.50"] = type(device)(device.mac, "192.168.88.50", "main")
    guest.address = "192.168.88.50"
    assert guest.submit("voucher", **ROOM).status == 429
    world.finder.devices["192.168.88.10"] = type(device)("02:00:00:00:99:99", "192.168.88.10", "main")
    guest.address = "192.168.88.10"
    assert guest.submit("voucher", **ROOM).status == 429


def test_others_are_not_slowed_by_one_who_guesses(world, voucher) -> None:
    guest = world.guest(10)
    for _ in range(8):
        guest.submit("voucher", username="room", passcode="nope")
    assert world.guest(11).submit("voucher", **ROOM).status == 303


def test_a_success_in_between_does_not_wipe_the_slate(world, voucher) -> None:
    world.vouchers.create(NewVoucher(username="own", passcode="mine"))
    guest = world.guest()
    for _ in range(4):
        guest.submit("voucher", username="room", passcode="nope")
    assert guest.submit("voucher", username="own", passcode="mine").status == 303
    guest.submit("voucher", username="room", passcode="nope")
    assert guest.submit("voucher", username="room", passcode="nope").status == 429


def test_free_access_needs_no_passcode_and_is_not_stopped_by_wrong_ones(world, voucher) -> None:
    guest = world.guest()
    for _ in range(6):
        guest.submit("voucher", username="room", passcode="nope")
    assert guest.submit("free").status == 303


def test_a_flood_of_forms_is_stopped_and_not_logged_for_ever(world) -> None:
    guest = world.guest()
    fields = {"token": guest.get("/signin").field("token"), "method": "voucher", "username": "a", "passcode": "b"}
    for _ in range(SUBMITTED_MOST + 50):
        reply = guest.post("/signin", fields)
    assert reply.status == 429
    assert len(world.refusals()) == SUBMITTED_MOST


def test_free_access_once_and_again_after_the_pause(world) -> None:
    guest = world.guest()
    guest.submit("free")
    (online,) = world.sessions.online()
    assert online.session.grant.kind == "free"
    assert online.seconds_left == 3600
    assert online.down_left_octets == 100 * 2**20
    world.clock.advance(3601)
    world.sessions.sweep()
    page = guest.submit("free")
    assert page.status == 403
    assert "Your free access is used up." in page.text
    assert "You can have it again at " in page.text
    world.clock.advance(86_400 - 3601)
    assert guest.submit("free").status == 303


def test_free_access_interrupted_goes_on_where_it_was(world) -> None:
    guest = world.guest()
    guest.submit("free")
    world.clock.advance(600)
    guest.post("/logout", {"token": guest.get("/status").field("token")})
    guest.submit("free")
    (online,) = world.sessions.online()
    assert online.seconds_left == 3000


def test_a_method_that_this_network_does_not_offer_is_refused(world) -> None:
    guest = world.guest(10, "suite")
    assert "Go online for free" not in guest.get("/").text
    assert guest.submit("free").status == 400
    assert guest.submit("email").status == 400
    assert signed_in(world) == []


def test_a_form_without_its_token_is_refused_in_words_and_keeps_the_username(world, voucher) -> None:
    guest = world.guest()
    for token in ("", "0" * 64, world.guest(11).get("/signin").field("token")):
        page = guest.post("/signin", {"token": token, "method": "voucher", **ROOM})
        assert page.status == 400
        assert "open for too long" in page.text
        assert page.field("username") == "room"
    assert signed_in(world) == []


@pytest.mark.parametrize(("origin", "status"), [("null", 303), ("http://192.168.88.1", 303), ("http://evil.example", 400), ("", 303)])
def test_a_form_from_another_site_is_refused_but_captive_assistants_are_not(world, voucher, origin, status) -> None:
    guest = world.guest()
    fields = {"token": guest.get("/signin").field("token"), "method": "voucher", **ROOM}
    assert guest.post("/signin", fields, origin=origin).status == status


def test_a_forged_logout_does_nothing(world, voucher) -> None:
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    assert guest.post("/logout", {}).status == 400
    assert len(signed_in(world)) == 1


def test_a_guest_who_is_online_may_use_another_voucher(world, voucher) -> None:
    world.vouchers.create(NewVoucher(username="more", passcode="pass"))
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    page = guest.get("/signin")
    assert "You are online already" in page.text
    assert "Go online for free" not in page.text
    guest.submit("voucher", username="more", passcode="pass")
    assert "<bdi>more</bdi>" in guest.get("/status").text


def test_logging_out_needs_no_session(world) -> None:
    guest = world.guest()
    assert guest.post("/logout", {"token": guest.get("/signin").field("token")}).location == "/goodbye"
    assert "You are signed out" in guest.get("/goodbye").text


def test_after_logging_out_the_portal_does_not_let_the_device_in_by_itself(world, voucher) -> None:
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    guest.post("/logout", {"token": guest.get("/status").field("token")})
    assert "<h1>Sign in</h1>" in guest.get("/").text
    assert signed_in(world) == []
    assert guest.submit("voucher", **ROOM).status == 303


def test_a_device_that_went_idle_is_let_in_again_by_its_next_probe(world, voucher) -> None:
    guest = world.guest()
    guest.submit("voucher", **ROOM)
    world.clock.advance(3700)
    world.sessions.sweep()
    assert signed_in(world) == []
    assert guest.get("/generate_204", host="connectivitycheck.gstatic.com").status == 204
    assert len(signed_in(world)) == 1


def test_a_kernel_that_refuses_is_said_to_be_unavailable(world, voucher) -> None:
    world.gate.broken = {"open"}
    page = world.guest().submit("voucher", **ROOM)
    assert page.status == 503
    assert "<h1>Not available</h1>" in page.text


def test_a_refused_sign_in_does_not_start_the_voucher_s_clock(world, voucher, monkeypatch) -> None:
    def refuse(*args, **options):
        raise Unavailable("no")

    monkeypatch.setattr(world.sessions, "open", refuse)
    world.guest().submit("voucher", **ROOM)
    assert world.vouchers.get("room").first_login is None


def test_a_landing_page_is_where_the_browser_goes_after_sign_in(world) -> None:
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = world.guest(10, "suite")
    done = guest.submit("voucher", **ROOM)
    page = guest.get(done.location)
    assert '<meta http-equiv="refresh" content="0;url=https://hotel.example/welcome?a=1&amp;b=2">' in page.text
    assert "refresh" not in guest.get("/status").text.lower().replace(">refresh<", "")


def test_guesses_sent_at_once_are_counted_one_by_one(tmp_path) -> None:
    world = make_world(settings_of(SETTINGS), url=f"sqlite:///{tmp_path}/db")
    world.store.start()
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = world.guest()
    fields = {"token": guest.get("/signin").field("token"), "method": "voucher", "username": "room", "passcode": "nope"}
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(guest.post("/signin", fields).status)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.store.stop()
    assert sorted(statuses) == [403] * 5 + [429] * 11


def test_limited_by_something_else_is_shown_as_such(world, voucher, monkeypatch) -> None:
    def refuse(*args, **options):
        raise Limited("the house is full", 5)

    monkeypatch.setattr(world.sessions, "open", refuse)
    page = world.guest().submit("voucher", **ROOM)
    assert page.status == 429
    assert page.headers["Retry-After"] == "5"


def test_sign_ins_are_published(world, voucher) -> None:
    world.guest().submit("voucher", **ROOM)
    (event,) = [event for event in world.events if isinstance(event, LoggedIn)]
    assert event.login == "room"

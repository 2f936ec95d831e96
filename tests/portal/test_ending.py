"""Near the end of what a guest has: the page says so in time, says how to go on, and going on works."""

import json

import pytest

from routerd.core.terms import MIB
from routerd.portal.standing import Standing
from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup

HOUR, DAY = 3600, 86_400
LIMIT = 100 * MIB


def standing(lasts_s: int | None, down_left: int | None = None, up_left: int | None = None) -> Standing:
    limits = {"down_limit_octets": None if down_left is None else LIMIT, "up_limit_octets": None if up_left is None else LIMIT}
    return Standing("room", 0, 0, lasts_s, 0, 0, down_left, up_left, 0, 0, **limits)


@pytest.mark.parametrize(
    ("lasts_s", "from_s"),
    [(300, 300), (HOUR, 600), (10 * HOUR, HOUR), (30 * DAY, DAY), (365 * DAY, DAY)],
)
def test_the_last_tenth_of_the_time_is_near_the_end_within_bounds(lasts_s, from_s) -> None:
    assert standing(lasts_s).is_near_end(lasts_s - from_s)
    assert lasts_s == from_s or not standing(lasts_s).is_near_end(lasts_s - from_s - 1)


@pytest.mark.parametrize(
    ("down", "up", "near"),
    [(None, None, False), (LIMIT, LIMIT, False), (LIMIT // 10, LIMIT, True), (LIMIT, LIMIT // 10, True), (LIMIT // 10 + 1, None, False)],
)
def test_the_last_tenth_of_the_data_is_near_the_end(down, up, near) -> None:
    assert standing(None, down, up).is_near_end(5) is near


def captive(guest) -> dict[str, object]:
    return json.loads(guest.get("/api/captive").body)


def test_a_guest_near_the_end_is_told_how_to_go_on_and_going_on_works(world) -> None:
    world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_for="1 hour"))
    world.vouchers.create(NewVoucher(username="more", passcode="pass", valid_for="2 hours"))
    guest = world.guest()
    guest.submit("voucher", username="room", passcode="pass")
    assert "Your time ends" not in guest.get("/status").text
    world.clock.advance(3100)
    page = guest.get("/status").text
    assert "Your time ends in 8 minutes." in page
    assert "To stay online, enter another voucher before that." in page
    assert '<a class="button" href="/signin">Stay online</a>' in page
    assert Markup(page).problems == []
    before = captive(guest)
    assert (before["can-extend-session"], before["seconds-remaining"]) == (True, 500)

    assert guest.submit("voucher", username="more", passcode="pass").status == 303
    assert captive(guest)["seconds-remaining"] == 7200
    assert world.gate.elements["02:00:00:00:58:0a", "main"].pass_.ttl_s == 7200
    assert "Your time ends" not in guest.get("/status").text
    assert len(world.sessions.online()) == 1


def test_a_guest_short_of_data_is_told(world) -> None:
    world.vouchers.create(NewVoucher(username="room", passcode="pass", download_limit_mb=100))
    guest = world.guest()
    guest.submit("voucher", username="room", passcode="pass")
    world.gate.elements["02:00:00:00:58:0a", "main"].down = 95 * MIB
    world.sessions.sweep()
    page = guest.get("/status").text
    assert "Your data is nearly used up." in page
    assert "Your time ends" not in page
    assert captive(guest)["bytes-remaining"] == 5 * MIB


def test_where_nothing_extends_the_guest_is_sent_to_the_staff() -> None:
    world = make_world(settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["free"]')))
    guest = world.guest()
    guest.submit("free")
    world.clock.advance(3300)
    page = guest.get("/status").text
    assert "Ask the staff how you can stay online." in page
    assert "Stay online</a>" not in page
    assert captive(guest)["can-extend-session"] is False

"""RFC 8908, and what Android demands of it."""

import json

import pytest

from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import SETTINGS, make_world, settings_of

ACCEPT = "application/captive+json"


def ask(guest, **options):
    reply = guest.get("/api/captive", accept=ACCEPT, **options)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/captive+json"
    assert "private" in reply.headers["Cache-Control"]
    assert "no-store" in reply.headers["Cache-Control"]
    return json.loads(reply.body.decode("utf-8"))


def test_before_sign_in_it_says_captive_and_where_the_portal_is(world) -> None:
    assert ask(world.guest()) == {
        "captive": True,
        "user-portal-url": "http://192.168.88.1/",
        "venue-info-url": "https://hotel.example/",
    }


def test_after_sign_in_all_six_keys_are_there(world) -> None:
    guest = world.guest()
    world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_for="2 hours", download_limit_mb=10, upload_limit_mb=5))
    guest.submit("voucher", username="room", passcode="pass")
    world.clock.advance(60.5)
    assert ask(guest) == {
        "captive": False,
        "user-portal-url": "http://192.168.88.1/",
        "venue-info-url": "https://hotel.example/",
        "can-extend-session": True,
        "seconds-remaining": 7139,
        "bytes-remaining": 5 * 2**20,
    }


def test_an_unlimited_grant_has_no_remainders(world) -> None:
    guest = world.guest()
    world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_for="always"))
    guest.submit("voucher", username="room", passcode="pass")
    assert set(ask(guest)) == {"captive", "user-portal-url", "venue-info-url", "can-extend-session"}


def test_the_https_address_is_given_where_there_is_one() -> None:
    world = make_world(settings_of(SETTINGS.replace("[portal]\n", '[portal]\nhttps_url = "https://portal.example.com/"\n')))
    guest = world.guest()
    assert ask(guest)["user-portal-url"] == "https://portal.example.com/"
    assert ask(guest, host="portal.example.com")["user-portal-url"] == "https://portal.example.com/"


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json", "", "application/captive+json;q=0.1, */*", "nonsense"])
def test_the_answer_does_not_depend_on_the_accept_header(world, accept) -> None:
    reply = world.guest().get("/api/captive", accept=accept)
    assert reply.headers["Content-Type"] == "application/captive+json"


def test_a_client_that_asks_the_start_page_for_the_type_gets_it_there_too(world) -> None:
    guest = world.guest()
    for _ in range(3):
        reply = guest.get("/", accept=ACCEPT)
        assert reply.headers["Content-Type"] == ACCEPT
        assert json.loads(reply.body)["captive"] is True
    assert guest.get("/", accept="text/html,*/*;q=0.8").text.startswith("<!DOCTYPE html>")


def test_it_is_asked_again_and_again_without_harm(world) -> None:
    guest = world.guest()
    assert all(ask(guest)["captive"] for _ in range(500))
    guest.submit("free")
    assert not any(ask(guest)["captive"] for _ in range(500))


def test_head_has_the_same_headers_and_no_body(world) -> None:
    reply = world.guest().send("HEAD", "/api/captive")
    assert reply.headers["Content-Type"] == "application/captive+json"
    assert reply.body == b""


def test_only_get_is_answered(world) -> None:
    assert world.guest().post("/api/captive", {}).status == 405

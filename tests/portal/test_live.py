"""The portal made anew from changed settings while guests use it: at once, and nothing of theirs is lost."""

import threading

import pytest

from routerd.core.errors import Misconfigured
from routerd.portal.kept import Kept
from routerd.portal.live import LivePortal
from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import SETTINGS, make_world, settings_of

CLOSED = settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["voucher"]\ntitle = "New name"'))


@pytest.fixture
def live(monkeypatch):
    """A world whose app is a LivePortal over the same services."""
    world = make_world(settings_of())
    kept, build = Kept(world.clock), world.rebuild

    def make(settings):
        if settings is None:
            raise Misconfigured("no settings")
        return build(settings, kept)

    world.app = LivePortal(make, world.settings)
    yield world
    world.store.stop()


def test_a_change_of_methods_and_title_is_there_with_the_next_request(live) -> None:
    guest = live.guest()
    assert "Go online for free" in guest.get("/").text
    live.app.change(CLOSED)
    page = guest.get("/").text
    assert "Go online for free" not in page
    assert "New name" in page


def test_a_form_that_was_open_during_the_change_still_signs_in(live) -> None:
    live.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = live.guest()
    token = guest.get("/").field("token")
    live.app.change(CLOSED)
    assert guest.post("/signin", {"token": token, "method": "voucher", "username": "room", "passcode": "pass"}).status == 303


def test_wrong_guesses_are_not_forgiven_by_a_change(live) -> None:
    guest = live.guest()
    for _ in range(5):
        guest.submit("voucher", username="a", passcode="b")
    live.app.change(CLOSED)
    assert guest.submit("voucher", username="a", passcode="b").status == 429


def test_a_decision_that_was_pending_can_still_be_taken(live) -> None:
    live.vouchers.create(NewVoucher(username="room", passcode="pass"))
    live.guest(10).submit("voucher", username="room", passcode="pass")
    second = live.guest(11)
    page = second.submit("voucher", username="room", passcode="pass")
    live.app.change(CLOSED)
    assert second.post("/replace", {"token": page.field("token"), "ticket": page.field("ticket")}).status == 303


def test_a_chosen_language_stays_chosen(live) -> None:
    guest = live.guest()
    guest.get("/?lang=it")
    live.app.change(CLOSED)
    assert '<html lang="it"' in guest.get("/").text


def test_settings_that_cannot_work_leave_the_portal_as_it_was(live) -> None:
    with pytest.raises(Misconfigured):
        live.app.change(None)
    assert "Go online for free" in live.guest().get("/").text


def test_requests_never_meet_a_portal_half_made(live) -> None:
    guests = [live.guest(20 + number) for number in range(4)]
    statuses: list[int] = []
    done = threading.Event()

    def ask(guest) -> None:
        while not done.is_set():
            statuses.append(guest.get("/").status)

    threads = [threading.Thread(target=ask, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for number in range(20):
        live.app.change(CLOSED if number % 2 else live.settings)
    done.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}


def test_who_was_turned_away_is_looked_up_again_when_told_to(live) -> None:
    guest = live.guest()
    assert guest.get("/generate_204", host="www.gstatic.com").status == 302
    live.vouchers.create(NewVoucher(username="room", passcode="pass"))
    device = live.finder.devices[guest.address]
    live.sessions.open(live.vouchers.redeem("room", "pass"), device)
    live.app.forget()
    assert guest.get("/generate_204", host="www.gstatic.com").status == 204

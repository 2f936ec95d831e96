"""The radius method on the page: its form, its refusals, and where the waiting happens."""

import pytest

from routerd.core.errors import Denied, Unavailable
from routerd.core.terms import Terms
from routerd.radius.model import Permission
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup


class FakeRadius:
    """Stands in for `radius.service.Radius`: one account, and whatever trouble it is told to make."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.asked: list[str] = []
        self.clock = self.store = None

    def authenticate(self, username, password, device) -> Permission:
        assert getattr(self.store._inside, "job", None) is None, "nobody may wait for the network inside a transaction"
        self.asked.append(username)
        if self.trouble is not None:
            raise self.trouble
        if (username, password) != ("alice", " wonderland"):
            raise Denied("This user name or password is not right.", "wrong-login")
        now = int(self.clock.now())
        return Permission(Terms("radius", "alice", "alice", now, now + 600, down_kbit=77, idle_timeout_s=120), (), 600, None, "")

    def granted(self, permission, device) -> Terms:
        assert self.store._inside.job is not None, "what is granted is kept with the session or not at all"
        return permission.terms


@pytest.fixture
def radius() -> FakeRadius:
    return FakeRadius()


@pytest.fixture
def world(radius):
    made = make_world(settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["radius"]')), radius=radius)
    radius.clock, radius.store = made.clock, made.store
    yield made
    made.store.stop()


def test_the_form_is_sound(world) -> None:
    page = world.guest().get("/").text
    assert Markup(page).problems == []
    assert 'type="password"' in page


def test_an_account_lets_in_on_the_servers_terms(world) -> None:
    guest = world.guest()
    assert guest.submit("radius", username=" alice ", password=" wonderland").status == 303
    (session,) = world.sessions.online()
    assert (session.session.grant.login, session.session.grant.down_kbit, session.session.grant.idle_timeout_s) == ("alice", 77, 120)


def test_what_the_server_leaves_open_is_the_networks(world, radius) -> None:
    radius.granted = lambda permission, device: Terms("radius", "alice", "alice", int(world.clock.now()))
    world.guest().submit("radius", username="alice", password=" wonderland")
    assert world.sessions.online()[0].session.grant.idle_timeout_s == 3600


def test_wrong_guesses_are_refused_logged_and_limited(world) -> None:
    guest = world.guest()
    refused = guest.submit("radius", username="alice", password="alice")
    assert refused.status == 403
    assert "This user name or password is not right." in refused.text
    assert 'value="alice"' in refused.text
    assert world.refusals() == ["wrong-login"]
    assert [guest.submit("radius", username="alice", password=str(number)).status for number in range(5)] == [403] * 4 + [429]


def test_a_servers_own_words_are_shown_as_words(world, radius) -> None:
    radius.trouble = Denied('<script>alert("closed")</script>', "wrong-login")
    page = world.guest().submit("radius", username="dave", password="x").text
    assert "&lt;script&gt;alert(" in page
    assert "<script" not in page


def test_a_silent_server_is_no_fault_of_the_guests(world, radius) -> None:
    radius.trouble = Unavailable("no RADIUS server answers")
    guest = world.guest()
    assert [guest.submit("radius", username="alice", password="x").status for _ in range(7)] == [503] * 7


@pytest.mark.parametrize("fields", [{}, {"username": "alice"}, {"password": "x"}, {"username": "a" * 254, "password": "x"}])
def test_a_form_that_lacks_something_never_reaches_the_server(world, radius, fields) -> None:
    assert world.guest().submit("radius", **fields).status == 400
    assert radius.asked == []


def test_without_a_server_the_method_is_not_available() -> None:
    made = make_world(settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["radius"]')))
    assert made.guest().submit("radius", username="alice", password="x").status == 503
    made.store.stop()

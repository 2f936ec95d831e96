"""The two methods with somebody else's account on the page: out, back, refusals, and what is granted and written down."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from routerd.guests.people import People
from routerd.social.service import furnish
from tests.fakes.clock import FakeClock
from tests.fakes.doorway import FakeDoorway
from tests.portal.client import Browser, Reply
from tests.portal.conftest import World, make_world, settings_of
from tests.portal.markup import Markup
from tests.social import provider as stand_in
from tests.social.provider import CLIENT, EMAIL, SECRET, SUBJECT, Provider

SETTINGS = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
[portal]
methods = ["oidc", "facebook"]
[portal.social]
valid_for_s = 1800
devices = 2
download_limit_mb = 10
[portal.social.facebook]
app_id = "{app}"
app_secret = "{app_secret}"
token_url = "{issuer}/facebook/token"
profile_url = "{issuer}/facebook/me"
[[oidc]]
name = "cafe"
label = "<Café>"
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
[[oidc]]
name = "school"
issuer = "https://school.example.com"
client_id = "1"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, Path]]:
    with stand_in.serving(tmp_path_factory.mktemp("provider")) as served:
        yield served


@pytest.fixture
def provider(server: tuple[Provider, Path], monkeypatch: pytest.MonkeyPatch) -> Provider:
    served, certificate = server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    served.reform()
    return served


@pytest.fixture
def doorway() -> FakeDoorway:
    return FakeDoorway()


def make(provider: Provider, doorway: FakeDoorway, more: str = "") -> World:
    words = {"app": stand_in.APP, "app_secret": stand_in.APP_SECRET, "client": CLIENT, "secret": SECRET}
    settings = settings_of(SETTINGS.format(issuer=provider.issuer, **words).replace("[portal]", f"[portal]\n{more}"))

    def services(store: object, clock: FakeClock) -> dict[str, object]:
        clock.advance(time.time() - clock.now())
        return {"people": People(store, clock), "social": furnish(settings, doorway, lambda _hosts: None, store, clock)}

    return make_world(settings, more=services)


@pytest.fixture
def world(provider: Provider, doorway: FakeDoorway) -> Iterator[World]:
    made = make(provider, doorway)
    yield made
    made.store.stop()


def out(reply: Reply) -> str:
    """Where the page sends the browser."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', reply.text)
    assert found is not None, reply.text
    return unescape(found[1])


def back(guest: Browser, answer: dict[str, str], method: str = "oidc") -> Reply:
    return guest.get(f"/back/{method}?" + "&".join(f"{name}={value}" for name, value in answer.items()))


def set_out(guest: Browser, provider: Provider, method: str = "oidc") -> dict[str, str]:
    fields = {"provider": "cafe"} if method == "oidc" else {}
    return provider.visit(out(guest.submit(method, **fields)))


def users(world: World) -> list[tuple[str, str, str, int]]:
    return [(user.provider, user.account, user.email, user.visits) for user in world.free_users.fb_users()]


def test_each_provider_has_a_button_and_the_form_is_sound(world: World) -> None:
    page = world.guest().get("/").text
    assert Markup(page).problems == []
    assert page.count("Continue with ") == 3
    assert "Continue with &lt;Café&gt;" in page
    assert 'name="provider" value="school"' in page


def test_out_and_back_and_online(world: World, provider: Provider, doorway: FakeDoorway) -> None:
    guest = world.guest()
    leaving = guest.submit("oidc", provider="cafe")
    assert leaving.status == 200
    assert Markup(leaving.text).problems == []
    url = out(leaving)
    assert "redirect_uri=http%3A%2F%2F192.168.88.1%2Fback%2Foidc" in url
    assert len(doorway.out) == 1
    reply = back(guest, provider.visit(url))
    assert (reply.status, reply.location) == (303, "/online")
    assert doorway.out == {}
    (online,) = world.sessions.online()
    grant = online.session.grant
    assert (grant.kind, grant.subject, grant.login, grant.devices) == ("oidc", f"cafe|{SUBJECT}", EMAIL, 2)
    assert (grant.ends_at - grant.starts_at, grant.down_limit_octets) == (1800, 10 << 20)
    assert users(world) == [("cafe", SUBJECT, EMAIL, 1)]


def test_the_portals_https_address_is_where_guests_come_back_to(provider: Provider, doorway: FakeDoorway) -> None:
    made = make(provider, doorway, 'https_url = "https://wifi.example.com/"')
    assert "redirect_uri=https%3A%2F%2Fwifi.example.com%2Fback%2Foidc" in out(made.guest().submit("oidc", provider="cafe"))
    made.store.stop()


def test_facebook_signs_in(world: World, provider: Provider) -> None:
    guest = world.guest()
    assert back(guest, set_out(guest, provider, "facebook"), "facebook").status == 303
    assert world.sessions.online()[0].session.grant.kind == "facebook"
    assert users(world) == [("facebook", SUBJECT, EMAIL, 1)]


def test_an_account_shares_one_grant_among_its_devices_and_no_more_than_may_be(world: World, provider: Provider) -> None:
    one, two, three = world.guest(10), world.guest(11), world.guest(12)
    assert back(one, set_out(one, provider)).status == 303
    world.clock.advance(600)
    assert back(two, set_out(two, provider)).status == 303
    assert {session.session.grant.id for session in world.sessions.online()} == {world.sessions.online()[0].session.grant.id}
    refused = back(three, set_out(three, provider))
    assert refused.status == 403
    assert "Too many devices" in refused.text
    token = {"token": refused.field("token"), "ticket": refused.field("ticket")}
    assert three.post("/replace", token).status == 303
    assert len(world.sessions.online()) == 2
    assert users(world)[0][3] == 3


@pytest.mark.parametrize(
    ("answer", "said", "reason"),
    [
        ({"error": "access_denied"}, "You did not sign in with this account.", "cancelled"),
        ({"error": "server_error"}, "could not be confirmed", "unconfirmed"),
        ({"code": "made-up"}, "could not be confirmed", "unconfirmed"),
    ],
)
def test_what_goes_wrong_is_said_logged_and_closes_the_way(
    world: World, provider: Provider, doorway: FakeDoorway, answer: dict[str, str], said: str, reason: str
) -> None:
    guest = world.guest()
    state = set_out(guest, provider)["state"]
    reply = back(guest, {"state": state, **answer})
    assert reply.status == 403
    assert said in reply.text
    assert "Continue with" in reply.text
    assert Markup(reply.text).problems == []
    assert world.refusals() == [reason]
    assert doorway.out == {}


def test_a_link_of_another_device_does_nothing(world: World, provider: Provider) -> None:
    """Login CSRF: an attacker has a guest follow the end of the attacker's own sign-in."""
    attacker, victim = world.guest(10), world.guest(11)
    answer = set_out(attacker, provider)
    reply = back(victim, answer)
    assert reply.status == 403
    assert "begun on another device" in reply.text
    assert world.sessions.online() == []
    assert back(attacker, answer).status == 303


def test_a_link_counts_once(world: World, provider: Provider) -> None:
    guest = world.guest()
    answer = set_out(guest, provider)
    assert back(guest, answer).status == 303
    world.sessions.end(world.sessions.online()[0].session.id, "logout")
    reply = back(guest, answer)
    assert reply.status == 403
    assert "took too long or is over already" in reply.text


def test_whoever_is_online_stays_what_he_is(world: World, provider: Provider) -> None:
    guest = world.guest()
    back(guest, set_out(guest, provider))
    assert back(guest, {"state": "x", "code": "y"}).location == "/status"
    assert len(world.sessions.online()) == 1


def test_a_provider_that_is_down_is_no_fault_of_the_guests(world: World, provider: Provider, doorway: FakeDoorway) -> None:
    provider.status = 500
    reply = world.guest().submit("oidc", provider="cafe")
    assert reply.status == 503
    assert "Signing in does not work at the moment." in reply.text
    assert doorway.out == {}


@pytest.mark.parametrize("name", ["", "nobody", "facebook", "<script>"])
def test_a_provider_that_is_not_there(world: World, name: str) -> None:
    reply = world.guest().submit("oidc", provider=name)
    assert reply.status == 400
    assert "<script" not in reply.text


def test_nobody_sets_out_all_day(world: World) -> None:
    guest = world.guest()
    assert [guest.submit("oidc", provider="cafe").status for _ in range(5)] == [200] * 4 + [429]


def test_what_a_provider_tells_is_shown_as_words(world: World, provider: Provider) -> None:
    provider.claims = {"name": '<script>alert("x")</script>', "email": None, "email_verified": False}
    provider.profile["email"] = ""
    guest = world.guest()
    assert back(guest, set_out(guest, provider)).status == 303
    assert "<script>" not in guest.get("/status").text


def test_without_a_provider_the_method_is_not_available(provider: Provider, doorway: FakeDoorway) -> None:
    words = {"app": "", "app_secret": "", "client": CLIENT, "secret": SECRET, "issuer": provider.issuer}
    made = make_world(settings_of(SETTINGS.format(**words)))
    assert made.guest().get("/").status == 200
    assert made.guest().submit("facebook").status == 503
    made.store.stop()

"""Setting out and coming back: for that device, once, within ten minutes, and not all day. Facebook; since when grants run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import Denied, Limited, Unavailable
from routerd.core.providers import FacebookSettings, ProviderSettings, SocialSettings, names
from routerd.core.settings import parse
from routerd.core.terms import Device
from routerd.core.verify import verify
from routerd.social import pending
from routerd.social.model import NAME_MOST, Identity, is_web_address, line
from routerd.social.service import furnish
from tests.social.conftest import DEVICE, World
from tests.social.provider import EMAIL, NAME, SUBJECT

OTHER = Device("a0:00:00:00:00:02", "192.168.88.11", "main")
WHO = Identity("cafe", SUBJECT, NAME, EMAIL)


def reason(world: World, answer: dict[str, str], device: Device = DEVICE, kind: str = "oidc") -> str:
    with pytest.raises(Denied) as caught:
        world.finish(answer, device, kind)
    return caught.value.reason


@pytest.mark.parametrize(
    "device",
    [OTHER, replace(DEVICE, mac=OTHER.mac), replace(DEVICE, address=OTHER.address), replace(DEVICE, network="side")],
)
def test_what_one_device_began_another_cannot_end(world: World, device: Device) -> None:
    answer = world.visit()
    assert reason(world, answer, device) == "other-device"
    assert ("main", DEVICE.mac) in world.doorway.out
    assert world.finish(answer) == WHO


def test_a_browser_may_come_back_over_ipv6(world: World) -> None:
    assert world.finish(world.visit(), replace(DEVICE, address="fd00:88::10")) == WHO


def test_ten_minutes_and_no_longer(world: World) -> None:
    answer = world.visit()
    world.clock.advance(599)
    assert world.finish(answer) == WHO
    answer = world.visit()
    world.clock.advance(601)
    assert reason(world, answer) == "unknown-state"


def test_beginning_anew_ends_what_was_begun(world: World) -> None:
    first, second = world.visit(), world.visit()
    assert reason(world, first) == "unknown-state"
    assert world.finish(second) == WHO


@pytest.mark.parametrize("answer", [{}, {"code": "x"}, {"state": "", "code": "x"}, {"state": "x" * 5000, "code": "x"}])
def test_whoever_was_never_sent_out_is_not_let_in(world: World, answer: dict[str, str]) -> None:
    assert reason(world, answer) == "unknown-state"
    assert world.provider.asked == []


def test_a_guest_who_changes_his_mind_closes_the_way(world: World) -> None:
    state = world.visit()["state"]
    assert reason(world, {"state": state, "error": "access_denied", "error_description": "<b>no</b>"}) == "cancelled"
    assert world.doorway.out == {}
    assert reason(world, {"state": state, "code": "x"}) == "unknown-state"


@pytest.mark.parametrize("answer", [{"error": "server_error"}, {}, {"code": ""}])
def test_an_answer_that_is_none_closes_the_way(world: World, answer: dict[str, str]) -> None:
    assert reason(world, {"state": world.visit()["state"], **answer}) == "unconfirmed"
    assert world.doorway.out == {}


def test_nobody_has_the_providers_pages_all_day(world: World) -> None:
    for _ in range(pending.BEGUN_MOST):
        world.begin()
    with pytest.raises(Limited) as caught:
        world.begin()
    assert caught.value.retry_after_s == 3600
    world.begin(OTHER)
    world.clock.advance(3601)
    world.begin()


def test_whoever_arrives_may_set_out_as_often_again(world: World) -> None:
    for _ in range(3 * pending.BEGUN_MOST):
        world.finish(world.visit())


def test_a_provider_that_is_down_costs_the_guest_none_of_his_tries(world: World) -> None:
    world.provider.status = 503
    for _ in range(2 * pending.BEGUN_MOST):
        world.clock.advance(6)
        with pytest.raises(Unavailable):
            world.begin()
    world.provider.status = 200
    world.clock.advance(6)
    assert world.finish(world.visit()) == WHO


def test_memory_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "KEPT_MOST", 3)
    monkeypatch.setattr(pending, "DEVICES_MOST", 3)
    for number in range(10):
        world.begin(replace(DEVICE, mac=f"a0:00:00:00:01:{number:02x}"))
    kept = world.social._pending
    assert (len(kept._begun), len(kept._of_device), len(kept._times)) == (3, 3, 3)


def test_a_kernel_that_refuses_sends_nobody_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("no table")

    monkeypatch.setattr(world.doorway, "let_out", fail)
    with pytest.raises(Unavailable):
        world.begin()
    assert not world.social._pending._begun


def test_a_way_that_cannot_be_closed_does_not_keep_a_guest_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("no table")

    answer = world.visit()
    monkeypatch.setattr(world.doorway, "shut_out", fail)
    assert world.finish(answer) == WHO


def test_facebook_tells_who_it_is_to_the_app_alone(world: World) -> None:
    url = world.begin(name="facebook")
    assert url.startswith("https://www.facebook.com/dialog/oauth?")
    assert "scope=public_profile+email" in url
    assert world.found == ["www.facebook.com"]
    found = world.finish(world.provider.visit(url), kind="facebook")
    assert found == Identity("facebook", SUBJECT, NAME, EMAIL)


def test_facebook_may_leave_out_the_address_but_not_the_account(world: World) -> None:
    world.provider.claims = {"email": None}
    assert world.finish(world.visit(name="facebook"), kind="facebook").login == NAME
    world.provider.claims = {"id": None}
    assert reason(world, world.visit(name="facebook"), kind="facebook") == "unconfirmed"


def test_facebooks_codes_count_once(world: World) -> None:
    answer = world.visit(name="facebook")
    world.finish(answer, kind="facebook")
    again = world.visit(name="facebook")
    assert reason(world, {**again, "code": answer["code"]}, kind="facebook") == "unconfirmed"


def test_an_account_keeps_its_grant_until_it_may_have_another(world: World) -> None:
    social, store = world.social, world.social._store

    def granted(lasts_s: int = 100) -> int:
        return store.write(lambda: social.granted(WHO, lasts_s))

    first = granted()
    world.clock.advance(99)
    assert granted() == first == social.since(WHO)
    world.clock.advance(1)
    assert social.since(WHO) is None
    assert granted() == first + 100
    assert store.db.execute_sql("SELECT count(*) FROM social_grant").fetchone() == (1,)


def test_what_is_kept_of_an_account_does_not_tell_whose_it_is(world: World) -> None:
    world.social._store.write(lambda: world.social.granted(WHO, 100))
    assert SUBJECT not in str(world.social._store.db.execute_sql("SELECT * FROM social_grant").fetchall())


def test_the_round_finds_providers_until_they_are_known(world: World) -> None:
    world.provider.status = 503
    world.social._look()
    assert world.found == []
    world.provider.status = 200
    world.clock.advance(60)
    world.social._look()
    world.social._look()
    assert world.found == ["localhost"]
    assert len(world.provider.asked) == 2


GUESTS = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
[portal]
methods = ["voucher", "oidc", "facebook"]
[portal.social.facebook]
app_id = "1"
app_secret = "2"
[[oidc]]
name = "google"
issuer = "https://accounts.google.com"
client_id = "3"
domains = ["gstatic.com"]
"""


def problems(text: str) -> list[str]:
    settings, found = parse(text)
    assert settings is not None, found
    return [f"{problem.key}" for problem in [*found, *verify(settings, ["voucher", "oidc", "facebook"])]]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("", "", ""),
        ('name = "google"', 'name = "Google!"', "oidc[0].name"),
        ('name = "google"', 'name = "facebook"', "oidc[0].name"),
        ("https://accounts", "http://accounts", "oidc[0].issuer"),
        ("https://accounts.google.com", "https://10.0.0.1", "oidc[0].issuer"),
        ("https://accounts.google.com", "https://accounts.google.com/?a=b", "oidc[0].issuer"),
        ('client_id = "3"', 'client_id = ""', "oidc[0].client_id"),
        ('client_id = "3"', 'client_id = "3"\nscopes = ["email"]', "oidc[0].scopes"),
        ("gstatic.com", "com", "oidc[0].domains[0]"),
        ("gstatic.com", "*.gstatic.com", "oidc[0].domains[0]"),
        ("gstatic.com", "gstatic.com/4#inet#routerd#session", "oidc[0].domains[0]"),
        ('app_secret = "2"', "", "portal.social.facebook"),
        ('app_id = "1"', 'app_id = "1"\ntoken_url = "http://graph.facebook.com/"', "portal.social.facebook.token_url"),
        ("[[oidc]]", "[[oidc]]\n" + 'name = "google"\nissuer = "https://a.example.com"\nclient_id = "5"\n[[oidc]]', "oidc[1].name"),
    ],
)
def test_settings_that_cannot_work_are_named(old: str, new: str, key: str) -> None:
    assert problems(GUESTS.replace(old, new)) == ([key] if key else [])


def test_a_method_without_its_provider_is_named() -> None:
    assert problems(GUESTS.partition("[portal.social")[0]) == ["oidc", "portal.social.facebook"]


def test_names_are_opened_for_methods_that_are_offered_and_no_others() -> None:
    settings, _ = parse(GUESTS)
    assert settings is not None
    assert names(settings)[:3] == ("accounts.google.com", "gstatic.com", "www.facebook.com")
    assert "fbcdn.net" in names(settings)
    settings, _ = parse(GUESTS.replace(', "oidc", "facebook"', ""))
    assert settings is not None
    assert names(settings) == ()


def test_without_a_method_there_is_no_service(world: World) -> None:
    settings, _ = parse(GUESTS.replace(', "oidc", "facebook"', ""))
    assert settings is not None
    assert furnish(settings, world.doorway, world.found.extend, world.social._store, world.clock) is None
    settings, _ = parse(GUESTS)
    assert settings is not None
    made = furnish(settings, world.doorway, world.found.extend, world.social._store, world.clock)
    assert made is not None
    assert (made.offered("oidc"), made.offered("facebook")) == ([("google", "google")], [("facebook", "Facebook")])
    assert isinstance(ProviderSettings("a", "b", "c").scopes, tuple)
    assert isinstance(SocialSettings().facebook, FacebookSettings)


@given(st.text(max_size=300), st.integers(1, NAME_MOST))
def test_a_line_is_one_line(told: str, most: int) -> None:
    found = line(told, most)
    assert len(found) <= most
    assert all(letter.isprintable() for letter in found)


@given(st.text(max_size=100))
def test_no_text_is_an_address_by_chance(text: str) -> None:
    assert not is_web_address(f"http://{text}")
    assert is_web_address(text) <= text.startswith(("https://", "HTTPS://"))

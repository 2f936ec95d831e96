"""Sign-in with an OpenID Connect provider over real TLS: the honest one, and every lie that it or somebody between could tell."""

import logging
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from routerd.core.errors import BadInput, Denied, Unavailable
from routerd.core.providers import ProviderSettings
from routerd.social import wire
from routerd.social.model import ACCOUNT_MOST, Identity
from routerd.social.oidc import LEEWAY_S, OpenId
from routerd.social.service import Social
from tests.social.conftest import BACK, DEVICE, World
from tests.social.provider import CLIENT, EMAIL, NAME, SECRET, SUBJECT

JANE = Identity("cafe", SUBJECT, NAME, EMAIL)


def refused(world: World, answer: dict[str, str]) -> str:
    with pytest.raises(Denied) as caught:
        world.finish(answer)
    return caught.value.reason


def test_a_guest_is_whom_the_provider_says(world: World) -> None:
    url = world.begin()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{world.provider.issuer}/authorize?")
    assert (query["client_id"], query["redirect_uri"], query["scope"]) == (CLIENT, BACK, "openid email profile")
    assert re.fullmatch(r"[\w-]{43}", query["code_challenge"])
    assert world.doorway.out == {("main", DEVICE.mac): 600}
    assert world.found == ["localhost"]
    assert world.finish(world.provider.visit(url)) == JANE
    assert world.doorway.out == {}


def test_metadata_and_keys_are_asked_for_once(world: World) -> None:
    for _ in range(3):
        world.finish(world.visit())
    assert [world.provider.asked.count(path) for path in ("/.well-known/openid-configuration", "/keys", "/token")] == [1, 1, 3]


def test_nothing_that_must_stay_secret_is_in_the_address_or_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = world.begin()
    (begun,) = world.social._pending._begun.values()
    world.provider.claims = {"nonce": "another"}
    assert refused(world, world.provider.visit(url)) == "unconfirmed"
    said = url + caplog.text
    assert begun.verifier not in said
    assert "s3cret" not in said
    assert not any(token in said for token in world.provider.tokens)


LIES: dict[str, dict[str, Any]] = {
    "for somebody else": {"aud": "another-client"},
    "for several, without saying who uses it": {"aud": [CLIENT, "another-client"]},
    "for several, used by another": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    "by somebody else": {"iss": "https://evil.example.com"},
    "of nobody": {"sub": None},
    "of an empty somebody": {"sub": ""},
    "of no text": {"sub": 7},
    "over": {"exp": int(time.time()) - LEEWAY_S - 60},
    "without an end": {"exp": None},
    "with an odd end": {"exp": "tomorrow"},
    "from the future": {"iat": int(time.time()) + 86_400},
    "not valid yet": {"nbf": int(time.time()) + 86_400},
    "of another sign-in": {"nonce": "n-0S6_WzA2Mj"},
    "of no sign-in": {"nonce": None},
    "for another access token": {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_is_not_right_proves_nothing(world: World, lie: str) -> None:
    world.provider.claims = LIES[lie]
    assert refused(world, world.visit()) == "unconfirmed"
    assert world.doorway.out == {}


def test_clocks_may_differ_by_two_minutes(world: World) -> None:
    now = int(time.time())
    world.provider.claims = {"exp": now - LEEWAY_S + 30, "iat": now - 300}
    assert world.finish(world.visit()) == JANE
    world.provider.claims = {"exp": now + 300, "iat": now + LEEWAY_S - 30}
    assert world.finish(world.visit()) == JANE


def test_a_token_without_signature_proves_nothing(world: World) -> None:
    world.provider.algorithm = "none"
    assert refused(world, world.visit()) == "unconfirmed"


def test_a_token_signed_with_what_everybody_knows_proves_nothing(world: World) -> None:
    world.provider.algorithm = "HS256"
    for secret in (SECRET.encode(), world.provider.key.as_pem(private=False)):
        world.provider.signs_with = secret
        assert refused(world, world.visit()) == "unconfirmed"


def test_a_token_signed_by_another_key_of_the_same_name_proves_nothing(world: World) -> None:
    world.provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert refused(world, world.visit()) == "unconfirmed"


def test_keys_that_are_exchanged_are_looked_up_again_but_not_at_every_wrong_token(world: World) -> None:
    assert world.finish(world.visit()) == JANE
    world.provider.signs_with = world.provider.shows = ECKey.generate_key("P-256", {"kid": "two"})
    world.provider.algorithm, world.provider.kid = "ES256", "two"
    assert refused(world, world.visit()) == "unconfirmed"
    assert world.provider.asked.count("/keys") == 1
    world.clock.advance(61)
    assert world.finish(world.visit()) == JANE
    assert world.provider.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "token", [b"{}", b'{"access_token": 5}', b'{"id_token": 5}', b'{"id_token": "a.b.c"}', b'{"id_token": "' + b"a" * 70_000 + b'"}']
)
def test_an_answer_without_a_usable_token_proves_nothing(world: World, token: bytes) -> None:
    answer = world.visit()
    world.provider.raw["/token"] = token
    assert refused(world, answer) == "unconfirmed"


def test_a_code_counts_once_and_so_does_a_state(world: World) -> None:
    answer = world.visit()
    world.finish(answer)
    assert refused(world, answer) == "unknown-state"
    second = world.visit()
    assert refused(world, {**second, "code": answer["code"]}) == "unconfirmed"


def test_a_code_that_was_caught_is_worth_nothing_in_another_sign_in(world: World) -> None:
    """Authorization code injection: PKCE ties a code to the sign-in that asked for it."""
    victim = world.provider.visit(world.begin())
    other = world.provider.visit(world.begin())
    assert refused(world, {"state": other["state"], "code": victim["code"]}) == "unconfirmed"


def test_whoever_comes_back_from_somebody_else_is_turned_away(world: World) -> None:
    """Mix-up (RFC 9207): the answer names its sender, or must."""
    assert refused(world, {**world.visit(), "iss": "https://evil.example.com"}) == "unconfirmed"
    assert world.finish({**world.visit(), "iss": world.provider.issuer}) == JANE


def test_a_provider_that_promises_to_name_itself_must(provider: Any, world: World) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert refused(world, world.visit()) == "unconfirmed"
    assert world.finish({**world.visit(), "iss": provider.issuer}) == JANE


def test_an_answer_for_one_provider_does_not_count_for_another(world: World) -> None:
    answer = world.visit()
    with pytest.raises(Denied) as caught:
        world.finish(answer, kind="facebook")
    assert caught.value.reason == "unknown-state"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example.com"},
        {"issuer": None},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "https://user:word@localhost/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://example.com,evil.example.com/"},
        {"authorization_endpoint": "https://example.com\\nserver=192.0.2.1/"},
        {"authorization_endpoint": "https://example.com\nserver=192.0.2.1/"},
        {"userinfo_endpoint": "http://169.254.169.254/latest/meta-data"},
    ],
)
def test_a_provider_that_says_odd_things_about_itself_is_not_used(world: World, wrong: dict[str, Any]) -> None:
    world.provider.metadata = wrong
    with pytest.raises(Unavailable):
        world.begin()
    assert world.doorway.out == {}


def test_a_provider_that_is_down_is_left_alone_for_some_seconds(world: World) -> None:
    world.provider.status = 503
    for _ in range(3):
        with pytest.raises(Unavailable):
            world.begin()
    assert len(world.provider.asked) == 1
    world.provider.status = 200
    world.clock.advance(6)
    assert world.finish(world.visit()) == JANE


def test_a_provider_that_was_known_may_be_down_for_a_while(world: World) -> None:
    world.finish(world.visit())
    world.clock.advance(90_000)
    world.clock.step(-90_000)
    world.provider.metadata = {"issuer": "https://evil.example.com"}
    assert world.finish(world.visit()) == JANE


def test_a_provider_that_fails_while_the_code_is_exchanged_is_no_fault_of_the_guests(world: World) -> None:
    answer = world.visit()
    world.provider.status = 500
    with pytest.raises(Unavailable):
        world.finish(answer)
    assert world.doorway.out == {}


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b'"text"', b"{" * 100_000, b"[" * 100_000, b'{"a": "' + b"x" * 300_000 + b'"}', b""])
def test_an_answer_that_is_none_or_has_no_end(world: World, raw: bytes) -> None:
    world.provider.raw["/.well-known/openid-configuration"] = raw
    with pytest.raises(Unavailable):
        world.begin()


def test_redirects_are_not_followed(world: World) -> None:
    world.provider.status = 302
    with pytest.raises(Unavailable):
        world.begin()
    assert len(world.provider.asked) == 1


def test_a_provider_that_takes_too_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SILENT_S", 0.1)
    world.provider.pause_s = 0.3
    with pytest.raises(Unavailable):
        world.begin()


def test_a_certificate_that_nobody_trusts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Unavailable, match="certificate"):
        world.begin()
    assert world.provider.asked == []


def test_what_the_environment_says_of_proxies_does_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    assert world.finish(world.visit()) == JANE


def test_name_and_address_come_from_the_profile_only_where_the_token_lacks_them(world: World) -> None:
    world.provider.claims = {"name": "Token Jane", "email": "token@example.com"}
    assert world.finish(world.visit()) == Identity("cafe", SUBJECT, "Token Jane", "token@example.com")
    assert "/userinfo" not in world.provider.asked


def test_a_profile_of_somebody_else_is_not_this_ones(world: World) -> None:
    world.provider.profile["sub"] = "another"
    assert world.finish(world.visit()) == Identity("cafe", SUBJECT, "", "")


def test_an_address_that_the_provider_has_not_verified_is_not_taken(world: World) -> None:
    world.provider.profile["email_verified"] = False
    assert world.finish(world.visit()) == Identity("cafe", SUBJECT, NAME, "")


def test_names_are_one_line_that_can_be_seen_and_accounts_fit(world: World) -> None:
    world.provider.claims = {"name": "  Jane\n\x00\u202eDoe " + "x" * 500, "email": "not an address", "sub": "s" * 255}
    found = world.finish(world.visit())
    assert found.name == ("Jane Doe " + "x" * 500)[:128]
    assert found.email == ""
    assert len(found.account) == 64 <= ACCOUNT_MOST


def test_a_public_client_and_one_that_posts_its_secret(world: World) -> None:
    world.provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert refused(world, world.visit()) == "unconfirmed"  # the stand-in takes it in the header alone
    public = OpenId(ProviderSettings("cafe", world.provider.issuer, CLIENT), world.clock)
    social = Social([public], world.doorway, world.found.extend, world.social._store, world.clock)
    answer = world.provider.visit(social.begin("oidc", "cafe", DEVICE, BACK))
    with pytest.raises(Denied):
        social.finish("oidc", answer, DEVICE)


@pytest.mark.parametrize(("kind", "name"), [("oidc", "nobody"), ("oidc", ""), ("oidc", "facebook"), ("facebook", "cafe")])
def test_a_provider_that_is_not_offered(world: World, kind: str, name: str) -> None:
    with pytest.raises(BadInput):
        world.social.begin(kind, name, DEVICE, BACK)
    assert world.doorway.out == {}

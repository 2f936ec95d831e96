"""Whatever is sent to the portal, the answer is one of its own: never a 500, never a piece of the input as markup."""

import functools
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.portal.client import Fields, Reply
from tests.portal.conftest import World, make_world, settings_of
from tests.portal.markup import Markup

STATUSES = {200, 204, 302, 303, 400, 403, 404, 405, 413, 429}
NAMES = st.sampled_from(["method", "token", "to", "ticket", "username", "passcode", "code", "accept", "lang", "x"]) | st.text(max_size=8)
VALUES = st.text(max_size=80) | st.sampled_from(["voucher", "free", "<script>", "http://a/", "%s", "\x00", "{{1}}", "../../etc/passwd"])
METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "X"])
OWN = ["/", "/signin", "/replace", "/online", "/status", "/logout", "/goodbye", "/terms", "/api/captive", "/portal.css", "/brand.css"]
PATHS = st.sampled_from([*OWN, "/brand/0123456789abcdef", "/back/voucher", "/back/free", "/back/", "/x"])
HOSTS = st.sampled_from(["192.168.88.1", "-", "example.com", "captive.apple.com"]) | st.text(
    st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40
)


@functools.cache
def one_world() -> World:
    return make_world(settings_of())


def assert_ours(reply: Reply) -> None:
    assert reply.status in STATUSES
    for value in reply.headers.values():
        assert "\n" not in value
        assert "\r" not in value
        value.encode("latin-1")
    if reply.status in {302, 303}:
        assert reply.location.isascii()
        assert reply.location.isprintable()
    elif reply.headers.get("Content-Type", "").lower().startswith("text/html") and reply.body.startswith(b"<!DOCTYPE html>\n"):
        assert Markup(reply.text).problems == []


@settings(max_examples=300, deadline=None)
@given(path=PATHS, fields=st.dictionaries(NAMES, VALUES, max_size=6), true_token=st.booleans(), number=st.integers(2, 250))
def test_forms(path, fields, true_token, number) -> None:
    guest = one_world().guest(number)
    one_world().clock.advance(60)
    if true_token:
        fields = {**fields, "token": Fields.of(guest.get("/signin").text).get("token", "")}
    assert_ours(guest.send("POST", path, "&".join(f"{quote(key)}={quote(value)}" for key, value in fields.items()).encode()))


@settings(max_examples=300, deadline=None)
@given(method=METHODS, path=PATHS, body=st.binary(max_size=200), number=st.integers(2, 250))
def test_bodies(method, path, body, number) -> None:
    assert_ours(one_world().guest(number).send(method, path, body))


@settings(max_examples=300, deadline=None)
@given(
    method=METHODS,
    path=PATHS | st.text(max_size=60).map(lambda text: "/" + quote(text)),
    query=st.text(st.characters(codec="latin-1", exclude_characters="\r\n#"), max_size=60),
    host=HOSTS,
    origin=st.text(st.characters(codec="latin-1"), max_size=30) | st.just("http://["),
    number=st.integers(2, 250),
)
def test_requests(method, path, query, host, origin, number) -> None:
    assert_ours(one_world().guest(number).send(method, f"{path}?{query}", host=host, origin=origin, accept=origin))

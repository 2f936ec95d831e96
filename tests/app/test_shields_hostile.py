"""Protections are asked on the edge's loop about whatever anybody sends: none may raise, whatever that is."""

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from routerd.acl.model import NewRule
from routerd.app import shields
from routerd.app.shields import Shields
from routerd.cc import model as cc
from routerd.customrules import model as custom
from routerd.store.database import Store
from tests.app.test_shields import settings
from tests.cc.conftest import PlainSeal
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead

WORDS = (
    *(b"%", b"%2", b"%2e", b"%00", b"..", b"//", b"/", b"?", b"&", b"=", b"+", b";", b",", b"\\", b'"', b"<", b":", b"\r\n", b"--X"),
    *(b"task", b"answer", b"puzzle", b"ratio", b"slider", b"to", b"/.routerd/challenge?", b"a.12.9999999999.ff", b"1,2,3,4,5,6,7,8", b"-1"),
    *(b"routerd_pass=", b"9999999999.ff", b"{", b"[", b"1e999", b"\\ud800", b"evil", b"\xff", b"\xc3\x28", b"name="),
)
text = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=4)), max_size=20).map(b"".join)
NAMES = (b"Host", b"Cookie", b"cookie", b"Content-Type", b"User-Agent", b"Referer", b"Accept-Language", b"X-Tool", b"", b"\xff")
KINDS = (b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=X")
heads = st.builds(
    FakeHead,
    target=st.one_of(text, text.map(lambda rest: b"/.routerd/challenge?" + rest)),
    method=st.one_of(st.sampled_from([b"GET", b"POST", b""]), text),
    client=st.one_of(st.sampled_from([b"192.0.2.1", b"2001:db8::1", b"", b"fe80::1%eth0"]), text),
    host=text,
    headers=st.lists(
        st.tuples(st.sampled_from(NAMES), st.one_of(text, st.sampled_from(KINDS))),
        max_size=5,
    ).map(tuple),
)


@pytest.fixture(scope="module")
def guarded() -> Shields:
    """Shields with a rule of every kind, none of which fits much."""
    built = Shields(settings(), Store("sqlite:///:memory:"), FakeClock(), PlainSeal(), None)
    patterns = {"ip": "198.51.100.0/24", "country": "!XA", "method": "!GET,POST", "header": "X-Tool: ~ ^z+$", "cookie": "id=zzz"}
    for rule_type in ("ip", "ua", "url", "header", "country", "method", "referer", "cookie"):
        built.lists.create(NewRule("global", rule_type, patterns.get(rule_type, "zzz*zzz"), "block"))
    built.lists.create(NewRule("host", "url", "/zzz", "allow", host="*.example.com"))
    for position in custom.POSITIONS:
        judges = [{"position": position, "keyword": "zzz", "rix": "z{3}$"}, {"position": position, "keyword": "qqq", "negate": True}]
        built.conditions.create(custom.read({"name": position, "method": "any", "relation": "and", "judges": judges}))
    built.counters.create(cc.NewRule("*", "/", 1, 10, 60, "challenge"))
    return built


@trying(deadline=None)
@given(head=heads, body=text, status=st.integers(0, 999))
def test_none_raises_and_every_answer_is_one(guarded: Shields, head: FakeHead, body: bytes, status: int) -> None:
    guarded.bans.banned(head.client)
    guarded.lists.judge(head)
    page = guarded.counters.answered(head)
    ruling = guarded.counters.seen(head)
    if page is None and ruling is not None and ruling.action == "challenge":
        page = guarded.counters.challenge(head, ruling)
    if page is not None:
        assert page.status in {303, 403, 429}
        assert not [value for _, value in page.headers if b"\r" in value or b"\n" in value]
        assert page.status != 303 or dict(page.headers)[b"location"].startswith(b"/")
    guarded.conditions.judge(head)
    guarded.conditions.judge_body(head, body)
    guarded.errors.seen(head.client, status)


def test_own_addresses_are_read_from_the_machine() -> None:
    assert all("/" not in address for address in shields._own())

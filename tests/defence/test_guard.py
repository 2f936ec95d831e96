"""Requests meet the protections in their order, then the rules; what is refused, and how, is as the mode and the rules say."""

import gzip
import zlib
from pathlib import Path

import pytest

from routerd.core.ruling import Ruling
from routerd.defence.building import Protections
from routerd.defence.rulesets import Loaded
from routerd.defence.service import Defence, Desk
from routerd.edge.ports import Refusal
from tests.defence.world import RULES, Conditions, Counters, Errors, Lists, Notes, Protection, World, head, make, play
from tests.fakes.clock import FakeClock

BLOCK = Ruling("block", "acl_15", "[acl] kept out", "acl", "REMOTE_ADDR")
ALLOW = Ruling("allow", "acl_1", "[acl] let in", "acl")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make(tmp_path)


@pytest.mark.parametrize(
    ("target", "status", "action"),
    [
        (b"/?q=hello", None, None),
        (b"/?q=odd", None, ""),
        (b"/?q=attack", 403, "block"),
        (b"/?q=oddattack", 403, "block"),
        (b"/?go=drop", 0, "drop"),
    ],
)
def test_rules_refuse_or_note(world: World, target: bytes, status: int | None, action: str | None) -> None:
    refusal = world.ask(target)
    assert (refusal.status if refusal else None) == status
    assert [each.action for each in world.notes.judged] == ([] if action is None else [action])


def test_a_site_in_detect_mode_refuses_nothing_and_notes_what_it_would_have(world: World) -> None:
    assert world.ask(b"/?q=attack", site="watched") is None
    assert world.ask(b"/?q=odd", site="watched") is None
    assert [(each.action, each.inbound, each.site) for each in world.notes.judged] == [("detect", 5, "watched"), ("", 2, "watched")]


def test_a_site_without_rules_is_not_judged(world: World) -> None:
    assert world.ask(b"/?q=attack", site="bare") is None
    assert not world.notes.judged


def test_a_site_that_nobody_spoke_of_is_judged(world: World) -> None:
    assert world.ask(b"/?q=attack", site="new") is not None


def test_the_page_tells_a_number_and_nothing_else(world: World) -> None:
    refusal = world.ask(b"/?q=attack")
    number = world.notes.judged[0].request_id
    assert refusal is not None
    assert number.encode() in refusal.body
    assert b"1001" not in refusal.body
    assert b"attack" not in refusal.body.lower()
    assert dict(refusal.headers)[b"Content-Type"].startswith(b"text/html")


def test_who_asks_for_json_gets_json(world: World) -> None:
    json = play(world.guard, head(b"/?q=attack", (b"accept", b"application/json")))
    html = play(world.guard, head(b"/?q=attack", (b"accept", b"text/html,application/json")))
    assert json is not None
    assert html is not None
    assert dict(json.headers)[b"Content-Type"] == b"text/html; charset=utf-8", "the first Accept counts"
    fields = ((b"Host", b"example.test"), (b"accept", b"application/json"))
    request = head(b"/?q=attack")
    alone = play(
        world.guard, type(request)(*(getattr(request, name) if name != "headers" else fields for name in request.__dataclass_fields__))
    )
    assert alone is not None
    assert alone.body.startswith(b'{"error"')


def test_a_redirect_carries_nothing_that_ends_its_header(world: World) -> None:
    refusal = world.ask(b"/?go=away&to=a%0d%0aSet-Cookie:x")
    assert refusal is not None
    assert refusal.status == 302
    location = dict(refusal.headers)[b"Location"]
    assert location.startswith(b"https://example.test/")
    assert not set(location) & set(b"\r\n ")


def test_bodies_are_wanted_up_to_the_limit_and_refused_beyond(tmp_path: Path) -> None:
    form = (b"Content-Type", b"application/x-www-form-urlencoded")
    for over, status in (("rules", 413), ("log", None)):
        world = make(tmp_path, rules=RULES + "SecRequestBodyLimit 20\n", over_body=over)
        refusal = play(world.guard, head(b"/", form, method=b"POST"), body=b"q=" + b"x" * 40)
        assert (refusal.status if refusal else None) == status
        visit = world.guard.begin(head(b"/", form, method=b"POST"), "main")
        assert not isinstance(visit, Refusal)
        visit.headers()
        assert visit.body_octets == 21
        blocked = play(world.guard, head(b"/", form, method=b"POST"), body=b"q=attack")
        assert blocked is not None
        assert blocked.status == 403


@pytest.mark.parametrize(("setting", "status"), [("rules", 400), ("block", 400), ("log", None)])
def test_what_happens_to_bodies_that_cannot_be_read_is_a_setting(tmp_path: Path, setting: str, status: int | None) -> None:
    world = make(tmp_path, unreadable=setting)
    refusal = play(world.guard, head(b"/", (b"Content-Type", b"application/json"), method=b"POST"), body=b'{"a":')
    assert (refusal.status if refusal else None) == status
    assert [each.rule for each in world.notes.judged[0].matches] == [200002]


ATTACK, PLAIN = b"q=attack", b"q=hello"


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        (b"gzip", gzip.compress(ATTACK), 403),
        (b"X-Gzip", gzip.compress(ATTACK), 403),
        (b"deflate", zlib.compress(ATTACK), 403),
        (b"deflate", zlib.compress(ATTACK)[2:-4], 403),
        (b"gzip", gzip.compress(b"q=att") + gzip.compress(b"ack"), 403),
        (b"identity", ATTACK, 403),
        (b"aws-chunked, gzip", gzip.compress(ATTACK), 403),
        (b"gzip", gzip.compress(PLAIN), None),
        (b"identity", PLAIN, None),
        (b"gzip", gzip.compress(PLAIN)[:-9], 400),
        (b"gzip", gzip.compress(PLAIN) * 17, 400),
        (b"gzip", gzip.compress(PLAIN) + b"&q=odd", 400),
        (b"gzip", gzip.compress(b"q=" + b"x" * 200_000), 400),
        (b"gzip", PLAIN, 400),
        (b"br", PLAIN, 400),
        (b"gzip, gzip", gzip.compress(gzip.compress(PLAIN)), 400),
    ],
)
def test_compressed_bodies_are_judged_by_what_is_in_them(world: World, coding: bytes, body: bytes, status: int | None) -> None:
    fields = (b"Content-Type", b"application/x-www-form-urlencoded"), (b"Content-Encoding", coding)
    refusal = play(world.guard, head(b"/", *fields, method=b"POST"), body=body)
    assert (refusal.status if refusal else None) == status


def test_custom_rules_see_what_is_in_compressed_bodies(tmp_path: Path) -> None:
    protection = Conditions(of_body=BLOCK, body_wanted=True)
    world = make(tmp_path, Protections(conditions=protection))
    request = head(b"/", (b"Content-Encoding", b"gzip"), method=b"POST")
    for site in ("main", "bare"):
        refusal = play(world.guard, request, site, gzip.compress(b"something bad"))
        assert refusal is not None
        assert refusal.status == 403


@pytest.mark.parametrize(("setting", "status"), [("block", 403), ("log", None)])
def test_what_happens_to_too_many_arguments_is_a_setting(tmp_path: Path, setting: str, status: int | None) -> None:
    world = make(tmp_path, rules=RULES + "SecArgumentsLimit 3\n", over_arguments=setting)
    refusal = world.ask(b"/?a=1&b=2&c=3&d=4")
    assert (refusal.status if refusal else None) == status
    assert world.notes.judged[0].exceeded == ("more than 3 arguments",)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"", b"a leak here"),
        (b"gzip", gzip.compress(b"a leak here")),
        (b"deflate", zlib.compress(b"a leak here")),
        (b"deflate", zlib.compress(b"a leak here")[2:-4]),
    ],
)
def test_answers_are_read_as_the_client_would(world: World, coding: bytes, packed: bytes) -> None:
    visit = world.guard.begin(head(), "main")
    assert not isinstance(visit, Refusal)
    assert visit.headers() is None
    assert visit.body(b"", whole=True) is None
    headers = ((b"Content-Type", b"text/html"), *(((b"Content-Encoding", coding),) if coding else ()))
    assert visit.response(200, headers) is None
    assert visit.response_octets
    refusal = visit.response_body(packed, whole=True)
    assert refusal is not None
    assert refusal.status == 502
    visit.done(502)
    assert [match.rule for match in world.notes.judged[0].matches] == [1003]


def test_answers_of_other_kinds_are_streamed_unseen(world: World) -> None:
    visit = world.guard.begin(head(), "main")
    assert not isinstance(visit, Refusal)
    visit.headers()
    visit.body(b"", whole=True)
    assert visit.response(200, ((b"Content-Type", b"image/png"),)) is None
    assert not visit.response_octets
    assert visit.response_body(b"leak", whole=True) is None


def test_what_cannot_be_read_is_noted_with_what_rules_say_of_the_rest(tmp_path: Path) -> None:
    errors = Errors()
    world = make(tmp_path, Protections(errors=errors))
    world.guard.malformed(head(b"/?q=attack"), "two-lengths")
    (noted,) = world.notes.judged
    assert (noted.action, noted.status, noted.reason) == ("block", 400, "two-lengths")
    assert 1001 in [match.rule for match in noted.matches]
    assert errors.errors == [(b"192.0.2.7", 400)]


def test_protections_are_asked_in_their_order_and_the_first_decides(tmp_path: Path) -> None:
    asked: list[str] = []
    every = [Protection(asked=asked), Lists(asked=asked), Counters(asked=asked), Conditions(asked=asked)]
    world = make(tmp_path, Protections(*every))  # type: ignore[arg-type]
    assert world.ask() is None
    assert asked == ["bans", "lists", "counters", "conditions"]
    every[3].custom = every[2].counted = every[1].listed = every[0].ban = BLOCK
    for at in range(4):
        asked.clear()
        refusal = world.ask()
        assert refusal is not None
        assert refusal.status == 403
        assert len(asked) == at + 1
        every[at].ban = every[at].listed = every[at].counted = every[at].custom = None
    assert [each.ruling for each in world.notes.judged] == [BLOCK] * 4


def test_who_is_let_in_passes_everything_but_a_ban(tmp_path: Path) -> None:
    bans, lists, errors = Protection(), Lists(listed=ALLOW), Errors()
    counters, conditions = Counters(counted=BLOCK), Conditions(custom=BLOCK)
    world = make(tmp_path, Protections(bans, lists, counters, conditions, errors))
    visit = world.guard.begin(head(b"/?q=attack"), "main")
    assert not isinstance(visit, Refusal)
    assert world.ask(b"/?q=attack") is None
    visit.done(404)
    assert not errors.errors
    assert not world.notes.judged
    bans.ban = BLOCK
    assert world.ask() is not None


def test_what_custom_rules_refuse_counts_as_an_error_and_what_lists_refuse_does_not(tmp_path: Path) -> None:
    errors, conditions = Errors(), Conditions(custom=Ruling("block", "c0ffee00", "no such path", "custom"))
    world = make(tmp_path, Protections(conditions=conditions, errors=errors))
    assert world.ask() is not None
    assert errors.errors == [(b"192.0.2.7", 403)]
    world = make(tmp_path, Protections(lists=Lists(listed=BLOCK), errors=errors))
    assert world.ask() is not None
    assert len(errors.errors) == 1


def test_protections_refuse_nothing_in_detect_mode(tmp_path: Path) -> None:
    world = make(tmp_path, Protections(lists=Lists(listed=BLOCK)))
    assert world.ask(site="watched") is None
    assert [(each.action, each.ruling) for each in world.notes.judged] == [("detect", BLOCK)]
    assert world.ask(site="bare") is not None, "protections hold where no rules are asked"


def test_a_challenge_is_answered_by_who_set_it(tmp_path: Path) -> None:
    counters = Counters(counted=Ruling("challenge", "cc_3", "[cc] 10 / 60s", "cc"))
    world = make(tmp_path, Protections(counters=counters))
    refusal = world.ask()
    assert refusal is not None
    assert refusal.body == b"prove that you are human"
    assert world.notes.judged[0].action == "challenge"
    solved = world.ask(b"/challenge")
    assert solved is not None
    assert (solved.status, solved.body) == (200, b"solved")
    counters.counted = Ruling("block", "cc_3", "[cc] 10 / 60s", "cc")
    slow = world.ask()
    assert slow is not None
    assert slow.status == 429


def test_custom_rules_see_bodies_with_and_without_rules(tmp_path: Path) -> None:
    conditions = Conditions(of_body=BLOCK, body_wanted=True)
    world = make(tmp_path, Protections(conditions=conditions))
    for site in ("main", "bare"):
        refusal = play(world.guard, head(method=b"POST"), site, body=b"a bad body")
        assert refusal is not None
        assert refusal.status == 403
        assert play(world.guard, head(method=b"POST"), site, body=b"a good body") is None
    assert play(world.guard, head(method=b"POST"), "watched", body=b"a bad body") is None
    assert [(each.site, each.action) for each in world.notes.judged] == [("main", "block"), ("bare", "block"), ("watched", "detect")]


def test_errors_are_counted_at_the_end(tmp_path: Path) -> None:
    errors = Errors()
    world = make(tmp_path, Protections(errors=errors))
    for status in (200, 404, 500, 403):
        visit = world.guard.begin(head(), "main")
        assert not isinstance(visit, Refusal)
        visit.done(status)
    assert [status for _, status in errors.errors] == [404, 403]


def test_nothing_is_served_unguarded_before_there_are_rules() -> None:
    class Nothing:
        def current(self, variant: object) -> Loaded | None:
            del variant
            return None

    guard = Defence(Desk(FakeClock(), Notes()), Nothing())  # type: ignore[arg-type]
    guard.modes({"bare": "off"})
    refusal = guard.begin(head(), "main")
    assert isinstance(refusal, Refusal)
    assert refusal.status == 503
    assert dict(refusal.headers)[b"Retry-After"]
    assert not isinstance(guard.begin(head(), "bare"), Refusal)


def test_a_request_keeps_the_rules_that_it_began_with(world: World) -> None:
    visit = world.guard.begin(head(b"/?q=attack"), "main")
    assert not isinstance(visit, Refusal)
    assert visit.headers() is None
    world.file.write_text(RULES.replace('attack" ', 'onslaught" '))
    assert world.watch.rulebook is not None
    assert not world.watch.rulebook.reload().faults
    refusal = visit.body(b"", whole=True)
    assert refusal is not None, "its rules still know the word"
    assert world.ask(b"/?q=attack") is None
    assert world.ask(b"/?q=onslaught") is not None


def test_long_values_do_not_wait_in_the_journal(world: World) -> None:
    form = (b"Content-Type", b"application/x-www-form-urlencoded")
    play(world.guard, head(b"/", form, method=b"POST"), body=b"q=attack" + b"x" * 100_000)
    assert all(len(match.value) <= 512 for match in world.notes.judged[0].matches)

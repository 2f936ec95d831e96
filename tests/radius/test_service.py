"""Sign-in against a real FreeRADIUS."""

import pytest

from routerd.core.aaa import RadiusSettings
from routerd.core.errors import BadInput, Denied, Unavailable
from routerd.core.terms import Device
from routerd.radius.records import PermissionRow, ReportRow
from tests.radius.conftest import PHONE, make_world
from tests.radius.freeradius import SECRET


@pytest.mark.parametrize("protocol", ["pap", "chap"])
def test_the_right_password_is_accepted_with_its_terms(server, protocol) -> None:
    world = make_world(RadiusSettings((server.name,), SECRET, protocol=protocol))
    permission = world.radius.authenticate("alice", "wonderland", PHONE)
    terms, now = permission.terms, int(world.clock.now())
    assert (terms.kind, terms.subject, terms.starts_at, terms.ends_at) == ("radius", "alice", now, now + 1800)
    assert (terms.down_kbit, terms.up_kbit, terms.idle_timeout_s) == (8000, 2000, 300)
    assert (permission.classes, permission.interim_s) == ((b"0xfff", b"\x00\xff"), 60)
    world.store.stop()


@pytest.mark.parametrize("protocol", ["pap", "chap"])
@pytest.mark.parametrize(("username", "password"), [("alice", "Wonderland"), ("nobody", "wonderland"), ("álice", "pässword")])
def test_a_wrong_password_and_an_unknown_name_are_refused(server, protocol, username, password) -> None:
    world = make_world(RadiusSettings((server.name,), SECRET, protocol=protocol))
    with pytest.raises(Denied, match="not right") as refused:
        world.radius.authenticate(username, password, PHONE)
    assert refused.value.reason == "wrong-login"
    world.store.stop()


def test_the_server_says_no_in_its_own_words(world) -> None:
    with pytest.raises(Denied) as refused:
        world.radius.authenticate("dave", "x", PHONE)
    assert (str(refused.value), refused.value.reason) == ("Your <b>account</b> is closed.", "wrong-login")


def test_a_wrong_secret_is_no_answer(server) -> None:
    world = make_world(RadiusSettings((server.name,), "something else", timeout_s=1, tries=1))
    with pytest.raises(Unavailable):
        world.radius.authenticate("alice", "wonderland", PHONE)
    world.store.stop()


def test_each_server_may_have_a_secret_of_its_own(server) -> None:
    world = make_world(RadiusSettings(("127.0.0.1:9", server.name), "wrong", ("of the first", SECRET)))
    assert world.radius.authenticate("alice", "wonderland", PHONE).server == server.name
    world.store.stop()


@pytest.mark.parametrize(("username", "password"), [("é" * 127, "x"), ("x", "é" * 65)])
def test_what_does_not_fit_into_a_request_is_the_guests_mistake(world, username, password) -> None:
    with pytest.raises(BadInput):
        world.radius.authenticate(username, password, PHONE)


def test_the_name_that_the_server_answers_with_is_the_holder(world) -> None:
    assert world.sign_in("carol", "short").grant.subject == "carol@example.org"


def test_a_guest_who_came_by_ipv6_signs_in_all_the_same(world) -> None:
    assert world.sign_in("alice", "wonderland", Device(PHONE.mac, "fd00:88::10", "main")).grant.login == "alice"


def test_a_limit_on_both_directions_ends_the_session_when_their_sum_is_reached(world) -> None:
    session = world.sign_in("bob", "builder")
    world.gate.spend(PHONE.mac, down=2_000_000, up=900_000)
    world.clock.advance(2)
    world.radius._watch.round()
    assert world.sessions.current(PHONE.mac, "main") is not None
    world.gate.spend(PHONE.mac, down=100_000)
    world.clock.advance(2)
    world.radius._watch.round()
    assert world.sessions.get(session.id).end_reason == "data-limit"


def test_that_limit_counts_what_was_used_before_a_pause(world) -> None:
    world.sign_in("bob", "builder")
    world.gate.spend(PHONE.mac, down=2_500_000)
    world.pass_time(2)
    world.sessions.end(world.sessions.current(PHONE.mac, "main").id, "idle")
    world.sessions.resume(PHONE)
    world.gate.spend(PHONE.mac, up=400_000)
    world.clock.advance(2)
    world.radius._watch.round()
    assert world.sessions.current(PHONE.mac, "main") is not None
    world.gate.spend(PHONE.mac, up=100_000)
    world.clock.advance(2)
    world.radius._watch.round()
    assert world.sessions.current(PHONE.mac, "main") is None


@pytest.mark.parametrize("model", [PermissionRow, ReportRow])
def test_the_tables_are_what_the_migrations_made(world, model) -> None:
    columns = {row[1]: bool(row[3]) for row in world.store.db.execute_sql(f"PRAGMA table_info({model._meta.table_name})").fetchall()}
    assert columns == {field.column_name: not field.null for field in model._meta.sorted_fields}


def test_a_session_is_ended_a_moment_before_its_time_so_that_it_can_be_counted_to_the_end(world) -> None:
    session = world.sign_in("alice", "wonderland")
    world.clock.advance(1798)
    world.radius._watch.round()
    assert world.sessions.current(PHONE.mac, "main") is not None
    world.gate.spend(PHONE.mac, down=999)
    world.clock.advance(1)
    world.radius._watch.round()
    ended = world.sessions.final(session.id)
    assert (ended.end_reason, ended.down_octets) == ("expired", 999)

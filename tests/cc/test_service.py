"""Counters as the defence and the management API meet them."""

import pytest

from routerd.cc import model, records, service
from routerd.cc.model import NewRule
from routerd.core.errors import BadInput, Conflict, NotFound
from tests.cc.conftest import Desk
from tests.fakes.request import FakeHead


def test_without_rules_nobody_is_counted_and_no_path_is_taken(desk: Desk) -> None:
    assert desk.ask(100) == ["-"] * 100
    assert desk.counters.answered(FakeHead(target=b"/.routerd/challenge")) is None


def test_so_many_pass_and_the_next_is_banned(desk: Desk) -> None:
    rule = desk.rule()
    assert desk.ask(4) == ["-", "-", "-", "block"]
    client, seconds, why, direct = desk.bans.banned[0]
    assert (client, seconds, direct) == (b"192.0.2.1", 60, True)
    assert (why.rule_id, why.rule_name, why.attack_type) == (f"cc_{rule.id}", "[cc] */: 3x / 10s", "cc")


def test_clients_are_counted_apart_and_ipv6_by_its_prefix(desk: Desk) -> None:
    desk.rule()
    assert desk.ask(3) + desk.ask(3, client=b"192.0.2.2") == ["-"] * 6
    assert desk.ask(3, client=b"2001:db8::1") == ["-"] * 3
    assert desk.ask(client=b"2001:db8::2") == ["block"]
    assert desk.ask(client=b"2001:db8:0:1::2") == ["-"]


def test_whoever_comes_through_a_proxy_is_not_known_to_the_kernel(desk: Desk) -> None:
    desk.rule()
    desk.ask(4, peer=b"10.0.0.1")
    assert desk.bans.banned[0][3] is False


@pytest.mark.parametrize(
    ("rule", "request_", "counted"),
    [
        ({"host": "example.com"}, {}, True),
        ({"host": "example.com"}, {"host": b"www.example.com"}, False),
        ({"host": "*.example.com"}, {"host": b"a.b.example.com"}, True),
        ({"host": "*.example.com"}, {}, False),
        ({"path": "/api/login"}, {"target": b"/api/login?x=1"}, True),
        ({"path": "/api/login"}, {"target": b"/api/%6cogin"}, True),
        ({"path": "/api/login"}, {"target": b"/x/..//api/login/now"}, True),
        ({"path": "/api/login"}, {"target": b"/?/api/login"}, False),
        ({"enabled": False}, {}, False),
    ],
)
def test_a_rule_counts_what_is_its_own(desk: Desk, rule: dict, request_: dict, counted: bool) -> None:
    desk.rule(**rule)
    assert desk.ask(4, **request_) == ["-", "-", "-", "block" if counted else "-"]


def test_the_window_slides(desk: Desk) -> None:
    desk.rule(threshold=10)
    assert desk.ask(10) == ["-"] * 10
    desk.clock.advance(15)
    assert desk.ask(6) == ["-"] * 6, "of the old window's ten, four are younger than ten seconds"
    assert desk.ask() == ["block"]


def test_a_client_that_asks_evenly_is_counted_exactly(desk: Desk) -> None:
    desk.rule(threshold=10)
    for _ in range(100):
        assert desk.ask() == ["-"]
        desk.clock.advance(1)


def test_a_client_that_is_never_banned_is_refused_while_it_asks_too_often(desk: Desk) -> None:
    desk.rule()
    assert desk.ask(5, client=b"10.0.0.1") == ["-", "-", "-", "block", "block"]
    desk.clock.advance(21)
    assert desk.ask(client=b"10.0.0.1") == ["-"]


def test_whoever_went_over_is_in_the_log_once(desk: Desk) -> None:
    rule = desk.rule(path="/api")
    desk.ask(9, target=b"/api/x?token=secret")
    entries, total = desk.counters.logs()
    assert total == 1
    entry = entries[0]
    assert (entry.rule_id, entry.client, entry.host, entry.path, entry.action, entry.requests) == (
        rule.id,
        "192.0.2.1",
        "example.com",
        "/api/x",
        "block",
        4,
    )
    assert entry.until - entry.at == 60
    desk.clock.advance(200)
    desk.ask(4, target=b"/api/x")
    assert desk.counters.logs(page=1, page_size=1)[1] == 2


def test_figures(desk: Desk) -> None:
    desk.rule()
    rule = desk.rule(path="/login", threshold=1)
    desk.ask(2, target=b"/login")
    desk.ask(4, client=b"192.0.2.2")
    desk.ask(2, target=b"/login", client=b"192.0.2.2")
    stats = desk.counters.stats()
    assert (stats.total_blocked, stats.today_blocked, stats.active_attacks) == (3, 3, 3)
    assert stats.top_blocked_ips == (("192.0.2.2", 2), ("192.0.2.1", 1))
    assert [(each.rule_id, each.hits) for each in stats.rule_stats] == [(rule.id, 2), (rule.id - 1, 1)]
    desk.clock.advance(2 * 86_400)
    stats = desk.counters.stats()
    assert (stats.total_blocked, stats.today_blocked, stats.active_attacks) == (3, 0, 0)


def test_log_entries_are_deleted_by_number_or_all_at_once(desk: Desk) -> None:
    desk.rule(threshold=1)
    for at in range(5):
        desk.ask(2, client=b"192.0.2.%d" % at)
    ids = [entry.id for entry in desk.counters.logs()[0]]
    assert desk.counters.delete_logs([ids[0], ids[1], 999]) == 2
    assert [entry.id for entry in desk.counters.logs()[0]] == ids[2:]
    assert desk.counters.delete_logs(None) == 3
    assert desk.counters.logs() == ([], 0)
    with pytest.raises(BadInput, match="expected pages from 1"):
        desk.counters.logs(page=0)


def test_the_log_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LOG_MOST", 3)
    desk.rule(threshold=1)
    for at in range(5):
        desk.ask(2, client=b"192.0.2.%d" % at)
    entries, total = desk.counters.logs()
    assert total == 3
    assert entries[0].client == "192.0.2.4"


def test_at_the_limit_counters_that_were_not_touched_for_the_longest_are_forgotten(desk: Desk) -> None:
    desk.rule()
    desk.counters = desk.again(counters_most=8)
    desk.ask(3, client=b"192.0.2.1")
    for at in range(100, 180):
        desk.ask(client=b"192.0.2.%d" % at)
        desk.clock.advance(0.001)
        if at % 2:
            desk.ask(client=b"192.0.2.99")
    assert len(desk.counters._counters) <= 8
    assert desk.ask(client=b"192.0.2.99") == ["block"], "this one was touched all the time"
    assert desk.ask(client=b"192.0.2.1") == ["-"], "this one has begun anew"


def test_clearing_counters_lets_everybody_begin_anew(desk: Desk) -> None:
    desk.rule()
    desk.ask(3)
    desk.counters.clear_counters()
    assert desk.ask(3) == ["-"] * 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"action": "drop"}, "expected block or challenge"),
        ({"host": " "}, "host is missing"),
        ({"path": "login"}, "expected the beginning of a path"),
        ({"path": "/a?b"}, "without"),
        ({"threshold": 0}, "threshold is 0"),
        ({"window": 100_000}, "window is 100000"),
        ({"ban_duration": 0}, "ban_duration is 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(desk: Desk, words: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        desk.rule(**words)


def test_a_rule_is_changed_and_forgotten_and_there_is_an_end_to_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = desk.rule()
    desk.counters.update(rule.id, NewRule("*", "/", 1, 10, 60, "block"))
    assert desk.ask(2) == ["-", "block"]
    monkeypatch.setattr(model, "RULES_MOST", 1)
    with pytest.raises(Conflict, match="can be no more"):
        desk.rule()
    desk.counters.remove(rule.id)
    assert desk.ask(9) == ["-"] * 9
    for verb in (desk.counters.remove, desk.counters.get, lambda number: desk.counters.update(number, NewRule("*", "/", 1, 1, 1, "block"))):
        with pytest.raises(NotFound):
            verb(rule.id)


def test_the_tables_are_as_the_models_say(desk: Desk) -> None:
    for row in (records.CcRuleRow, records.CcLogRow, records.CcKeyRow):
        columns = {column.name: column for column in desk.store.db.get_columns(row._meta.table_name)}
        assert columns.keys() == row._meta.columns.keys()
        assert not any(column.null for column in columns.values())

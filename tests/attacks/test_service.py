"""The attack log can be searched, counted and exported, and never outgrows its bounds."""

import json
import tracemalloc
from dataclasses import replace

import pytest

from routerd.attacks import records
from routerd.attacks.model import Attack, Filter, Found
from routerd.attacks.records import AttackRow
from routerd.attacks.service import COLUMNS, Attacks
from routerd.core.errors import BadInput, NotFound
from routerd.store.database import Store
from tests.fakes.clock import FakeClock

NOW = 1_750_000_000
ONE = Attack(
    NOW,
    "main",
    "GET",
    "example.test/?q=1",
    "example.test",
    "192.0.2.7",
    "942100",
    "SQL",
    "sqli",
    found=(Found("942100", "SQL", "ARGS:q", "1"),),
)


@pytest.fixture
def log() -> Attacks:
    return Attacks(Store("sqlite:///:memory:"), FakeClock(NOW), rows_most=1000, days_most=10)


def test_the_migrated_table_is_that_of_the_model(log: Attacks) -> None:
    columns = {column.name: column for column in log._store.db.get_columns("attack")}
    assert set(columns) == set(AttackRow._meta.columns)
    for name, field in AttackRow._meta.columns.items():
        size = getattr(field, "max_length", None)
        kind = "TEXT" if type(field).__name__ == "TextField" else f"VARCHAR({size})" if size else "INTEGER"
        assert (columns[name].null, columns[name].data_type.upper()) == (field.null, kind), name
    assert {index.columns[0] for index in log._store.db.get_indexes("attack")} == {"at", "client_ip", "rule_id"}


def test_an_entry_comes_back_as_it_was_kept(log: Attacks) -> None:
    log.keep([ONE])
    assert log.find(1) == replace(ONE, id=1)
    with pytest.raises(NotFound, match="no entry 2"):
        log.find(2)


def test_pages_are_of_the_newest_and_can_be_narrowed(log: Attacks) -> None:
    log.keep(
        [
            replace(ONE, at=NOW + at, client_ip=f"192.0.2.{at % 3}", host=("a.test", "b.test")[at % 2], method=("GET", "POST")[at % 2])
            for at in range(30)
        ]
    )
    total, page = log.page(page=2, size=10)
    assert (total, [each.id for each in page]) == (30, list(range(20, 10, -1)))
    for wanted, count in (
        (Filter(client_ip="192.0.2.1"), 10),
        (Filter(host="a.test"), 15),
        (Filter(method="POST"), 15),
        (Filter(rule_id="942100", site="main", attack_type="sqli", actions=("block",)), 30),
        (Filter(actions=("detect",)), 0),
        (Filter(since=NOW + 10, until=NOW + 19), 10),
    ):
        assert log.page(wanted)[0] == count
        assert sum(1 for _ in log.each(wanted)) == count


@pytest.mark.parametrize(("page", "size"), [(0, 20), (1, 0), (1, 101)])
def test_pages_that_cannot_be_are_refused(log: Attacks, page: int, size: int) -> None:
    with pytest.raises(BadInput):
        log.page(page=page, size=size)


def test_numbers_and_groups(log: Attacks) -> None:
    log.keep(
        [replace(ONE, at=NOW - 90_000)] * 2
        + [replace(ONE, rule_id="acl_15", rule_name="[acl]", host="b.test", client_ip="192.0.2.9")]
        + [ONE]
    )
    stats = log.stats(NOW - 3600)
    assert (stats.total, stats.today) == (4, 2)
    assert [(top.rule_id, top.count) for top in stats.top_rules] == [("942100", 3), ("acl_15", 1)]
    first, second = log.groups()
    assert (first.client_ip, first.count, first.first_at, first.last_at, first.hosts) == ("192.0.2.7", 3, NOW - 90_000, NOW, 1)
    assert second.client_ip == "192.0.2.9"
    assert log.stats(NOW - 3600, Filter(client_ip="192.0.2.9")).today == 1


def test_exports_are_whole_and_take_no_memory(log: Attacks) -> None:
    log = Attacks(log._store, FakeClock(NOW), rows_most=100_000)
    assert json.loads(b"".join(log.json_pieces())) == []
    log.keep([replace(ONE, request_head="x" * 1000)] * 6_000)
    tracemalloc.start()
    pieces = octets = 0
    for piece in log.json_pieces():
        pieces, octets = pieces + 1, octets + len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (pieces, octets > 6_000_000) == (6_001, True)
    assert peak < 4_000_000
    rows = log.rows()
    assert dict(zip(COLUMNS, next(rows), strict=True))["rule_id"] == "942100"
    assert [each["id"] for each in json.loads(b"".join(log.json_pieces(Filter(since=NOW))))] == list(range(1, 6_001))


def test_the_log_stays_within_rows_and_days(log: Attacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FORGOTTEN_AT_ONCE", 300)
    log.keep([replace(ONE, at=NOW - 11 * 86_400)] * 100)
    log.keep([ONE] * 1500)
    assert log.prune() == 600
    assert log.page()[0] == 1000
    assert log.page()[1][0].id == 1600, "the newest are kept"


def test_a_flood_prunes_by_itself(log: Attacks) -> None:
    for _ in range(9):
        log.keep([ONE] * 500)
    assert log.page()[0] <= 3000


def test_entries_are_deleted_one_by_one_or_all_that_fit(log: Attacks) -> None:
    log.keep([ONE] * 5 + [replace(ONE, host="b.test")] * 3)
    assert log.delete([1, 2, 99]) == 2
    assert log.clear(Filter(host="b.test")) == 3
    assert log.page()[0] == 3
    assert log.clear() == 3

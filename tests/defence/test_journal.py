"""Notes get into both logs without holding anybody up; what there is no room for is dropped and counted."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.attacks.model import Attack
from routerd.core.clock import SystemClock
from routerd.core.errors import Misconfigured, Unavailable
from routerd.core.ruling import Ruling
from routerd.defence import journal as module
from routerd.defence.audit import AuditLog, line
from routerd.defence.entries import entry
from routerd.defence.journal import Journal
from routerd.defence.model import Judged
from routerd.waf.verdict import Match, Verdict
from tests.defence.world import Log, head
from tests.fakes.clock import FakeClock


def match(
    rule: int = 942100,
    severity: int | None = 2,
    *,
    tags: tuple[bytes, ...] = (b"attack-sqli",),
    name: bytes = b"ARGS:q",
    value: bytes = b"1 OR 1",
) -> Match:
    return Match(rule, 2, b"SQL", b"", tags, severity, name, value, "a.conf", 1)


SUM = match(949110, 0, tags=(b"anomaly-evaluation",), name=b"TX:score")


def judged(*matches: Match, action: str = "block", target: bytes = b"/?q=1", **more: object) -> Judged:
    return Judged(head(target), "main", 1_750_000_000.5, "abc1", action, 403, matches=matches, inbound=5, **more)  # type: ignore[arg-type]


def told(note: Judged) -> dict[str, object]:
    found: dict[str, object] = json.loads(line(note))
    return found


@pytest.fixture
def kept() -> Log:
    return Log()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def journal(kept: Log, path: Path) -> Iterator[Journal]:
    made = Journal(kept, SystemClock(), AuditLog(path, SystemClock()))
    made.start()
    yield made
    made.stop()


def waited(path: Path, lines: int) -> float:
    began = time.monotonic()
    while path.read_bytes().count(b"\n") < lines:
        assert time.monotonic() - began < 5
        time.sleep(0.002)
    return time.monotonic() - began


def test_a_line_says_what_the_contract_promises() -> None:
    note = told(judged(match(), SUM, action="block", target=b"/x?token=abc"))
    assert note == {
        "id": "abc1",
        "at": 1_750_000_000.5,
        "site": "main",
        "client": "192.0.2.7",
        "host": "example.test",
        "method": "GET",
        "uri": "/x?token=***",
        "rule_ids": [942100, 949110],
        "action": "block",
        "status": 403,
        "anomaly_scores": {"inbound": 5, "outbound": 0},
    }
    assert told(judged(match(), action=""))["action"] == "pass"
    assert told(judged(exceeded=("more work",), reason="two-lengths"))["exceeded"] == ["more work"]
    ruling = Ruling("block", "acl_15", "[acl] out", "acl")
    assert told(judged(ruling=ruling))["rule_ids"] == ["acl_15"]


def test_tests_find_their_request_by_its_marker() -> None:
    marked = Judged(head(b"/", (b"X-CRS-Test", b"942100-1")), "main", 0.0, "a", "block", matches=(match(),))
    assert told(marked)["marker"] == "942100-1"
    assert "marker" not in told(judged(match()))


def test_lines_are_in_the_file_within_a_tenth_of_a_second(journal: Journal, kept: Log, path: Path) -> None:
    journal.noted(judged(match()))
    assert waited(path, 1) < 0.5
    for _ in range(300):
        journal.noted(judged(match(), action=""))
    waited(path, 301)
    journal.stop()
    assert len(kept) == 1, "what went on and would have gone on is no attack"
    assert journal.dropped == 0


def test_a_file_that_was_rotated_away_is_opened_anew(path: Path) -> None:
    clock = FakeClock()
    audit = AuditLog(path, clock)
    audit.append([judged(match())])
    path.rename(path.with_suffix(".1"))
    clock.advance(2)
    audit.append([judged(match())])
    audit.close()
    assert path.read_bytes().count(b"\n") == path.with_suffix(".1").read_bytes().count(b"\n") == 1


def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match=r"\[waf\] audit_log: .*file/audit cannot be written"):
        AuditLog(tmp_path / "file" / "audit", FakeClock())
    AuditLog(tmp_path / "new" / "folder" / "audit", FakeClock()).close()


def test_a_line_that_a_full_disk_cut_off_does_not_spoil_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = AuditLog(path, FakeClock())
    real, room = audit._file, [40]

    class Small:
        fileno, close = real.fileno, real.close

        def write(self, octets: bytes) -> int:
            if not room[0]:
                raise OSError(28, "No space left on device")
            written = real.write(octets[: room[0]])
            room[0] -= written
            return written

    monkeypatch.setattr(audit, "_file", Small())
    audit.append([judged(match())])
    room[0] = 10_000
    audit.append([judged(match())])
    audit.close()
    cut, *whole = path.read_bytes().splitlines()
    assert len(cut) == 40
    assert [json.loads(each)["id"] for each in whole] == ["abc1"]


def test_a_request_that_cannot_be_told_of_does_not_end_the_logs(kept: Log, path: Path) -> None:
    journal = Journal(kept, FakeClock(), AuditLog(path, FakeClock()))
    journal.noted(Judged(head(), "main", 0.0, "a", "block", exceeded=(object(),)))  # type: ignore[arg-type]
    journal._round(1000.0)
    journal.noted(judged(match()))
    journal._round(1001.0)
    journal.stop()
    assert path.read_bytes().count(b"\n") == 1


def test_what_there_is_no_room_for_is_counted(kept: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MOST", 3)
    journal = Journal(kept, FakeClock())
    for _ in range(5):
        journal.noted(judged(match()))
    assert journal.dropped == 2
    monkeypatch.setattr(module, "OCTETS_MOST", 10)
    journal.noted(judged(match()))
    assert journal.dropped == 3


def test_a_flood_is_written_at_a_pace(kept: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_MOST", 10)
    monkeypatch.setattr(module, "WAITING_MOST", 25)
    journal = Journal(kept, FakeClock())
    for _ in range(3):
        for _ in range(10):
            journal.noted(judged(match()))
        journal._round(1000.0)
    assert (len(kept), journal.dropped) == (10, 0)
    journal._round(1000.0 + module.PACE_S)
    assert len(kept) == 20


def test_a_store_that_fails_loses_entries_and_nothing_else(path: Path) -> None:
    class Failing(Log):
        def keep(self, attacks: object) -> None:
            del attacks
            raise Unavailable("the disk is full")

    journal = Journal(Failing(), FakeClock(), AuditLog(path, FakeClock()))
    journal.noted(judged(match()))
    journal._round(1000.0)
    journal.stop()
    assert journal.dropped == 1
    assert path.read_bytes().count(b"\n") == 1


def test_an_entry_names_the_rule_that_says_most() -> None:
    found: Attack = entry(
        judged(match(1, 4, tags=(b"attack-generic",)), match(2, 2, tags=(b"attack-generic", b"attack-injection-php")), SUM)
    )
    assert (found.rule_id, found.attack_type, found.variable, found.value, found.score) == ("2", "php", "ARGS:q", "1 OR 1", 5)
    assert [each.rule_id for each in found.found] == ["1", "2"], "sums say nothing of their own"
    assert (found.url, found.at, found.action, found.status) == ("example.test/?q=1", 1_750_000_000, "block", 403)


@pytest.mark.parametrize(
    ("note", "rule_id", "kind", "name"),
    [
        (judged(ruling=Ruling("block", "acl_15", "[acl] out", "acl", "REMOTE_ADDR")), "acl_15", "acl", "[acl] out"),
        (judged(match(), reason="two-lengths"), "protocol", "protocol", "[protocol] two-lengths"),
        (judged(exceeded=("more work",)), "limit", "limit", "[limit] more work"),
        (
            judged(verdict=Verdict("deny", 413, message=b"a body of more than 5 octets")),
            "limit",
            "limit",
            "[limit] a body of more than 5 octets",
        ),
    ],
)
def test_entries_of_other_refusals_name_these(note: Judged, rule_id: str, kind: str, name: str) -> None:
    found = entry(note)
    assert (found.rule_id, found.attack_type, found.rule_name) == (rule_id, kind, name)


def test_secrets_get_into_neither_log() -> None:
    request = head(
        b"/login?password=hunter2", (b"Cookie", b"sid=hunter2"), (b"Authorization", b"Basic aHVudGVyMg=="), (b"X-Api-Key", b"hunter2")
    )
    note = Judged(
        request,
        "main",
        0.0,
        "a",
        "block",
        matches=(match(name=b"ARGS:password", value=b"hunter2"), match(3, name=b"REQUEST_COOKIES:sid", value=b"hunter2")),
    )
    written = repr(entry(note)) + line(note).decode()
    assert "hunter2" not in written
    assert "aHVudGVyMg" not in written
    assert "Cookie: ***" in entry(note).request_head

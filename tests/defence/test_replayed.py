"""An exclusion that the log suggests is measured on the OWASP CRS's own attacks: it frees what was harmless, and none of these."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.core.edge import WafSettings
from routerd.defence.building import Protections, furnish
from routerd.defence.entries import entry
from routerd.defence.exclusions import Exclusion
from routerd.defence.observation import Sample
from routerd.defence.rulebook import Rulebook
from routerd.defence.service import Desk
from routerd.store.database import Store
from routerd.waf.ftw.reader import read
from routerd.waf.ftw.wire import octets, received
from tests.defence.world import Notes, head, play
from tests.fakes.clock import FakeClock

CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[3] / "shared" / "data" / "crs-4.29")
HARMLESS = (
    "In the course we learned that 1' OR '1'='1 is what they try first",
    "Use SELECT name FROM users WHERE id = 1 UNION SELECT password FROM users to see why",
    "A page with <script>alert(1)</script> in it",
)
"""What people write on a forum about security."""

pytestmark = pytest.mark.skipif(not CRS.is_dir(), reason="needs the rules and tests of the OWASP CRS: CRS_DIR says where they are")


def attacks() -> Iterator[Sample]:
    """What the tests of two rule files expect to be found."""
    for folder in ("REQUEST-941-APPLICATION-ATTACK-XSS", "REQUEST-942-APPLICATION-ATTACK-SQLI"):
        for file in sorted((CRS / "tests").rglob(f"{folder}/*.yaml"))[::3]:
            stages = (stage for test in read(file.read_text(), file.name) for stage in test.stages if stage.expected.ids)
            yield from (Sample(*received(octets(stage.sent))) for stage in stages)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    clock, notes = FakeClock(), Notes()
    watch = furnish(WafSettings(rules=(str(CRS),)), Store("sqlite:///:memory:"), clock, Protections(), matching=False)
    watch.guard._desk = Desk(clock, notes)
    watch.sites({"main": "detect"})
    assert watch.rulebook is not None
    assert not watch.rulebook.reload().faults
    for text in HARMLESS:
        target = "/guestbook?note=" + "".join(f"%{each:02x}" for each in text.encode())
        play(watch.guard, head(target.encode()))
    watch.attacks.keep([entry(each) for each in notes.judged if each.action])
    return watch.rulebook


def test_what_is_suggested_frees_the_harmless_and_no_attack(book: Rulebook) -> None:
    suggested = [each for found in book.suggestions("main") for each in found.exclusions]
    assert suggested
    assert {(each.variable, each.path) for each in suggested} == {("ARGS:note", "/guestbook")}
    replayed = book.measure(suggested, "main")
    assert replayed.requests == replayed.refused_before == len(replayed.freed) > 0
    samples = list(attacks())
    measured = book.measure(suggested, "main", samples)
    assert measured.requests > 200
    assert measured.refused_before > measured.requests // 2
    assert measured.freed == ()
    broad = book.measure([Exclusion(rule_id=each.rule_id) for each in suggested], "main", samples)
    assert broad.freed, "leaving rules out everywhere lets attacks through"

"""Our own rules: each finds the attacks that its tests name and leaves their harmless likenesses alone; none costs much."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from routerd.waf.engine import RuleSet, compiled
from routerd.waf.ftw.reader import read
from routerd.waf.ftw.running import run
from routerd.waf.ftw.tests import Test
from routerd.waf.gate.matchers import Matchers
from routerd.waf.loading import BUILTIN, Changes, build, gather, load
from routerd.waf.loading import read as parsed
from routerd.waf.request import Request

CASES = Path(__file__).parent / "cases"
RULES = Path(__file__).parents[3] / "rules"
NOW = 1_790_000_000.0
DETECTING = Changes(after="SecRuleEngine DetectionOnly")
SETTING = {1_110_000}
"""Rules that only set something."""

MOST_MS = 150
LENGTH = 120_000
BITS = (
    "a",
    "'",
    "<",
    "(",
    " or 1",
    "../",
    "{{",
    "${",
    ";",
    " ",
    "union ",
    "select(",
    "/*",
    "--",
    "<script>",
    "<a onx=",
    "javascript:",
    "\\",
    "`",
)


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    found, faults = load([Path("builtin")], detect=True)
    assert not faults
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tests() -> Sequence[Test]:
    return [test for file in sorted(CASES.glob("*.yaml")) for test in read(file.read_text(encoding="utf-8"), file.name)]


def own(rules: RuleSet) -> set[int]:
    return {rule for rule in rules.rules if rule >= 1_000_000} - SETTING


def test_every_test_passes(rules: RuleSet, tests: Sequence[Test]) -> None:
    assert {test.name: outcome.wrong for test in tests if (outcome := run(rules, test, NOW)).wrong} == {}


def test_every_rule_has_attacks_that_it_finds_and_likenesses_that_it_leaves_alone(rules: RuleSet, tests: Sequence[Test]) -> None:
    found = Counter(test.rule for test in tests for stage in test.stages if test.rule in stage.expected.ids)
    left = Counter(test.rule for test in tests for stage in test.stages if test.rule in stage.expected.not_ids)
    assert own(rules) == set(found) == set(left)


def test_every_rule_says_what_it_found_and_of_what_kind(rules: RuleSet) -> None:
    for number in own(rules):
        meta = rules.rules[number].meta
        assert meta.message_text
        assert meta.severity is not None
        assert any(tag.startswith("attack-") for tag in meta.tag_texts), number


def test_ids_are_those_that_the_guide_names() -> None:
    text = (RULES.parent / "docs" / "waf.md").read_text(encoding="utf-8")
    named = {(int(low.replace(",", "")), int(high.replace(",", ""))) for low, high in re.findall(r"([\d,]{9}) to ([\d,]{9})", text)}
    files = {
        file.name: [int(each) for each in re.findall(r"\bid:(\d+)", file.read_text(encoding="utf-8"))]
        for file in RULES.glob("waf-[0-9]*.conf")
    }
    assert all(any(low <= min(ids) and max(ids) <= high for low, high in named) for ids in files.values())
    assert all(f"`{name}`" in text for name in files)


def test_rules_match_alike_whichever_gate_looks_first(tests: Sequence[Test]) -> None:
    scanned, every = with_gate(Matchers()), with_gate(None)
    assert every.gate is None
    assert {test.name: one for test in tests if (one := run(scanned, test, NOW).ids) != run(every, test, NOW).ids} == {}


def with_gate(matchers: Matchers | None) -> RuleSet:
    gathered, faults = gather([BUILTIN])
    found, faults = build(gathered, parsed(gathered, faults), faults, DETECTING, compile_=partial(compiled, matchers=matchers))
    assert not faults
    assert found is not None
    return found


@pytest.mark.parametrize("bit", BITS)
def test_no_value_costs_much(rules: RuleSet, bit: str) -> None:
    value = (bit * (LENGTH // len(bit))).encode()
    body = b'{"a":"' + value.replace(b"\\", b"\\\\") + b'"}'
    begun = time.process_time()
    transaction = rules.begin(Request(b"POST", b"/", headers=((b"Host", b"a"), (b"Content-Type", b"application/json"))), NOW)
    transaction.headers()
    transaction.body(body[:131_000])
    # Three times the aim: other tests share the processor's caches.
    assert (time.process_time() - begun) * 1000 < 3 * MOST_MS

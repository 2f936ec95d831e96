"""The regression tests of the OWASP CRS, all of them, by the engine alone; and that it makes no difference which matcher looks first."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from routerd.waf.budget import Budget
from routerd.waf.engine import RuleSet, compiled
from routerd.waf.ftw.reader import read
from routerd.waf.ftw.running import Outcome, run
from routerd.waf.ftw.tests import Test
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.matchers import PLAIN, Matchers
from routerd.waf.gate.needs import Need
from routerd.waf.loading import Changes, build, gather
from routerd.waf.loading import read as parsed
from routerd.waf.regex import Pattern

HERE = Path(__file__).parent / "crs"
CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[3] / "shared" / "data" / "crs-4.29")
KNOWN: dict[str, str] = tomllib.loads((HERE / "known.toml").read_text())
NOW = 1_790_000_000.0
RE_MOST = 2_048
"""Octets of values that `re` is asked about: it takes seconds for longer ones, and does not look beyond 8,192 at all."""
LEAST_PASSED = 5030
"""Of those in ``*.yaml``, which are the tests of the rules; ``*.yml`` holds tests of exclusions."""

UNBOUND = Budget(cost_most=10**15)
"""Asking every operator costs more than any request may."""

pytestmark = pytest.mark.skipif(not CRS.is_dir(), reason="needs the rules and tests of the OWASP CRS: CRS_DIR says where they are")


class Watching:
    """A gate that remembers what it was asked."""

    def __init__(self, gate: Gate) -> None:
        self.kind, self.ejected, self.gate = gate.kind, gate.ejected, gate
        self.values: dict[bytes, int] = {}

    def mask(self, value: bytes) -> int:
        return self.masks([value])[0]

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        found = self.gate.masks(values, wanted)
        for value in values:
            self.values[value] = self.values.get(value, 0) | wanted
        return found


class Watched(Matchers):
    """Makes such a gate, and says what of."""

    def gate(self, groups: Sequence[Mapping[int, Need]], silent: int = 0) -> Gate:
        self.groups, self.silent, self.made = groups, silent, Watching(super().gate(groups, silent))
        return self.made


@pytest.fixture(scope="module")
def stories() -> Sequence[Test]:
    files = sorted((CRS / "tests").rglob("*.y*ml"))
    return [test for file in files for test in read(file.read_text(), str(file.relative_to(CRS)))]


@pytest.fixture(scope="module")
def matchers() -> Watched:
    return Watched()


@pytest.fixture(scope="module")
def outcomes(stories: Sequence[Test], matchers: Watched) -> Sequence[Outcome]:
    rules = crs(matchers)
    return [run(rules, test, NOW) for test in stories]


def crs(matchers: Matchers | None) -> RuleSet:
    gathered, faults = gather([str(HERE / "setup.conf"), str(CRS)])
    source = parsed(gathered, faults)
    changes = Changes(after="SecRuleEngine DetectionOnly")
    rules, faults = build(gathered, source, faults, changes, compile_=partial(compiled, matchers=matchers, budget=UNBOUND))
    assert not faults
    assert rules is not None
    return rules


def test_all_but_the_known_ones_pass_and_the_known_ones_fail(outcomes: Sequence[Outcome]) -> None:
    failed = {outcome.test.name: outcome.wrong for outcome in outcomes if outcome.wrong}
    assert {name: wrong for name, wrong in failed.items() if name not in KNOWN} == {}
    assert failed.keys() == KNOWN.keys()


def test_enough_of_them_pass(outcomes: Sequence[Outcome]) -> None:
    passed = [outcome for outcome in outcomes if outcome.test.file.endswith(".yaml") and not outcome.wrong]
    assert len(passed) >= LEAST_PASSED


def test_rules_match_alike_when_every_operator_is_asked(outcomes: Sequence[Outcome]) -> None:
    rules = crs(None)
    assert rules.gate is None
    different = {each.test.name: each.ids for each in outcomes if run(rules, each.test, NOW).ids != each.ids}
    assert different == {}


def test_literals_let_everything_through_that_is_matched(outcomes: Sequence[Outcome], matchers: Watched) -> None:
    assert outcomes
    literals = PLAIN.gate(matchers.groups, matchers.silent)
    needs = {number: need for group in matchers.groups for number, need in group.items()}
    exact = {number: need.exact() for number, need in needs.items()}
    seen = matchers.made.values
    values = list(seen)
    assert len(values) > 5_000
    lost = [
        (needs[number].key[:60], value)
        for value, first, second in zip(values, matchers.made.gate.masks(values), literals.masks(values), strict=True)
        for number in bits(first & ~second & seen[value])
        if exact[number](value) is not None
    ]
    assert lost == []


def test_without_re2_the_same_values_match(outcomes: Sequence[Outcome], matchers: Watched) -> None:
    assert outcomes
    literals = PLAIN.gate(matchers.groups, matchers.silent)
    needs = {number: need for group in matchers.groups for number, need in group.items() if need.key.startswith(b"rx\0")}
    exact = {number: need.exact() for number, need in needs.items()}
    slow = {number: Pattern(need.key[3:].decode("utf-8", "surrogateescape"), linear=False) for number, need in needs.items()}
    seen = matchers.made.values
    different = [
        (needs[number].key[:60], value)
        for value, mask in zip(seen, literals.masks(list(seen)), strict=True)
        for number in bits(mask & seen[value])
        if number in slow and len(value) <= RE_MOST and (slow[number].search(value) is None) != (exact[number](value) is None)
    ]
    assert different == []


def bits(mask: int) -> list[int]:
    return [number for number in range(mask.bit_length()) if mask >> number & 1]

"""What is said of the tests of the OWASP CRS that come out otherwise through the edge."""

import re
import tomllib

from routerd.waf.ftw.tests import Expected, Test
from tests.proof.box import ROOT
from tests.proof.ftw import KNOWN, wrong

TEST = Test(920100, 1, "x.yaml")


def test_the_guide_names_exactly_those_that_are_known() -> None:
    text = (ROOT / "docs" / "waf.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| (\d{6}-\d+) \|", text, re.MULTILINE)) == set(tomllib.loads(KNOWN.read_text(encoding="utf-8")))


def test_a_stage_is_judged_by_rule_ids() -> None:
    assert wrong(Expected(ids=(1,), not_ids=(2,)), TEST, {1, 3}) == []
    assert wrong(Expected(ids=(1,), not_ids=(2,)), TEST, {2}) == ["rule 1 did not match", "rule 2 matched"]
    assert wrong(Expected(ids=(1,), alone=True), TEST, {1, 2}) == ["not one rule matched but [1, 2]"]


def test_log_lines_count_by_the_rule_that_they_are_of() -> None:
    any_line = r'\[id "\d+"\]'
    assert wrong(Expected(pattern=any_line), TEST, {5}) == []
    assert wrong(Expected(pattern=any_line), TEST, set()) != []
    assert wrong(Expected(not_pattern=any_line), TEST, {5}) != []
    assert wrong(Expected(pattern="found within ARGS"), TEST, {920100}) == []
    assert wrong(Expected(pattern="found within ARGS"), TEST, {5}) != []
    assert wrong(Expected(pattern="Multipart parsing error"), TEST, {200002}) == []

"""The regression tests of the OWASP CRS, all of them, by the engine alone."""

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from routerd.waf.ftw.reader import read
from routerd.waf.ftw.running import Outcome, run
from routerd.waf.loading import load

HERE = Path(__file__).parent / "crs"
CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[3] / "shared" / "data" / "crs-4.29")
KNOWN: dict[str, str] = tomllib.loads((HERE / "known.toml").read_text())
NOW = 1_790_000_000.0
LEAST_PASSED = 5030
"""Of those in ``*.yaml``, which are the tests of the rules; ``*.yml`` holds tests of exclusions."""

pytestmark = pytest.mark.skipif(not CRS.is_dir(), reason="needs the rules and tests of the OWASP CRS: CRS_DIR says where they are")


@pytest.fixture(scope="module")
def outcomes() -> Sequence[Outcome]:
    rules, faults = load([HERE / "setup.conf", CRS], detect=True)
    assert not faults
    assert rules is not None
    files = sorted((CRS / "tests").rglob("*.y*ml"))
    return [run(rules, test, NOW) for file in files for test in read(file.read_text(), str(file.relative_to(CRS)))]


def test_all_but_the_known_ones_pass_and_the_known_ones_fail(outcomes: Sequence[Outcome]) -> None:
    failed = {outcome.test.name: outcome.wrong for outcome in outcomes if outcome.wrong}
    assert {name: wrong for name, wrong in failed.items() if name not in KNOWN} == {}
    assert failed.keys() == KNOWN.keys()


def test_enough_of_them_pass(outcomes: Sequence[Outcome]) -> None:
    passed = [outcome for outcome in outcomes if outcome.test.file.endswith(".yaml") and not outcome.wrong]
    assert len(passed) >= LEAST_PASSED

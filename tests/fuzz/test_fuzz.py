"""A short run of each target with one seed, so that what is fuzzed stays fuzzable; `make fuzz` runs them for long."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import NAMES

RUNS = 1_500
SEED = 1
LONGEST_S = 120

pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_a_short_run(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--runs", str(RUNS), "--seed", str(SEED), "--keep", str(tmp_path), name]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_S, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_target_that_is_named_is_there() -> None:
    targets = (Path(__file__).parent / "targets.py").read_text(encoding="utf-8")
    assert all(f'"{name}":' in targets for name in NAMES)

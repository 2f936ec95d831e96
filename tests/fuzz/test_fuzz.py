"""A short run of each target with one seed, so that what is fuzzed stays fuzzable; `make fuzz` runs them for long."""

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fuzz.__main__ import NAMES

RUNS = 800
SEED = 1
AT_ONCE = 3
LONGEST_S = 120

pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")


def test_nothing_is_found_in_a_short_run(tmp_path: Path) -> None:
    def run(name: str) -> str:
        command = [sys.executable, "-m", "tests.fuzz", "--runs", str(RUNS), "--seed", str(SEED), "--keep", str(tmp_path), name]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_S, cwd=Path(__file__).parents[2])
        return done.stdout + done.stderr if done.returncode else ""

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert "".join(threads.map(run, NAMES)) == ""


def test_every_target_that_is_named_is_there() -> None:
    targets = (Path(__file__).parent / "targets.py").read_text(encoding="utf-8")
    assert all(f'"{name}":' in targets for name in NAMES)

"""The programs beside the daemon as they are started, and what they load: nothing of the daemon's, and not scapy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from routerd.core.clock import SystemClock
from routerd.core.errors import BadInput
from routerd.kernel.asides import NAMES, Aside, Asides
from routerd.sheets.card import Card, Heading
from routerd.sheets.printer import PAPERS, Printer
from routerd.verification.numbers import Numbers
from routerd.waf.gate import order, scanner
from routerd.waf.gate.matchers import named
from routerd.waf.gate.needs import need_of
from routerd.waf.gate.sealed import opened

OWN = ("routerd.asides", "routerd.core.frames", "routerd.sheets.card", "routerd.sheets.codes")
ENGINE = (*OWN, "routerd.waf")

LOADED = """
import json, runpy, sys
sys.stdin.close()
runpy.run_module("routerd.asides." + sys.argv[1], run_name="loaded")
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def asides():
    made = Asides(SystemClock())
    yield made
    made.stop()


def test_numbers_are_judged(asides) -> None:
    numbers = Numbers(asides.numbers)
    assert numbers.normalised("0171 1234567", "DE", ("DE",)) == "+491711234567"
    with pytest.raises(BadInput, match="mobile numbers only"):
        numbers.normalised("030 1234567", "DE", ("DE",))
    assert numbers.calling_codes()["TH"] == 66


@pytest.mark.parametrize("paper", PAPERS)
def test_vouchers_are_printed(asides, paper) -> None:
    cards = [Card(f"guest{number}", "pass", single=False, url="http://192.168.88.1/", lines=("1 day",)) for number in range(60)]
    told: list[int] = []
    printed = Printer(asides.sheets).print(paper, Heading("Café \U00013000"), cards, told.append)
    assert printed.content.startswith(b"%PDF")
    assert printed.missing == "\U00013000"
    assert {25, 50} <= set(told)


@pytest.mark.parametrize(("name", "own"), [*((name, OWN) for name in NAMES), ("matchers", ENGINE)])
def test_they_load_nothing_of_the_daemon_s(name, own) -> None:
    done = subprocess.run([sys.executable, "-I", "-c", LOADED, name], capture_output=True, text=True, check=True, timeout=60)
    loaded = json.loads(done.stdout)
    assert "scapy" not in loaded
    packages = {"routerd", "routerd.core", "routerd.sheets"}
    assert [module for module in loaded if module.startswith("routerd") and module not in packages and not module.startswith(own)] == []


@pytest.mark.skipif(not scanner.is_available(), reason="Hyperscan is not installed")
def test_matchers_are_made_by_one_that_gives_way() -> None:
    groups = [{0: need_of(b"rx\0union[0-9]"), 2: need_of(b"contains\0needle")}]
    maker = Aside("matchers", SystemClock())
    try:
        made = opened(named(groups), maker.ask(order.words(groups), wait_s=60).octets)
        assert made is not None
        assert [each.numbers for each in made.stored] == [(0, 2)]
        pid = maker.pid
        assert pid is not None
        assert os.getpriority(os.PRIO_PROCESS, pid) == 19
        assert Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "1000"
        maker.dismiss()
        assert maker.pid is None
    finally:
        maker.stop()

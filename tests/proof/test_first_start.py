"""A box that has never been started judges within seconds; the matchers that take longer to make follow, and are there the next time."""

from pathlib import Path

import pytest

from routerd.waf.gate import scanner
from tests.proof.box import ROOT, Box, asked
from tests.proof.recorder import Recorder

ATTACK = b"/?id=1%27%20union%20select%20password%20from%20users--"
SERVED_S = 10
"""Two on a machine that has nothing else to do."""


@pytest.mark.skipif(not scanner.is_available(), reason="Hyperscan is not installed")
def test_a_first_start_judges_at_once_and_faster_a_little_later(tmp_path: Path) -> None:
    with Recorder() as recorder:
        box = Box(tmp_path / "box", recorder.port, {"mode": "on", "rules": [str(ROOT / "rules" / "waf-60-sql.conf")]})
        try:
            assert box.start(settled=False) < SERVED_S
            first = box.waf()
            assert (asked(box.port, ATTACK), asked(box.port)) == (403, 200)
            assert (first["matcher"], first["making"]) == ("literals", True)
            box.settle()
            assert box.waf()["matcher"] == "hyperscan"
            assert (asked(box.port, ATTACK), asked(box.port)) == (403, 200)
            box.stop()
            box.start(settled=False)
            again = box.waf()
            assert (again["matcher"], again["making"], again["hash"]) == ("hyperscan", False, first["hash"])
            assert asked(box.port, ATTACK) == 403
        finally:
            box.stop()

"""What is off is not loaded."""

import subprocess
import sys

SCRIPT = """
import sys
from routerd.core.clock import SystemClock
from routerd.core.edge import WafSettings
from routerd.defence.building import Protections, furnish
from routerd.store.database import Store
from tests.defence.world import head

watch = furnish(WafSettings(mode="off"), Store("sqlite:///:memory:"), SystemClock(), Protections(), judging=False)
watch.sites({"main": "off"})
visit = watch.guard.begin(head(), "main")
visit.headers(), visit.body(b"", True), visit.response(200, ()), visit.response_body(b"", True), visit.done(200)
print([name for name in sys.modules if name.startswith("routerd.waf.")])
"""


def test_without_a_site_to_judge_the_engine_is_not_loaded() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"

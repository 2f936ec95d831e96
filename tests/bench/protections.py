"""What counters and bans take at their limits, and how long a browser's engine works on a challenge.

python -m tests.bench.protections; needs node for the last.
"""

import statistics
import subprocess
import time
from pathlib import Path

from routerd.bans.service import BANS_MOST, Bans
from routerd.cc import pages
from routerd.cc.model import NewRule
from routerd.cc.proof import PARTS
from routerd.cc.service import Counters
from routerd.cc.windows import COUNTERS_MOST
from routerd.core.clock import SystemClock
from routerd.core.protections import CcSettings, ScanGuardSettings
from routerd.core.ruling import Ruling
from routerd.scanguard.service import CLIENTS_MOST, Errors
from routerd.store.database import Store
from tests.cc.conftest import Bans as Remembered
from tests.cc.conftest import PlainSeal
from tests.fakes.request import FakeHead

RUNS = 25
BROWSER = """
const times = [];
function go(left) {
  if (!left) { console.log(times.join(" ")); return; }
  const begun = Date.now();
  const box = {dataset: {salt: "measured-salt-" + left, bits: "%d", parts: "%d", answer: ""}};
  const document = {getElementById: name => name === "work" ? box : {}};
  const location = {replace: () => { times.push(Date.now() - begun); go(left - 1); }};
  %s
}
go(%d);
"""


def heads(many: int) -> list[FakeHead]:
    """A request each of so many clients."""
    return [FakeHead(client=b"%d.%d.%d.%d" % (11, at >> 16, at >> 8 & 255, at & 255), target=b"/api/x?%d" % at) for at in range(many)]


def resident_mib() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) / 256


def filled(name: str, requests: list[FakeHead], ask) -> None:
    """Ask once for each client; print what that takes."""
    memory, begun = resident_mib(), time.process_time()
    for head in requests:
        ask(head)
    passed = (time.process_time() - begun) / len(requests) * 1e6
    print(f"{name}: {len(requests)} take {resident_mib() - memory:.0f} MiB, {passed:.1f} µs each")


def main() -> None:
    """Print the figures."""
    store, clock = Store("sqlite:///:memory:"), SystemClock()
    counters = Counters(store, clock, Remembered(), CcSettings(), PlainSeal())
    counters.create(NewRule("*", "/api", 1000, 60, 60, "block"))
    requests = heads(COUNTERS_MOST)
    filled("counters", requests, counters.seen)
    why, bans, errors = Ruling("block", "cc_1", "x", "cc"), Bans(store, clock), Errors(ScanGuardSettings(), clock, Remembered())
    filled("bans", requests[:BANS_MOST], lambda head: bans.ban(head.client, 600, why))
    filled("errors", requests[:CLIENTS_MOST], lambda head: errors.seen(head.client, 404))
    script = BROWSER % (CcSettings().difficulty, PARTS, pages.SCRIPT, RUNS)
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=True)
    times = sorted(map(int, done.stdout.split()))
    print(f"challenge: {times[0]} to {times[-1]} ms, median {statistics.median(times):.0f} ms, in {len(times)} runs")


if __name__ == "__main__":
    main()

"""(l) The web application firewall beside nginx with ModSecurity: the same rules, the same upstream, the same requests, in turns.

What counts is requests per second of processor time that the proxy used, whatever else the machine does meanwhile.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench import peer

KINDS = ("get", "get5", "form", "json243", "json11")
SCRIPT = Path(__file__).with_name("unseen.lua")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run of wrk showed.

    Attributes:
        per_cpu_s: requests for each second of processor time.
        p50_ms: latency that half of them did not exceed.
        p99_ms: that all but one of a hundred did not exceed.
        count: requests.
    """

    per_cpu_s: float
    p50_ms: float
    p99_ms: float
    count: int


def ask(port: int, pid: int, kind: str, seconds: float, seed: int, connections: int = 8) -> Asked:
    """Ask a proxy for some seconds; RuntimeError when it did not answer all with 200."""
    words = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", "-s", str(SCRIPT), f"http://127.0.0.1:{port}/"]
    before = peer.cpu_s(pid)
    told = subprocess.run([*words, "--", kind, str(seed)], check=True, capture_output=True, text=True).stdout
    used = peer.cpu_s(pid) - before
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{kind} at port {port}: {told}")
    count = int(found(r"(\d+) requests in", told))
    return Asked(count / used, _ms("50%", told), _ms("99%", told), count)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said nothing of {pattern}: {text}")
    return match.group(1)


def _ms(which: str, text: str) -> float:
    number, unit = re.search(rf"{which}\s+([\d.]+)(us|ms|s|m)\b", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]

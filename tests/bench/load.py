"""HTTP load from inside a namespace, by wrk; the same for routerd and for what it is compared to."""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.namespace import Namespace

CONNECTIONS = 8
"""As many as the servers have threads."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk reports."""

    per_second: float
    octets_each: float
    p50_ms: float


def wrk(
    where: Namespace, url: str, seconds: int, *, headers: Sequence[str] = (), post: object = None, connections: int = CONNECTIONS
) -> Load:
    """Requests a second over so many connections.

    Args:
        where: namespace to ask from.
        url: what to ask for.
        seconds: how long.
        headers: further request headers.
        post: sent as JSON with each request; None: GET.
        connections: at once.

    Raises:
        RuntimeError: an answer was an error, or none came.
    """
    words = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency"]
    for header in headers:
        words += ["-H", header]
    with tempfile.TemporaryDirectory() as directory:
        if post is not None:
            script = Path(directory) / "post.lua"
            kind = 'wrk.headers["Content-Type"] = "application/json"'
            script.write_text(f'wrk.method = "POST"\n{kind}\nwrk.body = [[{json.dumps(post)}]]\n', encoding="utf-8")
            words += ["-s", str(script)]
        told = where.run(*words, url, timeout=seconds + 20).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{url}: {told}")
    count = int(_found(r"(\d+) requests in", told))
    return Load(float(_found(r"Requests/sec:\s*([\d.]+)", told)), _octets(told) / max(1, count), _half(told))


def _half(text: str) -> float:
    match = re.search(r"50%\s+([\d.]+)(us|ms|s)\b", text)
    return float(match.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[match.group(2)] if match else float("nan")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said nothing of {pattern}: {text}")
    return match.group(1)


def _octets(text: str) -> float:
    match = re.search(r"requests in [\d.]+\w+, ([\d.]+)([KMG]?)B read", text)
    return float(match.group(1)) * 1024 ** " KMG".index(match.group(2) or " ") if match else 0

"""(a) What passing through the gateway costs: small datagrams and TCP, with 1, 1,000 and 10,000 sessions, beside plain forwarding.

Four labs of one plan stand at the same time: three with routerd and the given number of open sessions, and one that only masquerades.
Each round measures all four one after the other, so that a change of the machine's mood meets all of them; ratios are taken within a
round, and their median is the figure.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from tests.bench import traffic
from tests.bench.figures import Figure, median, spread
from tests.bench.site import plain_site, site
from tests.lab.namespace import Namespace
from tests.lab.network import Lab

SESSIONS = (1, 1_000, 10_000)
ROUNDS = 7
SMALL_S = 0.6
TCP_S = 1
PLAIN, MOST, LEAST = "plain", "10000", "1"

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Path:
    """One lab's way between a guest and the outside."""

    name: str
    guest: Namespace
    lab: Lab

    def kinds(self) -> dict[str, Measure]:
        """What is measured on it, by name."""
        up, down = traffic.upward(self.guest, 4000), traffic.downward(self.guest, self.lab.net, 4001)
        return {
            "small UDP up, kpps": partial(traffic.small_packets, up, self.lab.net, SMALL_S),
            "small UDP down, kpps": partial(traffic.small_packets, down, self.guest, SMALL_S),
            "MTU TCP up, Gbit/s": partial(self._tcp, offload=False, down=False),
            "MTU TCP down, Gbit/s": partial(self._tcp, offload=False, down=True),
            "GSO TCP up, Gbit/s": partial(self._tcp, offload=True, down=False),
            "GSO TCP down, Gbit/s": partial(self._tcp, offload=True, down=True),
        }

    def offload(self, on: bool) -> None:
        """For every interface on the way."""
        traffic.offload({self.guest: ("eth0",), self.lab.gw: ("guest0", "guest0p1", "wan0"), self.lab.net: ("eth0",)}, on)

    def _tcp(self, *, offload: bool, down: bool) -> float:
        return traffic.tcp_gbit(self.guest, TCP_S, down=down)


def run() -> list[Figure]:
    """The figures."""
    home = os.sched_getaffinity(0)
    with _paths() as paths:
        os.sched_setaffinity(0, {traffic.RECEIVER})
        try:
            return _figures(_measure(paths))
        finally:
            os.sched_setaffinity(0, home)


@contextlib.contextmanager
def _paths() -> Iterator[list[Path]]:
    with ExitStack() as stack:
        paths = []
        for sessions in SESSIONS:
            here = stack.enter_context(site(online=sessions - 1))
            here.sign_in(here.devices[0], download_limit=9_000_000, upload_limit=9_000_000)
            paths.append(Path(str(sessions), here.devices[0].where, here.lab))
        plain = stack.enter_context(plain_site())
        paths.append(Path(PLAIN, plain.guests["main"][0], plain))
        for path in paths:
            traffic.prepare(path.guest)
            traffic.prepare(path.lab.net)
            traffic.iperf_server(path.lab.net)
        yield paths


def _measure(paths: Sequence[Path]) -> dict[str, dict[str, list[float]]]:
    """Kind to path to a value of each round."""
    kinds = {path.name: path.kinds() for path in paths}
    found: dict[str, dict[str, list[float]]] = {kind: {path.name: [] for path in paths} for kind in kinds[PLAIN]}
    for part in ("small", "MTU", "GSO"):
        for path in paths:
            path.offload(part == "GSO")
        for number in range(ROUNDS):
            for kind in [kind for kind in found if kind.startswith(part)]:
                for path in paths[:: 1 if number % 2 else -1]:
                    found[kind][path.name].append(kinds[path.name][kind]())
    return found


def _figures(found: dict[str, dict[str, list[float]]]) -> list[Figure]:
    figures = []
    for kind, by_path in found.items():
        what, _, unit = kind.rpartition(", ")
        for sessions in map(str, SESSIONS):
            aim = 0.90 if sessions == MOST else None
            figures.append(
                _figure(
                    f"{what}, {int(sessions):,} session{'s' if sessions != LEAST else ''}",
                    unit,
                    by_path[sessions],
                    by_path[PLAIN],
                    PLAIN,
                    aim,
                )
            )
        figures.append(_figure(f"{what}, 10,000 sessions against 1", unit, by_path[MOST], by_path[LEAST], "1 session", 0.95))
    return figures


def _figure(name: str, unit: str, ours: list[float], theirs: list[float], peer: str, least: float | None) -> Figure:
    """The median of the rounds' ratios, shown with the peer's median."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    beside = median(theirs)
    return Figure(name, median(ratios) * beside, unit, beside, peer, least=least, note=f"ratios {spread(ratios, 2)}")

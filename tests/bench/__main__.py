"""Runs the benchmarks that are named, or all, and prints their figures as one table.

python -m tests.bench [--json FILE] [NAME …]
"""

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import api, browsing, capture, ending, engine, footprint, forwarding, limits, page, relay, signin, tunnel, waf, waf_cost
from tests.bench.figures import Figure, load_average, machine, table

Bench = tuple[str, Callable[[], list[Figure]]]

CATALOGUE: tuple[Bench, ...] = (
    ("forwarding", forwarding.run),
    ("signin", signin.run),
    ("api", api.run),
    ("limits", limits.run),
    ("ending", ending.run),
    ("footprint", footprint.run),
    ("capture", capture.run),
    ("tunnel", tunnel.run),
    ("relay", relay.run),
    ("browsing", browsing.run),
    ("page", page.run),
    ("engine", engine.run),
    ("waf-cost", waf_cost.run),
    ("waf", waf.run),
)


def main() -> int:
    """0 when every figure was taken, whether or not it meets its aim; 1 when a benchmark failed to run."""
    names = [name for name, _ in CATALOGUE]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Benchmarks of routerd; needs root.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}; all unless given")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(names)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if os.geteuid() != 0:
        parser.error("benchmarks need root, for network namespaces")
    chosen = [bench for bench in CATALOGUE if not arguments.names or bench[0] in arguments.names]
    return _run(chosen, arguments.json)


def _run(chosen: list[Bench], path: Path | None) -> int:
    figures: list[Figure] = []
    failed = []
    print(machine(), flush=True)
    for name, run in chosen:
        begun, load = time.monotonic(), load_average()
        try:
            found = run()
        except Exception as error:  # noqa: BLE001 - one that fails must not cost the others their figures
            failed.append(name)
            print(f"{name}: failed: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        print(f"\n{name}: {time.monotonic() - begun:.0f} s, load average before {load:.2f}\n\n{table(found)}", flush=True)
        figures += found
    _sum_up(figures)
    if path is not None:
        path.write_text(json.dumps([dataclasses.asdict(figure) for figure in figures], indent=1), encoding="utf-8")
    return 1 if failed else 0


def _sum_up(figures: list[Figure]) -> None:
    aims = [figure for figure in figures if figure.met is not None]
    missed = [figure for figure in aims if not figure.met]
    print(f"\n{len(aims) - len(missed)} of {len(aims)} aims met")
    for figure in missed:
        print(f"  missed: {figure.name}: ratio {figure.ratio:.3f}, aim {figure.aim}")


if __name__ == "__main__":
    sys.exit(main())

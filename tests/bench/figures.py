"""What a benchmark found, as ratios to a peer or a limit of the same run, and the machine that it was found on.

Every figure has something beside it: another program measured in the same run, or the most (or least) that is allowed. The table
shows the ratio of the two, and says plainly which figures fall short.
"""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One finding.

    Attributes:
        name: what was measured, and in which circumstances.
        value: what routerd did.
        unit: of `value` and of `beside`.
        beside: what the peer did, or the limit.
        peer: whose figure `beside` is; "aim" when it is a limit rather than a measurement.
        least: smallest ratio of `value` to `beside` that meets the aim; None when more is not asked for.
        most: largest ratio that does.
        note: spread, counts, whatever explains the figure.
    """

    name: str
    value: float
    unit: str
    beside: float
    peer: str
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.beside if self.beside else float("nan")

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None when the figure has none."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)

    @property
    def aim(self) -> str:
        """The aim as the table shows it."""
        bounds = [f"≥ {self.least:g}"] if self.least is not None else []
        return " and ".join([*bounds, *([f"≤ {self.most:g}"] if self.most is not None else [])])


def at_most(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """A figure that must not exceed a fixed limit."""
    return Figure(name, value, unit, limit, "aim", most=1, note=note)


def at_least(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """A figure that must reach a fixed limit."""
    return Figure(name, value, unit, limit, "aim", least=1, note=note)


def median(values: Sequence[float]) -> float:
    """Their middle."""
    return float(statistics.median(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many per cent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Least and greatest, for a note."""
    return f"{min(values):.{digits}f}–{max(values):.{digits}f} of {len(values)}"


def number(value: float) -> str:
    """Three or four significant digits, thousands set apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


HEAD = ("figure", "routerd", "beside it", "ratio", "aim", "met", "note")


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table, misses marked as such."""
    rows = [HEAD, *map(_row, figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "**no**", None: ""}[figure.met]
    beside = f"{number(figure.beside)} {figure.unit} ({figure.peer})"
    return (figure.name, f"{number(figure.value)} {figure.unit}", beside, f"{figure.ratio:.3f}", figure.aim, met, figure.note)


def machine() -> str:
    """Kernel, processor and memory, in one line."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    python = platform.python_version()
    return f"Linux {platform.release()}, {os.cpu_count()} × {cpu}, {memory / 1024**2:.0f} GiB, Python {python}"


def load_average() -> float:
    """Of the last minute: what else this machine was doing."""
    return os.getloadavg()[0]


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()

"""How much of the OWASP CRS's own tests our small rule set covers: attacks refused, and harmless requests refused wrongly.

python -m tests.waf.rules.share [--show]
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from routerd.waf.ftw.reader import read
from routerd.waf.ftw.running import play
from routerd.waf.ftw.tests import Stage, Test
from routerd.waf.loading import load

CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[4] / "shared" / "data" / "crs-4.29")
NOW = 1_790_000_000.0
ATTACKS = range(913, 945)
"""Families of rules that are about attacks; those of the protocol are about much that is merely unusual."""


def stages(first_level: set[int]) -> Iterator[tuple[Test, Stage]]:
    """The stages of tests of rules of paranoia level 1."""
    for file in sorted((CRS / "tests").rglob("*.yaml")):
        for test in read(file.read_text(encoding="utf-8"), str(file.relative_to(CRS))):
            if test.rule in first_level and test.rule // 1000 in ATTACKS and test.rule // 1000 != 920:
                yield from ((test, stage) for stage in test.stages)


def main() -> int:
    """Print shares by family."""
    parser = argparse.ArgumentParser(prog="python -m tests.waf.rules.share", description=__doc__)
    parser.add_argument("--show", action="store_true", help="name the tests that come out otherwise than one would wish")
    show = parser.parse_args().show
    own, faults = load([Path("builtin")])
    theirs, _ = load([CRS])
    if own is None or theirs is None:
        print(*faults, sep="\n", file=sys.stderr)
        return 2
    level = {
        link.id for link in theirs.rules.values() if b"paranoia-level/1" in link.meta.tag_texts or "paranoia-level/1" in link.meta.tag_texts
    }
    total, refused = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for test, stage in stages(level):
        kind = "attacks" if stage.expected.ids or "id" in stage.expected.pattern else "harmless"
        transaction = play(own, stage.sent, NOW)
        hit = transaction.verdict is not None
        total[test.rule // 1000, kind] += 1
        refused[test.rule // 1000, kind] += hit
        if show and hit != (kind == "attacks"):
            rule = transaction.verdict.rule if transaction.verdict else 0
            print(
                kind,
                test.name,
                rule,
                stage.sent.target[:200],
                stage.sent.headers if rule else "",
                stage.sent.data[:200],
                test.description[:60],
            )
    for kind in ("attacks", "harmless"):
        parts = ", ".join(f"{family} {refused[family, kind]}/{total[family, kind]}" for family in sorted({each for each, _ in total}))
        count, all_ = (sum(each[key] for key in each if key[1] == kind) for each in (refused, total))
        print(f"{kind} refused: {count} of {all_} ({100 * count / all_:.1f} %): {parts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

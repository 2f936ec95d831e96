"""Fuzz one target or all.

python -m tests.fuzz [--runs N] [--seed N] [--keep DIRECTORY] [TARGET …]

Each target runs in a process of its own. Exit status 1 when one raised; the input is then below DIRECTORY.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"
NAMES = ("http", "urlencoded", "multipart", "json", "xml", "seclang", "regex", "transformations", "engine")
LONGEST = 4_096
INPUT_S = 25
"""One input that takes longer is a fault."""


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Coverage-guided fuzzing by atheris.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all unless given")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same inputs")
    parser.add_argument("--keep", type=Path, default=Path("fuzz"), help="where inputs that were found are kept")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        return _fuzz(arguments.one)
    if unknown := set(arguments.targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    found = [name for name in arguments.targets or NAMES if not _started(name, arguments)]
    print(f"{arguments.runs} runs of each; raised: {', '.join(found) or 'none'}")
    return 1 if found else 0


def _started(name: str, arguments: argparse.Namespace) -> bool:
    """Whether a target's process ended well."""
    with tempfile.TemporaryDirectory() as corpus:
        for seed in (SEEDS / name).glob("*"):
            Path(corpus, seed.name).write_bytes(seed.read_bytes())
        arguments.keep.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fuzz", "--one", name]
        told = [
            f"-runs={arguments.runs}",
            f"-seed={arguments.seed}",
            f"-max_len={LONGEST}",
            f"-timeout={INPUT_S}",
            f"-artifact_prefix={arguments.keep}/{name}-",
        ]
        done = subprocess.run([*command, "--", *told, corpus], check=False, capture_output=True, text=True)
    last = [line for line in done.stderr.splitlines() if "cov:" in line][-1:]
    print(f"{name}: {last[0].strip() if last else ''}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
    return done.returncode == 0


def _fuzz(name: str) -> int:
    import atheris  # noqa: PLC0415 - only the processes that fuzz need it

    with atheris.instrument_imports(include=["routerd.waf", "routerd.edge.http1", "routerd.edge.fields"], enable_loader_override=False):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - what it imports is to be instrumented

    words = sys.argv[sys.argv.index("--") + 1 :]
    atheris.Setup([sys.argv[0], *words], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs a program to its end: `nft` for whole rulesets, which are text, once at a start. Long-lived programs are `kernel.children`.

Nothing that happens for each guest or each packet may come here: a fork of this process costs milliseconds.
"""

import subprocess
from collections.abc import Sequence

from routerd.core.errors import Unavailable
from routerd.kernel.children import find_program

NFT_PACKAGE = "nftables"
WAIT_S = 10
"""A ruleset loads in milliseconds; a program that takes longer hangs, and the start must not hang with it."""


def run(argv: Sequence[str], text: str = "") -> str:
    """Run a program.

    Args:
        argv: absolute path and arguments.
        text: its standard input.

    Returns:
        Its standard output.

    Raises:
        Unavailable: it could not be started, took too long, or failed; the message has what it wrote to stderr.
    """
    try:
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=WAIT_S, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{argv[0]}: {error}") from error
    if done.returncode:
        raise Unavailable(f"{argv[0]} failed ({done.returncode}): {done.stderr.strip()[:2000]}")
    return done.stdout


def nft(*words: str, text: str = "") -> str:
    """Run nft.

    Raises:
        Misconfigured: it is not installed.
        Unavailable: it failed.
    """
    return run([find_program("nft", NFT_PACKAGE), *words], text)

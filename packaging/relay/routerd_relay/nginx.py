"""Telling nginx of new names, in two halves: whoever changes the maps asks; root's `routerd-relay reload` answers.

A box's session runs as an account that may not signal nginx. It writes what it wants into a file that systemd watches, and waits until
the reload that follows has put the old workers out of service: then the old name is a 404 for everybody.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from routerd_relay.settings import Settings, Wrong

WANTED, APPLIED = "wanted", "applied"
WAIT_S = 5.0
LOOK_S = 0.01


def ask(settings: Settings) -> None:
    """Have nginx read its maps again, and wait for it.

    Raises:
        Wrong: nothing happened in time.
    """
    mine = time.time_ns()
    (settings.state / WANTED).write_text(f"{mine}\n", encoding="ascii")
    until = time.monotonic() + WAIT_S
    while _number(settings.run / APPLIED) < mine:
        if time.monotonic() > until:
            raise Wrong("nginx was not reloaded: is routerd-relay-reload.path running?")
        time.sleep(LOOK_S)


def reload(settings: Settings) -> None:
    """Reload nginx for everybody who has asked until now; root only.

    Raises:
        Wrong: nginx does not run.
    """
    wanted = _number(settings.state / WANTED)
    try:
        master = int(settings.nginx_pid.read_text(encoding="ascii"))
        before = _workers(master)
        os.kill(master, signal.SIGHUP)
    except (OSError, ValueError) as error:
        raise Wrong(f"nginx does not run: {error}") from error
    until = time.monotonic() + WAIT_S
    while not _replaced(master, before) and time.monotonic() < until:
        time.sleep(LOOK_S)
    (settings.run / APPLIED).write_text(f"{wanted}\n", encoding="ascii")


def _replaced(master: int, before: set[int]) -> bool:
    now = _workers(master)
    return bool(now - before) and not now & before


def _workers(master: int) -> set[int]:
    """Workers that take connections; one that is shutting down says so in its title."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    return {int(pid) for pid in children if _title(pid) == "nginx: worker process"}


def _title(pid: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").strip().decode("ascii", errors="replace")
    return ""


def _number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0

"""Live connections: which sshd process asked about which key, and ending them. Removing a key alone does not end a session."""

import contextlib
import os
import signal
import time
from pathlib import Path

from routerd_relay.settings import Settings

PROC = Path("/proc")
GRACE_S = 0.3


def connections(settings: Settings, fingerprint: str) -> list[int]:
    """The sshd processes whose clients offered this key; what is noted of processes that are gone is forgotten on the way."""
    found = []
    for note in (settings.run / "asked").iterdir():
        pid = int(note.name) if note.name.isdigit() else 0
        if not pid or not _is_sshd(pid):
            note.unlink(missing_ok=True)
        elif note.read_text(encoding="ascii").strip() == fingerprint:
            found.append(pid)
    return found


def end(pids: list[int]) -> None:
    """End connections: sshd's monitor takes its unprivileged half along."""
    children = [child for pid in pids for child in _children(pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        left = [pid for pid in (*pids, *children) if _is_sshd(pid)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + GRACE_S
        while any(_is_sshd(pid) for pid in left) and time.monotonic() < until:
            time.sleep(0.01)


def listening() -> set[str]:
    """Loopback addresses that a box holds right now."""
    found = set()
    for row in (PROC / "net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = row.split()
        address, port = words[1].split(":")
        if words[3] == "0A" and int(port, 16) == 8080:
            found.add(".".join(str(octet) for octet in reversed(bytes.fromhex(address))))
    return found


def _is_sshd(pid: int) -> bool:
    try:
        return (PROC / str(pid) / "comm").read_text(encoding="ascii").strip() == "sshd" and _state(pid) != "Z"
    except OSError:
        return False


def _state(pid: int) -> str:
    return (PROC / str(pid) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in (PROC / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii").split()]
    return []

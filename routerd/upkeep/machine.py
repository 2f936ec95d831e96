"""What there is to know of the machine: versions, times, disk, memory, load. Read from /proc; changes nothing."""

import os
import platform
import shutil
import socket
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine at this moment; sizes in octets, times in seconds since the epoch."""

    version: str
    python: str
    kernel: str
    hostname: str
    machine_started_at: int
    disk: dict[str, int]
    memory: dict[str, int]
    load: tuple[float, float, float]


def machine(state_dir: Path) -> Machine:
    """The machine; the disk is the one that `state_dir` is on."""
    usage = shutil.disk_usage(state_dir)
    return Machine(
        version=version("routerd"),
        python=platform.python_version(),
        kernel=platform.release(),
        hostname=socket.gethostname(),
        machine_started_at=_field(PROC / "stat", "btime"),
        disk={"size": usage.total, "free": usage.free},
        memory={
            "total": _field(PROC / "meminfo", "MemTotal:") * 1024,
            "available": _field(PROC / "meminfo", "MemAvailable:") * 1024,
            "daemon": _field(PROC / "self" / "status", "VmRSS:") * 1024,
        },
        load=os.getloadavg(),
    )


def _field(path: Path, name: str) -> int:
    """The number after a word at the start of a line; 0 where the kernel does not tell."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.split()[:1] == [name]), 0)

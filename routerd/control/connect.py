"""From a configuration file to the daemon that runs with it."""

from pathlib import Path

from routerd.control.client import TIMEOUT_S, Control
from routerd.control.place import socket_path
from routerd.core.errors import Misconfigured
from routerd.core.settings import Settings, load


def connect(config: Path, timeout_s: float = TIMEOUT_S) -> Control:
    """The daemon that runs with this file; errors as of `read`."""
    return Control(socket_path(read(config).daemon.run_dir), timeout_s)


def read(config: Path) -> Settings:
    """The file's settings.

    Raises:
        Misconfigured: it cannot be read; the message has a line for each problem.
    """
    settings, problems = load(config)
    if settings is None or problems:
        raise Misconfigured("\n".join(f"{config}: {problem}" for problem in problems))
    return settings

"""Reads a configuration file and says everything that is wrong with it, on this machine. Used by `check`, `run` and SIGHUP."""

from pathlib import Path
from socket import if_nameindex

from routerd.core.settings import Settings, load
from routerd.core.verify import verify, verify_host
from routerd.portal.methods import METHOD_NAMES


def check(path: Path) -> tuple[Settings | None, list[str]]:
    """Read and judge the file at `path`.

    Returns:
        The settings and no lines, or None and one line a problem: file, key, value found and value expected.
    """
    settings, problems = load(path)
    if settings is not None:
        problems += [*verify(settings, METHOD_NAMES), *verify_host(settings, {name for _index, name in if_nameindex()})]
    lines = [f"{path}: {problem}" for problem in problems]
    return (None if lines else settings), lines

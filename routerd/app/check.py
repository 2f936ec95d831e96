"""Reads a configuration file, lays the environment over it, and says everything that is wrong on this machine.

Used by `check`, `run` and SIGHUP.
"""

import os
from pathlib import Path
from socket import if_nameindex

from routerd.core.errors import NotFound
from routerd.core.knobs import Problem
from routerd.core.overlay import document_of, environment_changes, laid, settings_of
from routerd.core.settings import Settings, load
from routerd.core.verify import verify, verify_host
from routerd.portal.methods import METHOD_NAMES


def check(path: Path) -> tuple[Settings | None, list[str]]:
    """Read and judge the file at `path`.

    Returns:
        The settings and no lines, or None and one line a problem: file, key, value found and value expected.
    """
    settings, problems = load(path)
    if settings is not None and not problems:
        settings, problems = _under(settings)
    if settings is not None:
        problems += [*verify(settings, METHOD_NAMES), *verify_host(settings, {name for _index, name in if_nameindex()})]
    lines = [f"{path}: {problem}" for problem in problems]
    return (None if lines else settings), lines


def _under(settings: Settings) -> tuple[Settings | None, list[Problem]]:
    """The settings with the environment's ``ROUTERD_SECTION__KEY`` over them."""
    changes = environment_changes(os.environ)
    if not changes:
        return settings, []
    try:
        return settings_of(laid(document_of(settings), changes), METHOD_NAMES)
    except NotFound as error:
        return None, [Problem("(environment)", str(error), "variables that name sections and keys of the file")]

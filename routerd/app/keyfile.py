"""Where the box's own key is: where the settings say, or beside the database where that directory is closed to this user."""

import os
from pathlib import Path

from routerd.core.settings import DaemonSettings, Settings


def key_file(settings: Settings) -> Path:
    """The file of the box's key.

    A daemon that runs without root, and was told only where its database is, has nowhere else to put it.
    """
    path = Path(settings.daemon.key_file)
    if settings.daemon.key_file != DaemonSettings().key_file or os.access(path, os.R_OK) or _open_to_us(path.parent):
        return path
    return Path(settings.store.url.removeprefix("sqlite:///")).parent / path.name


def _open_to_us(directory: Path) -> bool:
    """Whether a file can be made in it, or it itself can be made."""
    there = next(each for each in (directory, *directory.parents) if os.access(each, os.F_OK))
    return os.access(there, os.W_OK | os.X_OK)

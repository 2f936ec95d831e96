"""Kernel settings below /proc/sys, of the current network namespace."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path("/proc/sys")


def read(name: str) -> str:
    """The value of a setting such as ``net/ipv4/ip_forward``; empty when this kernel or namespace has none of that name."""
    try:
        return (ROOT / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def write(name: str, value: str) -> bool:
    """Set it unless it has that value already.

    Returns:
        False, with a warning in the log, when it could not be set.
    """
    if read(name) == value:
        return True
    try:
        (ROOT / name).write_text(value, encoding="ascii")
    except OSError as error:
        log.warning("cannot set %s to %s: %s", name, value, error.strerror)
        return False
    return True


def raise_to(name: str, least: int) -> bool:
    """Raise a numeric setting to at least `least`; what is higher already stays.

    Returns:
        False when the setting is not there or could not be raised: a network namespace of its own has no `gc_thresh`.
    """
    have = read(name)
    if not have.isdigit():
        return False
    return int(have) >= least or write(name, str(least))

"""`routerd backup` and `routerd restore`: the whole box in one file, without the admin page, whether the daemon runs or not."""

import os
import shutil
import sys
import threading
from getpass import getpass
from importlib.metadata import version
from pathlib import Path

from routerd.app.check import check
from routerd.app.upkeep import backups
from routerd.core.clock import SystemClock
from routerd.core.errors import BadInput, Misconfigured, Unavailable
from routerd.core.jobs import Progress
from routerd.upkeep.archive import checked_passphrase
from routerd.upkeep.service import PIECE_OCTETS_MOST, Backups


def back_up(config: Path, target: Path, passphrase_file: Path | None) -> int:
    """Write a backup to `target`, which must not be there yet; guests and daemon go on.

    Raises:
        BadInput: `target` is there already, or the passphrase is none.
        Unavailable: it cannot be written.
    """
    if target.exists():
        raise BadInput(f"{target} is there already; name a file that is not")
    work = _box(config).made(_passphrase(passphrase_file, twice=True))
    content = work(Progress(lambda *_: None, threading.Event())).content
    try:
        target.touch(mode=0o600)
        target.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror}") from error
    sys.stdout.write(f"{target}: {len(content)} octets\n")
    return 0


def restore(config: Path, source: Path, passphrase_file: Path | None) -> int:
    """Check a backup and have it take the box's place when the daemon next starts or reloads.

    Raises:
        BadInput: the passphrase is wrong, or it is no whole backup.
        Conflict: this version cannot take it.
        Unavailable: a file cannot be read or written.
    """
    box = _box(config)
    _hand_in(box, source)
    summary = box.stage(_passphrase(passphrase_file))
    _give_away(box)
    for problem in summary.problems:
        sys.stdout.write(f"note: {problem}\n")
    sys.stdout.write(f"ready: {summary.vouchers} vouchers and {summary.people} people of {summary.hostname}\n")
    sys.stdout.write("it takes this box's place when the daemon starts or reloads: systemctl reload-or-restart routerd\n")
    return 0


def _box(config: Path) -> Backups:
    settings, problems = check(config)
    if settings is None:
        raise Misconfigured("\n".join(problems))
    return backups(settings, config, SystemClock(), version("routerd"))


def _hand_in(box: Backups, source: Path) -> None:
    try:
        with source.open("rb") as file:
            at = 0
            while piece := file.read(PIECE_OCTETS_MOST):
                at = box.receive(at, piece)
    except OSError as error:
        raise Unavailable(f"{source} cannot be read: {error.strerror}") from error


def _passphrase(file: Path | None, *, twice: bool = False) -> str:
    """From the first line of a file, or from the terminal."""
    if file is not None:
        try:
            return checked_passphrase(file.read_text(encoding="utf-8").partition("\n")[0])
        except OSError as error:
            raise Unavailable(f"{file} cannot be read: {error.strerror}") from error
    passphrase = checked_passphrase(getpass("passphrase: "))
    if twice and getpass("once more: ") != passphrase:
        raise BadInput("the two are not the same")
    return passphrase


def _give_away(box: Backups) -> None:
    """Let the daemon's user have what root has unpacked."""
    room = box.exchange.room
    owner = room.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in (room, *room.rglob("*")):
            shutil.chown(path, owner.st_uid, owner.st_gid)

"""Puts a backup's files in the place of the box's own, between two runs, so that a crash at any moment loses neither.

A directory `restore` beside the database holds what is new, what was before, and one word that says how far it is:

    staged    checked and ready; the next start begins
    swapping  files are being moved; whoever finds this goes on, for each move is made once however often it is tried
    tried     everything is in place, and the box is being started with it

A start that comes to its end (`confirm`) keeps what was before aside, in `before-restore`. Whoever finds `tried` at the next start knows
that it did not, and moves everything back.
"""

import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from routerd.upkeep.archive import STORE, Places

log = logging.getLogger(__name__)

ROOM, NEW, OLD, STATE, LAST, ASIDE = "restore", "new", "old", "state", "restored.json", "before-restore"
STAGED, SWAPPING, TRIED = "staged", "swapping", "tried"
BESIDE = ("-wal", "-shm")
"""SQLite's companions of a database file: they belong to that one and to no other."""

MISSING = ".missing"


@dataclass(frozen=True, slots=True)
class Restored:
    """How the last restore went.

    Attributes:
        at: seconds since the epoch.
        made_at: when the backup was made.
        error: why everything is as it was before; None when it worked.
    """

    at: int
    made_at: int
    error: str | None


class Exchange:
    """The exchange of one box's files.

    Args:
        places: where they are.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self.room = places.state_dir / ROOM
        self.new = self.room / NEW
        self._old = self.room / OLD

    def stage(self, made_at: int) -> None:
        """What is in `new` is to take the box's place at the next start."""
        _sync(self.new)
        self._say(STAGED, made_at)

    @property
    def waiting(self) -> bool:
        """Whether the next start is to begin, or to go on, with an exchange."""
        return self._told()[0] in (STAGED, SWAPPING)

    def settle(self, now: int, trouble: str = "") -> bool:
        """Go on with what is staged, or take back what did not start; before anything is opened.

        Args:
            now: seconds since the epoch.
            trouble: why the last start failed, if it did.

        Returns:
            Whether files were exchanged.
        """
        state, made_at = self._told()
        if state in (STAGED, SWAPPING):
            log.warning("putting a backup in the place of this box's files")
            self._say(SWAPPING, made_at)
            self._swap()
            self._say(TRIED, made_at)
            return True
        if state == TRIED:
            error = f"the box did not start with the backup: {trouble or 'the log says why'}"
            log.error("%s; everything is as it was before", error)
            self._swap_back()
            self._finish(Restored(now, made_at, error))
            return True
        return False

    def confirm(self, now: int) -> None:
        """The box runs; what was before is kept aside, in place of what an earlier restore kept."""
        state, made_at = self._told()
        if state != TRIED:
            return
        aside = self._places.state_dir / ASIDE
        shutil.rmtree(aside, ignore_errors=True)
        self._old.rename(aside)
        self._finish(Restored(now, made_at, None))
        log.info("restored; what was before is in %s", aside)

    def discard(self) -> None:
        """Forget what was handed in, unless it is being put in place."""
        if self._told()[0] not in (SWAPPING, TRIED):
            shutil.rmtree(self.room, ignore_errors=True)

    def last(self) -> Restored | None:
        """How the last restore went; None when there was none."""
        try:
            return Restored(**json.loads((self._places.state_dir / LAST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _swap(self) -> None:
        self._old.mkdir(mode=0o700, exist_ok=True)
        for name, place in self._places.files.items():
            fresh, kept = self.new / name, self._old / name
            if not fresh.exists():
                continue
            if not kept.exists() and not _marker(kept).exists():
                self._put_aside(name, place, kept)
            _move(fresh, place)

    def _put_aside(self, name: str, place: Path, kept: Path) -> None:
        for suffix in BESIDE if name == STORE else ():
            beside = place.with_name(place.name + suffix)
            if beside.exists():
                _move(beside, kept.with_name(kept.name + suffix))
        if place.exists():
            _move(place, kept)
        else:
            _marker(kept).touch()

    def _swap_back(self) -> None:
        for name, place in self._places.files.items():
            kept = self._old / name
            if _marker(kept).exists():
                place.unlink(missing_ok=True)
            elif kept.exists():
                for suffix in BESIDE if name == STORE else ():
                    place.with_name(place.name + suffix).unlink(missing_ok=True)
                _move(kept, place)
            for suffix in BESIDE if name == STORE else ():  # after the file itself, so that this can be tried again
                beside = kept.with_name(kept.name + suffix)
                if beside.exists():
                    _move(beside, place.with_name(place.name + suffix))

    def _finish(self, restored: Restored) -> None:
        _replace(self._places.state_dir / LAST, json.dumps(asdict(restored)))
        shutil.rmtree(self.room, ignore_errors=True)

    def _say(self, state: str, made_at: int) -> None:
        _replace(self.room / STATE, json.dumps([state, made_at]))

    def _told(self) -> tuple[str, int]:
        try:
            state, made_at = json.loads((self.room / STATE).read_text(encoding="utf-8"))
            return str(state), int(made_at)
        except (OSError, ValueError, TypeError):
            return "", 0


def _marker(kept: Path) -> Path:
    """Says that there was no such file before."""
    return kept.with_name(kept.name + MISSING)


def _move(source: Path, target: Path) -> None:
    """Move a file in one step, also to another disk, durably."""
    try:
        source.replace(target)
    except OSError:
        draft = target.with_name(f".{target.name}.new")
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        draft.replace(target)
        source.unlink()
    _sync(target.parent)


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    """Put the files of a directory, and their names, on the disk."""
    for path in (*(each for each in directory.iterdir() if each.is_file()), directory):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

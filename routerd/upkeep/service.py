"""Backup and restore as the admin page and the command line ask for them.

A backup is made by a job. A restore is handed in piece by piece, checked whole, and put in place between two runs (`upkeep.exchange`).
"""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, Unavailable
from routerd.core.jobs import Progress, Result
from routerd.store.copying import newest_schema
from routerd.upkeep.archive import CONFIG, Manifest, Places, checked_passphrase, pack, unpack
from routerd.upkeep.exchange import Exchange
from routerd.upkeep.ports import Vault

PIECE_OCTETS_MOST = 4 << 20
UPLOAD_OCTETS_MOST = 512 << 20

MEDIA_TYPE = "application/octet-stream"

Judge = Callable[[str], list[str]]
"""What is wrong with a configuration file's text on this machine."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds, and whether this box can take it; see docs/admin-api/settings.md."""

    made_at: int
    version: str
    hostname: str
    schema: int
    octets: int
    vouchers: int
    people: int
    networks: tuple[str, ...]
    configuration: str
    fits: bool
    problems: tuple[str, ...]


class Backups:
    """Backup and restore of one box.

    Args:
        places: where its files are.
        vault: encrypts.
        clock: dates backups.
        about: what a backup says of the box; asked anew for each.
        judge: looks at a backup's configuration file.
    """

    def __init__(self, places: Places, vault: Vault, clock: Clock, about: Callable[[int], Manifest], judge: Judge) -> None:
        self._places = places
        self._vault = vault
        self._clock = clock
        self._about = about
        self._judge = judge
        self._exchange = Exchange(places)
        self._upload = self._exchange.room / "upload"
        self._lock = threading.Lock()

    @property
    def exchange(self) -> Exchange:
        """The exchange of files."""
        return self._exchange

    def made(self, passphrase: str) -> Callable[[Progress], Result]:
        """The work of making a backup, for `core.jobs`.

        Raises:
            BadInput: the passphrase is none.
        """
        checked_passphrase(passphrase)

        def work(progress: Progress) -> Result:
            about = self._about(int(self._clock.now()))
            content = pack(self._places, about, self._vault, passphrase, progress.step)
            return Result(f"{about.hostname}-{about.made_at}.routerd", MEDIA_TYPE, content)

        return work

    def receive(self, offset: int, piece: bytes) -> int:
        """Take a piece of a file; 0 begins anew. Returns how much there is.

        Raises:
            Conflict: a piece is missing before this one.
            BadInput: the file is too long.
            Unavailable: the disk is full.
        """
        if offset + len(piece) > UPLOAD_OCTETS_MOST:
            raise BadInput(f"the file has more than {UPLOAD_OCTETS_MOST} octets")
        with self._lock:
            if offset == 0:
                self._exchange.discard()
            have = self._upload.stat().st_size if self._upload.exists() else 0
            if offset != have:
                raise Conflict(f"{have} octets were received so far; expected the next piece there, not at {offset}")
            if shutil.disk_usage(self._places.state_dir).free < 4 * len(piece):
                raise Unavailable("the disk is full")
            self._exchange.room.mkdir(mode=0o700, exist_ok=True)
            self._upload.touch(mode=0o600)
            with self._upload.open("ab") as out:
                out.write(piece)
            return have + len(piece)

    def check(self, passphrase: str) -> Summary:
        """What was handed in; nothing is changed.

        Raises:
            BadInput: the passphrase is wrong, or it is no whole backup.
            Conflict: nothing was handed in.
        """
        with self._lock:
            return self._unpacked(passphrase)

    def stage(self, passphrase: str) -> Summary:
        """Have what was handed in take the box's place at the next start.

        Raises:
            BadInput: as `check`.
            Conflict: it does not fit, or nothing was handed in.
        """
        with self._lock:
            summary = self._unpacked(passphrase)
            if not summary.fits:
                raise Conflict("; ".join(summary.problems))
            if summary.configuration != "restored":
                (self._exchange.new / CONFIG).unlink(missing_ok=True)
            self._exchange.stage(summary.made_at)
            return summary

    def discard(self) -> None:
        """Forget what was handed in."""
        with self._lock:
            self._exchange.discard()

    def _unpacked(self, passphrase: str) -> Summary:
        if not self._upload.exists():
            raise Conflict("no file was handed in yet")
        new = self._exchange.new
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        with self._upload.open("rb") as file:
            manifest, facts = unpack(file, self._vault, passphrase, new)
        problems = []
        if not 0 < facts.schema <= newest_schema():
            problems.append(f"its database has schema {facts.schema}; this version knows up to {newest_schema()}: install a newer routerd")
        configuration, why = self._configuration(new / CONFIG)
        return Summary(
            made_at=manifest.made_at,
            version=manifest.version,
            hostname=manifest.hostname,
            networks=manifest.networks,
            schema=facts.schema,
            octets=self._upload.stat().st_size,
            vouchers=facts.vouchers,
            people=facts.people,
            configuration=configuration,
            fits=not problems,
            problems=(*problems, *why),
        )

    def _configuration(self, fresh: Path) -> tuple[str, list[str]]:
        """What becomes of the configuration file (``same``, ``restored``, ``kept``), and why it is kept."""
        place = self._places.files.get(CONFIG)
        if place is None or not fresh.exists():
            return "kept", []
        text = fresh.read_text(encoding="utf-8", errors="replace")
        if place.exists() and place.read_text(encoding="utf-8", errors="replace") == text:
            return "same", []
        why = self._judge(text)
        if not _writable(place):
            why.append(f"{place} cannot be written by the daemon")
        return ("kept", [f"the configuration file stays as it is: {each}" for each in why]) if why else ("restored", [])


def _writable(place: Path) -> bool:
    """Whether a file can be put there, by trying."""
    draft = place.with_name(f".{place.name}.try")
    try:
        draft.touch()
        draft.unlink()
    except OSError:
        return False
    return True

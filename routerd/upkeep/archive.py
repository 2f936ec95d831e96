"""A backup: everything that makes this box the one it is, in one encrypted file; and back out of it, checked.

Inside the encryption is a gzipped tar with a few files of fixed names. Nothing of it is used before all of it was found genuine.
"""

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from routerd.core.errors import BadInput, Unavailable
from routerd.store.copying import Facts, copy, judged
from routerd.upkeep.ports import Vault

STORE, BOX_KEY, TUNNEL_KEY, CONFIG, MANIFEST = "routerd.db", "box.key", "tunnel.key", "routerd.toml", "manifest.json"
NAMES = frozenset({STORE, BOX_KEY, TUNNEL_KEY, CONFIG, MANIFEST})

PIECE_OCTETS = 1 << 20
UNPACKED_OCTETS_MOST = 4 << 30
"""Of all files together: a database of that size is none that this program made."""

PASSPHRASE_LEAST, PASSPHRASE_MOST = 10, 200

Step = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what is being done; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this box has its files.

    Attributes:
        state_dir: room for drafts, on the disk that the database is on.
        files: name in the backup to place; those that are not there are left out.
    """

    state_dir: Path
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: int
    version: str
    hostname: str
    networks: tuple[str, ...] = ()


def checked_passphrase(passphrase: str) -> str:
    """`passphrase`, if it is one.

    Raises:
        BadInput: too short or too long.
    """
    if not PASSPHRASE_LEAST <= len(passphrase) <= PASSPHRASE_MOST:
        raise BadInput(f"the passphrase has {len(passphrase)} characters; expected {PASSPHRASE_LEAST} to {PASSPHRASE_MOST}")
    return passphrase


def pack(places: Places, manifest: Manifest, vault: Vault, passphrase: str, step: Step) -> bytes:
    """A backup of the box as it is at this moment; guests go on.

    Raises:
        BadInput: the passphrase is none.
        Unavailable: a file cannot be read or written.
    """
    checked_passphrase(passphrase)
    try:
        with TemporaryDirectory(dir=places.state_dir, prefix=".backup-") as room:
            draft, plain = Path(room) / STORE, Path(room) / "plain"
            copy(places.files[STORE], draft, lambda done, total: step(done * 60 // max(1, total), 100, "copying the database"))
            _write(plain, places, draft, manifest)
            return b"".join(vault.sealed(_pieces(plain, step), passphrase))
    except OSError as error:
        raise Unavailable(f"the backup could not be written: {error}") from error


def unpack(file: BinaryIO, vault: Vault, passphrase: str, room: Path) -> tuple[Manifest, Facts]:
    """Check a backup and put its files into `room`, an empty directory.

    Raises:
        BadInput: the passphrase is wrong, or the file is no whole backup.
        Unavailable: the disk is full.
    """
    plain = room / "plain"
    try:
        with plain.open("wb") as out:
            for piece in vault.opened(file, passphrase):
                out.write(piece)
        _extract(plain, room)
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError):
        raise BadInput("the file is damaged: its parts do not unpack") from None
    except OSError as error:
        raise Unavailable(f"the backup could not be unpacked: {error}") from error
    finally:
        plain.unlink(missing_ok=True)
    if not {STORE, MANIFEST} <= {each.name for each in room.iterdir()}:  # a box that never sealed anything has no key
        raise BadInput("the file is no whole backup: it lacks the database or its manifest")
    return _manifest(room / MANIFEST), judged(room / STORE)


def _write(plain: Path, places: Places, draft: Path, manifest: Manifest) -> None:
    about = json.dumps(asdict(manifest)).encode()
    with tarfile.open(plain, "w:gz", compresslevel=6) as out:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(about)
        out.addfile(head, io.BytesIO(about))
        for name, path in places.files.items():
            source = draft if name == STORE else path
            if source.is_file():
                out.add(source, name, recursive=False, filter=_nameless)


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _pieces(plain: Path, step: Step) -> Iterator[bytes]:
    total = plain.stat().st_size
    with plain.open("rb") as file:
        while piece := file.read(PIECE_OCTETS):
            step(60 + file.tell() * 40 // max(1, total), 100, "encrypting")
            yield piece


def _extract(plain: Path, room: Path) -> None:
    """Regular files of known names only, each once, within bounds: never `extractall`."""
    left = UNPACKED_OCTETS_MOST
    with tarfile.open(plain, "r:gz") as tar:
        for member in tar:
            target = room / member.name
            if member.name not in NAMES or not member.isreg() or target.exists():
                raise BadInput(f"the file holds '{member.name[:60]}', which is no part of a backup")
            left -= member.size
            if left < 0:
                raise BadInput(f"the file unpacks to more than {UNPACKED_OCTETS_MOST} octets")
            target.touch(mode=0o600)
            source = tar.extractfile(member)
            assert source is not None  # a regular file has content
            with target.open("wb") as out:
                while piece := source.read(PIECE_OCTETS):
                    out.write(piece)


def _manifest(path: Path) -> Manifest:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(int(told["made_at"]), str(told["version"]), str(told["hostname"]), tuple(map(str, told["networks"])))
    except (ValueError, KeyError, TypeError):
        raise BadInput("the file is no whole backup: its manifest cannot be read") from None

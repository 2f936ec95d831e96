"""A release of a rule set as it is published, such as the OWASP CRS's: one .tar.gz or .zip, read into memory and nowhere else.

Nothing is unpacked to the disk, so no name in an archive can lead anywhere; what cannot be meant as a rule set is refused all the
same, for it is no release then. Called by `loading`.
"""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from routerd.waf.files import ordered
from routerd.waf.place import Fault, Place

ARCHIVE_MOST = 33_554_432
"""Octets of an archive; that of the CRS 4 has less than one million."""

OCTETS_MOST = 67_108_864
"""Octets of all its files; those of the CRS 4 have some six million."""

MEMBERS_MOST = 20_000
"""The CRS 4 has about 700 files, most of them tests."""

ENDINGS = (".tar.gz", ".tgz", ".zip")
_GZIP = 31
"""Of zlib: with a header and a checksum of gzip's."""

_UNREADABLE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, NotImplementedError, RuntimeError, ValueError),
)

TESTS = (".yaml", ".yml")
_WANTED = (".conf", ".data", ".example", *TESTS)


def is_archive(path: str) -> bool:
    """Whether a path is that of an archive, by its name."""
    return path.lower().endswith(ENDINGS)


def opened(path: str, content: bytes) -> dict[str, bytes]:
    """The rule files, lists and tests of an archive, by paths that begin with its own.

    Args:
        path: of the archive.
        content: of it.

    Raises:
        Fault: it cannot be read, holds what no release holds, or no rules.
    """
    place = Place(path, 1, 1)
    if len(content) > ARCHIVE_MOST:
        raise Fault(place, f"an archive of more than {ARCHIVE_MOST} octets")
    try:
        members = dict(_zipped(content, place) if path.lower().endswith(".zip") else _tarred(content, place))
    except _UNREADABLE as wrong:
        raise Fault(place, f"no archive that could be read: {wrong}", "fetch the release again") from wrong
    top = _top(members, place)
    return {str(PurePosixPath(path) / PurePosixPath(name).relative_to(top)): text for name, text in members.items()}


def rule_files(path: str, files: dict[str, bytes]) -> list[str]:
    """The rule files of an archive that was opened, in order."""
    return ordered(path, list(files))


def _tarred(content: bytes, place: Place) -> Iterator[tuple[str, bytes]]:
    unpacked = zlib.decompressobj(_GZIP)
    plain = unpacked.decompress(content, OCTETS_MOST + 1)
    if len(plain) > OCTETS_MOST:
        raise Fault(place, f"its files have more than {OCTETS_MOST} octets")
    if not unpacked.eof:
        raise EOFError("it is cut short")
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
        for count, member in enumerate(archive):
            if count >= MEMBERS_MOST:
                raise Fault(place, f"an archive of more than {MEMBERS_MOST} files")
            _check_name(member.name, place)
            if member.isdir() or member.name == "pax_global_header":
                continue
            if not member.isreg() or member.issparse():  # of a sparse file a few octets can claim any size
                raise Fault(place, f"{member.name} in it is no plain file", "a release holds neither links nor devices")
            found = archive.extractfile(member)
            if found is not None and member.name.endswith(_WANTED):
                yield member.name, found.read()


def _zipped(content: bytes, place: Place) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if len(infos) > MEMBERS_MOST or sum(info.file_size for info in infos) > OCTETS_MOST:
            raise Fault(place, f"its files are more than {MEMBERS_MOST}, or have more than {OCTETS_MOST} octets")
        for info in infos:
            _check_name(info.filename, place)
            kind = info.external_attr >> 28
            if kind not in {0, 4, 8}:
                raise Fault(place, f"{info.filename} in it is no plain file", "a release holds neither links nor devices")
            if not info.is_dir() and info.filename.endswith(_WANTED):
                with archive.open(info) as file:
                    yield info.filename, file.read(info.file_size)


def _check_name(name: str, place: Place) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise Fault(place, f"{name!r} in it leads out of it", "fetch the release from where it is published")


def _top(members: dict[str, bytes], place: Place) -> PurePosixPath:
    """The folder that holds ``rules/*.conf``: the archive itself or one below."""
    found = {path.parent.parent for name in members if (path := PurePosixPath(name)).suffix == ".conf" and path.parent.name == "rules"}
    if len(found) != 1:
        raise Fault(place, "there is no one folder rules/ with *.conf in it", "name a release of the OWASP CRS, as it is published")
    top = found.pop()
    outside = [name for name in members if not PurePosixPath(name).is_relative_to(top)]
    for name in outside:
        del members[name]
    return top

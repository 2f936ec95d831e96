"""Rule files and the lists that rules name: from the disk, from an archive such as a release of the OWASP CRS, or from memory.

The one module of this package that touches the disk. A list is looked for beside the rule files when its path is relative, as the
reference does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from glob import glob
from pathlib import Path, PurePosixPath
from re import compile as compiled
from typing import Protocol

from routerd.waf.operators.operator import ArgumentFault

LIST_MOST = 67_108_864
"""Octets of a phrase or address file; a list of a million addresses has some 15 MB."""

_SETUPS = ("crs-setup.conf", "crs-setup.conf.example")


class Contents(Protocol):
    """Files by their path."""

    def read(self, path: str) -> bytes:
        """What is in a file.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        ...

    def glob(self, pattern: str) -> list[str]:
        """Paths that a pattern stands for, sorted."""
        ...


class Disk:
    """The files of this machine."""

    def read(self, path: str) -> bytes:
        """What is in a file; a long one is not read."""
        found = Path(path)
        if found.stat().st_size > LIST_MOST:
            raise OSError(f"it has more than {LIST_MOST} octets")
        return found.read_bytes()

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return Path(path).is_file()

    def glob(self, pattern: str) -> list[str]:
        """Paths that a pattern stands for."""
        return sorted(glob(pattern))  # noqa: PTH207 - patterns may be absolute, which Path.glob refuses


class Bundle:
    """Files in memory.

    Args:
        files: what is in them, by path.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes:
        """What is in a file."""
        found = self.files.get(path)
        if found is None:
            raise FileNotFoundError(2, "there is no such file", path)
        return found

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.files

    def glob(self, pattern: str) -> list[str]:
        """Paths that a pattern stands for; ``*`` does not go beyond a folder."""
        fits, depth = compiled(translate(pattern)).match, pattern.count("/")
        return sorted(path for path in self.files if path.count("/") == depth and fits(path))


class Over:
    """Files of which some lie over others of the same path.

    Args:
        contents: the uppermost first.
    """

    def __init__(self, *contents: Contents) -> None:
        self._contents = contents

    def read(self, path: str) -> bytes:
        """What is in a file."""
        return next((each for each in self._contents if each.has(path)), self._contents[-1]).read(path)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return any(each.has(path) for each in self._contents)

    def glob(self, pattern: str) -> list[str]:
        """Paths that a pattern stands for."""
        return sorted({path for each in self._contents for path in each.glob(pattern)})


class Remembering:
    """Files, and what was asked of them: what has been read makes the same rule set again, without any of the others.

    Args:
        contents: the files.

    Attributes:
        files: all that have been read.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self.files: dict[str, bytes] = {}
        self._had: dict[str, bool] = {}
        self._globs: dict[str, list[str]] = {}

    def read(self, path: str) -> bytes:
        """What is in a file."""
        found = self.files.get(path)
        if found is None:
            found = self.files[path] = self._contents.read(path)
        return found

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        found = self._had[path] = self._contents.has(path)
        return found

    def glob(self, pattern: str) -> list[str]:
        """Paths that a pattern stands for."""
        found = self._globs[pattern] = self._contents.glob(pattern)
        return found

    def agrees(self, contents: Contents) -> bool:
        """Whether others answer all that was asked in the same way."""
        try:
            return (
                all(contents.has(path) == had for path, had in self._had.items())
                and all(contents.glob(pattern) == paths for pattern, paths in self._globs.items())
                and all(contents.read(path) == content for path, content in self.files.items())
            )
        except OSError:
            return False


def rule_files(path: Path) -> list[str]:
    """The rule files that a path on the disk stands for, in order.

    A folder stands for its set-up file as the OWASP CRS calls it, its ``*.conf`` by name, and those of its folder ``rules``.
    """
    if not path.is_dir():
        return [str(path)]
    return ordered(str(path), [str(each) for folder in (path, path / "rules") for each in folder.glob("*") if each.is_file()])


def ordered(folder: str, paths: Sequence[str]) -> list[str]:
    """Of all files of a folder those that are rules, in order; see `rule_files`."""
    base = PurePosixPath(folder)
    setup = next((str(base / name) for name in _SETUPS if str(base / name) in paths), None)
    found = [
        str(each)
        for beside in (base, base / "rules")
        for each in sorted(PurePosixPath(path) for path in paths)
        if each.parent == beside and each.suffix == ".conf" and str(each) != setup
    ]
    return [setup, *found] if setup else found


def _unknown(asked: bytes) -> None:
    del asked


@dataclass(frozen=True, slots=True)
class Outside:
    """What rules may ask besides files; nothing is known unless whoever loads them says otherwise.

    Attributes:
        country: members of GEO for an address, for ``@geoLookup``.
        resolve: the first IPv4 address of a name, for ``@rbl``.
    """

    country: Callable[[bytes], Mapping[bytes, bytes] | None] = _unknown
    resolve: Callable[[bytes], bytes | None] = _unknown


NOTHING = Outside()


class Library:
    """Reads files for the parser and for operators.

    Args:
        contents: the files.
        folders: where relative paths of lists are looked for, in order.
        outside: what rules may ask besides files.
    """

    def __init__(self, contents: Contents, folders: Sequence[str], outside: Outside = NOTHING) -> None:
        self._contents = contents
        self._folders = tuple(dict.fromkeys(folders))
        self._outside = outside

    def read(self, path: str) -> str:
        """The text of a rule file; errors as of `seclang.include.Reader`."""
        return self._contents.read(path).decode()

    def glob(self, pattern: str, beside: str) -> list[str]:
        """The files that a pattern stands for, sorted; a relative one is relative to the folder of the file `beside`."""
        whole = str(PurePosixPath(beside).parent / pattern)
        return [whole] if self._contents.has(whole) else self._contents.glob(whole)

    def phrases(self, file: str) -> Sequence[bytes]:
        """Lines of a phrase file; errors as of `Resources`."""
        return self._lines(file)

    def addresses(self, file: str) -> Sequence[bytes]:
        """Lines of a file of addresses; errors as of `Resources`."""
        return [bare for line in self._lines(file) if (bare := line.partition(b"#")[0].strip())]

    def country(self, address: bytes) -> Mapping[bytes, bytes] | None:
        """Members of GEO for an address."""
        return self._outside.country(address)

    def resolve(self, name: bytes) -> bytes | None:
        """The first IPv4 address of a name."""
        return self._outside.resolve(name)

    def _lines(self, file: str) -> list[bytes]:
        content = self._content(file)
        return [line for line in content.replace(b"\r\n", b"\n").split(b"\n") if line and not line.lstrip().startswith(b"#")]

    def _content(self, file: str) -> bytes:
        places = [str(PurePosixPath(folder) / file) for folder in self._folders]
        path = next((each for each in places if self._contents.has(each)), None)
        if path is None:
            looked = ", ".join(self._folders)
            raise ArgumentFault(f"there is no file {file} in {looked}; it has to stand beside the rules, or be named by its full path")
        try:
            return self._contents.read(path)
        except OSError as wrong:
            raise ArgumentFault(f"{path} cannot be read: {wrong.strerror or wrong}") from wrong

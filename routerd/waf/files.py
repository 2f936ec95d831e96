"""Rule files and the lists that rules name, read from disk: the one module of this package that touches it.

Called by whoever loads a rule set. A list is looked for beside the rule files when its path is relative, as the reference does.
"""

from collections.abc import Sequence
from glob import glob
from pathlib import Path

from routerd.waf.operators.operator import ArgumentFault

LIST_MOST = 67_108_864
"""Octets of a phrase or address file; a list of a million addresses has some 15 MB."""

_SETUPS = ("crs-setup.conf", "crs-setup.conf.example")


def rule_files(path: Path) -> list[str]:
    """The rule files that a path stands for, in order.

    A folder stands for its set-up file as the OWASP CRS calls it, its ``*.conf`` by name, and those of its folder ``rules``.
    """
    if not path.is_dir():
        return [str(path)]
    setup = next((path / name for name in _SETUPS if (path / name).exists()), None)
    found = [each for folder in (path, path / "rules") for each in sorted(folder.glob("*.conf")) if each != setup]
    return [str(each) for each in ([setup, *found] if setup else found)]


class Disk:
    """Reads files for the parser and for operators.

    Args:
        folders: where relative paths of lists are looked for, in order.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(dict.fromkeys(folders))

    def read(self, path: str) -> str:
        """The text of a rule file; errors as of `open`."""
        return Path(path).read_text(encoding="utf-8")

    def glob(self, pattern: str, beside: str) -> list[str]:
        """The files that a pattern stands for, sorted; a relative one is relative to the folder of the file `beside`."""
        return sorted(glob(str(Path(beside).parent / pattern)))  # noqa: PTH207 - patterns may be absolute, which Path.glob refuses

    def phrases(self, file: str) -> Sequence[bytes]:
        """Lines of a phrase file; errors as of `Resources`."""
        return self._lines(file)

    def addresses(self, file: str) -> Sequence[bytes]:
        """Lines of a file of addresses; errors as of `Resources`."""
        return [bare for line in self._lines(file) if (bare := line.partition(b"#")[0].strip())]

    def country(self, address: bytes) -> None:
        """Nothing: a database of places is given by the owner, elsewhere."""
        del address

    def resolve(self, name: bytes) -> None:
        """Nothing: look-ups are off."""
        del name

    def _lines(self, file: str) -> list[bytes]:
        content = self._content(file)
        return [line for line in content.replace(b"\r\n", b"\n").split(b"\n") if line and not line.lstrip().startswith(b"#")]

    def _content(self, file: str) -> bytes:
        path = next((each for folder in self._folders if (each := folder / file).is_file()), None)
        if path is None:
            looked = ", ".join(str(folder) for folder in self._folders)
            raise ArgumentFault(f"there is no file {file} in {looked}; it has to stand beside the rules, or be named by its full path")
        if path.stat().st_size > LIST_MOST:
            raise ArgumentFault(f"{path} has more than {LIST_MOST} octets")
        try:
            return path.read_bytes()
        except OSError as wrong:
            raise ArgumentFault(f"{path} cannot be read: {wrong.strerror}") from wrong

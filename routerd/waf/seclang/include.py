"""Reads rule files through a port, so that the engine itself touches no disk."""

from typing import Protocol

from routerd.waf.place import Fault, Place

FILES_MOST = 2000
"""Files of one rule set; the CRS with all its plugins has about a hundred."""

DEEPEST = 20
"""Files that include one another."""


class Reader(Protocol):
    """What whoever loads a rule set gives."""

    def read(self, path: str) -> str:
        """The text of a file.

        Raises:
            OSError: it cannot be read.
            UnicodeDecodeError: it is not UTF-8.
        """
        ...

    def glob(self, pattern: str, beside: str) -> list[str]:
        """Paths that a pattern stands for, sorted; a relative one is relative to the folder of the file `beside`."""
        ...


class Nothing:
    """A reader for rules that include nothing."""

    def read(self, path: str) -> str:
        """Nothing can be read.

        Raises:
            OSError: always.
        """
        raise OSError(f"{path}: files cannot be included here")

    def glob(self, pattern: str, beside: str) -> list[str]:
        """A path stands for itself."""
        del beside
        return [pattern]


def content(reader: Reader, path: str, place: Place, above: tuple[str, ...]) -> str:
    """The text of a file that is included at `place` by the last of the files `above`.

    Raises:
        Fault: it cannot be read, includes itself, or is included too deeply.
    """
    if path in above:
        raise Fault(place, f"{path} includes itself", "leave one of the two Include away")
    if len(above) >= DEEPEST:
        raise Fault(place, f"files include one another more than {DEEPEST} deep")
    try:
        return reader.read(path)
    except OSError as error:
        raise Fault(place, f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Fault(place, f"{path} is not UTF-8 at octet {error.start}") from error

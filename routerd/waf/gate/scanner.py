"""Many expressions looked for in one pass. The only module that knows Hyperscan.

Called by the gate that is made of it. Where it is not installed (its wheel is for x86-64 alone) `is_available` says so.
"""

import ctypes
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

try:
    import hyperscan
except ImportError:  # pragma: no cover - where there is no wheel
    hyperscan = None


@dataclass(frozen=True, slots=True)
class Expression:
    """What is looked for.

    Attributes:
        number: told when it is found; several may have the same.
        text: in the notation that RE2 and Hyperscan share; the dot takes newlines, anchors hold at every line.
        fold: whether letters of ASCII are compared without case.
    """

    number: int
    text: bytes
    fold: bool = False


class Unfit(ValueError):
    """An expression that cannot be compiled, or a database that cannot be used here; the text says why."""


class Scanner:
    """A database, and room to work in for each thread that asks.

    Args:
        database: compiled; see `compiled` and `loaded`.
    """

    __slots__ = ("_database", "_rooms", "_scan")

    def __init__(self, database: Any) -> None:
        self._database = database
        self._scan = database.scan
        self._rooms = threading.local()

    def found(self, value: bytes) -> list[int]:
        """Numbers of the expressions that have a match in a value, each at least once."""
        hits: list[int] = []
        hit = hits.append
        self._scan(value, lambda number, _start, _end, _flags, _context: hit(number), 0, None, self._room())
        return hits

    def finds(self, value: bytes) -> bool:
        """Whether any expression has a match in a value; it looks no further than to the first."""
        try:
            self._scan(value, _halt, 0, None, self._room())
        except hyperscan.ScanTerminated:
            return True
        return False

    def _room(self) -> Any:
        try:
            return self._rooms.room
        except AttributeError:
            room = self._rooms.room = hyperscan.Scratch(self._database)
            return room

    def dumped(self) -> bytes:
        """What `loaded` makes the same of, on a machine of the same kind."""
        return bytes(hyperscan.dumpb(self._database))


def _halt(_number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
    return True


def compiled(expressions: Sequence[Expression]) -> Scanner:
    """A scanner. It takes seconds for hundreds of expressions; other threads go on meanwhile.

    Raises:
        Unfit: one of the expressions is too large, or none is there.
    """
    common = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            [each.text for each in expressions],
            ids=[each.number for each in expressions],
            flags=[common | hyperscan.HS_FLAG_CASELESS * each.fold for each in expressions],
        )
    except hyperscan.HyperscanError as error:
        raise Unfit(str(error)) from error
    return Scanner(database)


def loaded(octets: bytes) -> Scanner:
    """A scanner of what `dumped` gave, which has to be unchanged.

    Raises:
        Unfit: it is of another version, or of another kind of processor.
    """
    try:
        database = hyperscan.loadb(octets, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)  # the library frees what stands there, and would find nothing of its own
    except hyperscan.HyperscanError as error:
        raise Unfit(f"the database cannot be loaded: {error}") from error
    return Scanner(database)


@cache
def is_available() -> bool:
    """Whether the library is installed, and works on this processor."""
    try:
        return hyperscan is not None and bool(build())
    except hyperscan.HyperscanError:
        return False


def build() -> bytes:
    """What a database depends on besides its expressions: the library's version and features of the processor."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile([b"a"])
    return f"{hyperscan.__version__} ".encode() + bytes(database.info())


def tidied() -> None:
    """Gives back what compiling has taken of the machine: the C library would keep it for a next time that may never come."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

"""Where addresses are, by the file that the owner gives: looked up, remembered, and read anew when it changes.

`acl` asks for the code, the rule sets for the members of GEO, the attack log for both. A file that cannot be read leaves the one before
in use, and is complained of once.
"""

import logging
import mmap
import os
from pathlib import Path
from typing import Any

from routerd.core import clients
from routerd.core.parts import Every, Part
from routerd.geo import model
from routerd.geo.database import Database, MalformedError
from routerd.geo.model import Country

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""Seconds between looks at the file."""
READ_MOST = 32 << 20
"""Octets up to which a file is read into memory. A longer one is mapped: it must be replaced by renaming, not by writing over it."""
FILE_MOST = 1 << 30
KEPT_MOST = 16_384
"""Addresses whose country is remembered; at the limit all are forgotten."""

_Sign = tuple[int, int, int]


class Countries:
    """The verbs of geo.

    Args:
        file: in the MaxMind DB format; empty: nobody knows anything.
    """

    def __init__(self, file: str) -> None:
        self._file = Path(file) if file else None
        self._database: Database | None = None
        self._sign: _Sign | None = None
        self._trouble = ""
        self._kept: dict[bytes, Country | None] = {}
        self._part = Every("geo", self.look, LOOK_S)
        self.look()

    def parts(self) -> list[Part]:
        """What the supervisor starts and stops."""
        return [self._part] if self._file is not None else []

    @property
    def kind(self) -> str:
        """What the file is, such as ``GeoLite2-Country``; empty when there is none."""
        return self._database.kind if self._database is not None else ""

    def country(self, client: bytes) -> Country | None:
        """Where an address, as text, is; None when nobody knows."""
        if self._database is None:
            return None
        kept = self._kept
        if client in kept:
            return kept[client]
        found = self._found(self._database, client)
        if len(kept) >= KEPT_MOST:
            kept.clear()
        kept[client] = found
        return found

    def code(self, client: bytes) -> str:
        """Two letters; empty when nobody knows."""
        found = self.country(client)
        return found.code if found is not None else ""

    def members(self, client: bytes) -> dict[bytes, bytes] | None:
        """Members of GEO; None when nobody knows."""
        found = self.country(client)
        return found.members() if found is not None else None

    def look(self) -> None:
        """Read the file if it is another than before."""
        if self._file is None:
            return
        try:
            sign = _sign(self._file)
            if sign == self._sign:
                return
            self._sign = sign
            database = Database(_octets(self._file))
        except (OSError, MalformedError) as error:
            self._complain(f"{self._file}: {error}")
            return
        self._database, self._kept, self._trouble = database, {}, ""
        log.info("geo: %s is in use", database.kind or self._file)

    def _found(self, database: Database, client: bytes) -> Country | None:
        address = clients.address(client)
        if address is None:
            return None
        try:
            value: Any = database.find(address)
        except MalformedError as error:
            self._complain(f"{self._file}: {error}")
            return None
        return model.country(value)

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("geo: %s", trouble)
        self._trouble = trouble


def _sign(file: Path) -> _Sign:
    """Changes whenever the file does."""
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _octets(file: Path) -> bytes | mmap.mmap:
    with file.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        if size > FILE_MOST:
            raise MalformedError(f"{size} octets are more than any such file has; expected at most {FILE_MOST}")
        return opened.read() if size <= READ_MOST else mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

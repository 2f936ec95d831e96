"""What rules remember from one request to the next, and what matchers keep from one start to the next."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from routerd.waf.collections import Members
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.matchers import Matchers
from routerd.waf.gate.needs import Need
from routerd.waf.persistent import Memory

log = logging.getLogger(__name__)

FILES_MOST = 4
"""Databases that are kept; one of the CRS has some megabytes."""


class Shared:
    """Collections for several threads: large bodies are judged beside the edge's loop. They outlive the rule sets that fill them."""

    def __init__(self) -> None:
        self._memory = Memory()
        self._lock = threading.Lock()

    def members(self, kind: str, key: bytes, now: float) -> Members:
        """All members that have not expired."""
        with self._lock:
            return self._memory.members(kind, key, now)

    def put(self, kind: str, key: bytes, member: tuple[bytes, bytes], now: float, timeout_s: float) -> None:
        """Sets a member."""
        with self._lock:
            self._memory.put(kind, key, member, now, timeout_s)

    def drop(self, kind: str, key: bytes, name: bytes) -> None:
        """Takes a member out."""
        with self._lock:
            self._memory.drop(kind, key, name)

    def expire(self, kind: str, key: bytes, name: bytes, at: float) -> None:
        """Has a member that is there expire."""
        with self._lock:
            self._memory.expire(kind, key, name, at)


class OneGate(Matchers):
    """Matchers whose newest gate serves every rule set with the same operators: exclusions change none of these."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(None if folder is None else Drawer(folder))
        self._newest: tuple[tuple[bytes, ...], Gate] | None = None

    def gate(self, needs: Sequence[Need]) -> Gate:
        """A gate for operators."""
        key = tuple(each.key for each in needs)
        if self._newest is None or self._newest[0] != key:
            self._newest = (key, super().gate(needs))
        return self._newest[1]


class Drawer:
    """A folder of matchers' databases, by name; fulfils `waf.gate.sealed.Cache`. What cannot be kept is made anew at the next start.

    Args:
        folder: made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """What was put there."""
        path = self._folder / key
        try:
            content = path.read_bytes()
            path.touch()
        except OSError:
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep it, and of the others those that were asked for last."""
        new = self._folder / f"{key}.new"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.write_bytes(content)
            new.replace(self._folder / key)
            by_age = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in by_age[FILES_MOST:]:
                path.unlink()
        except OSError as error:
            log.warning("databases of rules cannot be kept in %s: %s", self._folder, error.strerror or error)

"""What rules remember from one request to the next, and what matchers keep from one start to the next."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from routerd.defence.making import Making
from routerd.waf.collections import Members
from routerd.waf.gate import scanner
from routerd.waf.gate.exchanged import Exchanged
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.matchers import Matchers, of_literals
from routerd.waf.gate.needs import Need
from routerd.waf.persistent import Memory

log = logging.getLogger(__name__)

MISSING_MOST = 32
"""Operators that may be asked each time rather than have databases made for them."""

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


@dataclass(frozen=True, slots=True)
class _Made:
    """A gate, and what it was made for: keys of needs by number of their bits, and bits that it always sets."""

    keys: Mapping[int, bytes]
    silent: int
    gate: Gate

    def serves(self, keys: Mapping[int, bytes]) -> bool:
        """Whether it speaks for these operators, or lets them be asked; too many of the latter, and one of their own is better."""
        missing = [number for number, key in keys.items() if self.keys.get(number) != key]
        return len(missing) <= MISSING_MOST and all(number not in self.keys and self.silent >> number & 1 for number in missing)


class OneGate(Matchers):
    """Matchers whose newest gate serves every rule set with the same operators: exclusions change none of these.

    Args:
        folder: where databases are kept; None: nowhere.
        making: makes databases that are not there beside the daemon, while literals serve; None: they are made at once.
        hyperscan: whether it may be used where it is installed.
    """

    def __init__(self, folder: Path | None, making: Making | None = None, *, hyperscan: bool = True) -> None:
        super().__init__(None if folder is None else Drawer(folder), hyperscan=hyperscan)
        self._making = making
        self._newest: _Made | None = None

    def gate(self, groups: Sequence[Mapping[int, Need]], silent: int = 0) -> Gate:
        """A gate for operators."""
        keys = {number: need.key for group in groups for number, need in group.items()}
        if self._newest is None or not self._newest.serves(keys):
            self._newest = _Made(keys, silent, super().gate(groups, silent))
        return self._newest.gate

    def _built(self, key: str, groups: Sequence[Mapping[int, Need]], silent: int) -> Gate:
        if self._making is None:
            return super()._built(key, groups, silent)
        gate = Exchanged(of_literals(groups, silent))

        def done(content: bytes | None) -> None:
            better = self._taken(key, content, silent)
            if content is not None and better is not None and self._cache is not None:
                self._cache.put(key, content)
            gate.settle(better)
            scanner.tidied()

        self._making.begin(groups, done)
        return gate


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

"""The audit log: a line of JSON for each request that matched a rule. Written by the journal's thread alone.

A file that was moved away by whoever rotates logs is opened anew within a second.
"""

import io
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from routerd.attacks.masking import masked, printable
from routerd.core.clock import Clock
from routerd.core.errors import Misconfigured
from routerd.defence.model import Judged

log = logging.getLogger(__name__)

_MARKER = b"x-crs-test"
_LOOK_S = 1.0
_URI_MOST = 4_096


class AuditLog:
    """The file.

    Args:
        path: of it.
        clock: tells when to look whether it is still there.

    Raises:
        Misconfigured: it cannot be written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._looked = clock.monotonic()
        self._failed = self._torn = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._file = _opened(path)
        except OSError as error:
            raise Misconfigured(f"[waf] audit_log: {path} cannot be written: {error.strerror}") from error

    def append(self, judged: Iterable[Judged]) -> None:
        """Write a line for each, and have them in the file when this returns; a failure is worth one line of the daemon's log."""
        try:
            self._look()
            self._write(b"".join(map(line, judged)))
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.warning("the audit log %s cannot be written: %s", self._path, error.strerror)
            self._failed = True

    def _write(self, lines: bytes) -> None:
        """All of it; what a full disk cut off ends its line, so that the next one is whole."""
        if self._torn:
            lines = b"\n" + lines
        while lines:
            written = self._file.write(lines) or 0
            self._torn = not lines[:written].endswith(b"\n")
            lines = lines[written:]

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _look(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        ours = os.fstat(self._file.fileno())
        try:
            theirs = self._path.stat()
        except FileNotFoundError:
            theirs = None
        if theirs is None or (theirs.st_ino, theirs.st_dev) != (ours.st_ino, ours.st_dev):
            fresh = _opened(self._path)
            self._file.close()
            self._file, self._torn = fresh, False


def _opened(path: Path) -> io.FileIO:
    return io.FileIO(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640), "ab")


def line(judged: Judged) -> bytes:
    """A request as it stands in the log, secrets masked."""
    head = judged.head
    rule_ids: list[int | str] = sorted({match.rule for match in judged.matches})
    if judged.ruling is not None:
        rule_ids.append(judged.ruling.rule_id)
    told: dict[str, object] = {
        "id": judged.request_id,
        "at": round(judged.at, 3),
        "site": judged.site,
        "client": printable(head.client),
        "host": printable(head.host),
        "method": printable(head.method),
        "uri": masked(printable(head.target[:_URI_MOST])),
        "rule_ids": rule_ids,
        "action": judged.action or "pass",
        "status": judged.status,
        "anomaly_scores": {"inbound": judged.inbound, "outbound": judged.outbound},
    }
    if judged.exceeded:
        told["exceeded"] = judged.exceeded
    if judged.reason:
        told["reason"] = judged.reason
    marker = next((value for name, value in head.headers if name.lower() == _MARKER), None)
    if marker is not None:
        told["marker"] = printable(marker[:256])
    return msgspec.json.encode(told) + b"\n"

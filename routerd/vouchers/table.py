"""Vouchers as rows of a table, as a CSV file has them: read into what is wanted, with every fault named by line and column. Pure.

A file is taken as a whole or not at all; whoever calls this makes the vouchers in one transaction, and only when nothing is wrong.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routerd.core.errors import BadInput
from routerd.core.grants import LIMIT_MB_MOST
from routerd.core.jobs import Problem
from routerd.vouchers import model
from routerd.vouchers.model import NewVoucher

ROWS_MOST = 10_000

COLUMNS = (
    *("username", "passcode", "fullname", "valid_for", "valid_from", "down_limit_mb", "up_limit_mb"),
    *("down_kbit", "up_kbit", "devices", "comment", "batch"),
)
TOLD = ("created_at", "first_login", "last_login", "until", "state", "mac")
"""What an export says besides; an import skips it."""

MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(slots=True)
class Read:
    """What a file holds.

    Attributes:
        wanted: the vouchers, in the file's order.
        lines: the line of each.
        problems: what is wrong; with any, nothing may be made.
    """

    wanted: list[NewVoucher] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(octets: bytes, plain: Callable[[str], str]) -> Read:
    """Take a CSV file apart.

    Args:
        octets: the file: UTF-8, columns named in its first row, set apart by comma, semicolon or tab.
        plain: makes a cell what it was before the export guarded it.
    """
    found = Read()
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.problems.append(Problem(octets[: error.start].count(b"\n") + 1, "", "text that is not UTF-8", "a file saved as CSV UTF-8"))
        return found
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        _rows(rows, plain, found)
    except csv.Error as error:
        found.problems.append(Problem(rows.line_num, "", str(error), "cells set apart by commas, quotes closed"))
    return found


def _rows(rows: Any, plain: Callable[[str], str], found: Read) -> None:
    header = [name.strip().lower() for name in next(rows, [])]
    unknown = [name for name in header if name not in COLUMNS and name not in TOLD]
    if not header or unknown or len(set(header)) < len(header):
        shown = ", ".join(unknown or header) or "nothing"
        found.problems.append(Problem(1, "", shown[:200], f"names of columns, each once: {', '.join(COLUMNS)}"))
        return
    seen: dict[str, int] = {}
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(found.wanted) >= ROWS_MOST:
            found.problems.append(Problem(rows.line_num, "", "more rows", f"at most {ROWS_MOST} vouchers in a file"))
            return
        if len(cells) != len(header):
            found.problems.append(Problem(rows.line_num, "", f"{len(cells)} cells", f"{len(header)}, as in the first row"))
            continue
        _row(dict(zip(header, map(plain, cells), strict=True)), rows.line_num, seen, found)


def _row(cells: Mapping[str, str], line: int, seen: dict[str, int], found: Read) -> None:
    values: dict[str, Any] = {}
    for name in COLUMNS:
        cell = cells.get(name, "").strip()
        if not cell:
            continue
        try:
            values[_FIELDS.get(name, name)] = _READERS[name](cell)
        except BadInput as error:
            found.problems.append(Problem(line, name, cell[:100], str(error)))
    username = model.folded(values.get("username", ""))
    if username and username in seen:
        found.problems.append(Problem(line, "username", values["username"][:100], f"one that line {seen[username]} does not have already"))
    seen.setdefault(username, line)
    found.wanted.append(NewVoucher(**values))
    found.lines.append(line)


def _delimiter(text: str) -> str:
    """The one that the first row has most of."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _credential(name: str, most: int) -> Callable[[str], str]:
    return lambda cell: model.credential(name, cell, most)


def _text(name: str, most: int) -> Callable[[str], str]:
    return lambda cell: model.text(name, cell, most)


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and len(cell) < 12 and least <= int(cell) <= most):
            raise BadInput(f"a whole number from {least} to {most}")
        return int(cell)

    return number


def _moment(cell: str) -> int:
    for form in (MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return model.start(int(datetime.strptime(cell, form).timestamp()), 0)  # noqa: DTZ007 - local time is meant
        except (ValueError, OverflowError):
            continue
    raise BadInput('a date such as "2026-05-01" or "2026-05-01 18:00"')


_FIELDS = {"down_limit_mb": "download_limit_mb", "up_limit_mb": "upload_limit_mb"}

_READERS: Mapping[str, Callable[[str], Any]] = {
    "username": _credential("username", model.USERNAME_MOST),
    "passcode": _credential("passcode", model.PASSCODE_MOST),
    "fullname": _text("fullname", model.FULLNAME_MOST),
    "valid_for": lambda cell: model.validity(cell, ""),
    "valid_from": _moment,
    "down_limit_mb": _number(0, LIMIT_MB_MOST),
    "up_limit_mb": _number(0, LIMIT_MB_MOST),
    "down_kbit": _number(0, model.KBIT_MOST),
    "up_kbit": _number(0, model.KBIT_MOST),
    "devices": _number(1, model.DEVICES_MOST),
    "comment": _text("comment", model.COMMENT_MOST),
    "batch": _text("batch", model.BATCH_MOST),
}

"""CSV for spreadsheets: UTF-8 with a byte order mark, commas, CRLF (RFC 4180), and nothing that a spreadsheet would run.

Guests choose hostnames and names; a cell that begins like a formula would be computed by whoever opens the file, so such cells get
an apostrophe in front, which spreadsheets show as text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

MEDIA_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
"""Without it a well-known spreadsheet takes UTF-8 for something else."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
ROWS_A_PIECE = 500


def pieces(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, piece by piece, so that it never is in memory as a whole.

    Args:
        header: names of the columns.
        rows: their values; None is an empty cell.
    """
    text = io.StringIO(newline="")
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(header)
    for at, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if at % ROWS_A_PIECE == 0:
            yield _taken(text)
    yield _taken(text)


def plain(cell: str) -> str:
    """A cell as it was before `pieces` made it harmless."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _taken(text: io.StringIO) -> bytes:
    octets = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return octets

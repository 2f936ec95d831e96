"""What commands print: lines, JSON, tables. What guests named themselves is shown without its control characters."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence


def say(text: str) -> None:
    """Print to standard output, ending the line where it is not ended."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def say_json(value: object) -> None:
    """Print as JSON, indented, keys in the order given."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Iterable[Mapping[str, object]], columns: Sequence[tuple[str, str]]) -> str:
    """Rows in aligned columns under their headings.

    Args:
        rows: what to show.
        columns: pairs of key and heading.
    """
    lines = [[heading for _, heading in columns]]
    lines += [[plain(row.get(key)) for key, _ in columns] for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines)


def plain(value: object) -> str:
    """A value on one line that a terminal will not obey; `-` for nothing."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "".join(character if character.isprintable() else "?" for character in str(value))

"""Takes single fields out of a request, of the type that they must have; what is wrong is told with the field's name."""

from collections.abc import Mapping
from typing import Any

from routerd.admin.section import BadField

ROWS_MOST = 1000
"""Rows of one answer."""


def text(fields: Mapping[str, Any], name: str, default: str | None = None, most: int = 1024) -> str:
    """A text.

    Args:
        fields: the request's.
        name: of the field.
        default: what a missing one counts as; None: it must be there.
        most: characters.

    Raises:
        BadField: it is missing, too long or no text.
    """
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or len(value) > most:
        raise BadField(name, f"{name}: expected a text of at most {most} characters")
    return value


def number(fields: Mapping[str, Any], name: str, default: int | None = None, least: int = 0, most: int = 2**53) -> int:
    """A whole number; in a query it is written as a text.

    Raises:
        BadField: it is missing, out of bounds or no whole number.
    """
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 17:
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise BadField(name, f"{name}: expected a whole number from {least} to {most}")
    return value


def flag(fields: Mapping[str, Any], name: str, default: bool | None = None) -> bool:
    """True or false.

    Raises:
        BadField: it is missing or neither.
    """
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, bool):
        raise BadField(name, f"{name}: expected true or false")
    return value


def texts(fields: Mapping[str, Any], name: str, most: int = ROWS_MOST, long: int = 256) -> list[str]:
    """A list of 1 to `most` texts of at most `long` characters.

    Raises:
        BadField: it is none.
    """
    value = fields.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= most or not all(isinstance(each, str) and len(each) <= long for each in value):
        raise BadField(name, f"{name}: expected a list of 1 to {most} texts")
    return value


def page(fields: Mapping[str, Any]) -> tuple[int | None, int]:
    """`before` (an id; None: the newest) and `most` (100) of a list that is read backwards.

    Raises:
        BadField: one is no number, or out of bounds.
    """
    before = number(fields, "before", least=1) if "before" in fields else None
    return before, number(fields, "most", 100, 1, ROWS_MOST)

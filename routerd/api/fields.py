"""Decodes an action's parameters, whatever way they came (query, form, JSON), and says what would be right when one is wrong.

The specification's rules: an empty parameter is one that is not set; a limit out of bounds is unlimited. Pure.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from routerd.core.errors import BadInput
from routerd.web import moments

Fields = Mapping[str, Any]
"""Parameter name to value: text from a query or form, any JSON value from a JSON body."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DIGITS_MOST = 1000
"""Beyond this a number is out of every bound there is, and need not be exact; Python refuses 4300."""

_SHOWN_MOST = 60


def text(fields: Fields, name: str) -> str | None:
    """A text, or None when it is not set.

    Raises:
        BadInput: it is something else, or holds what is no character.
    """
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong(name, value, "a text")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadInput(f"{name}: found half a character (a lone surrogate), expected a text")
    return value.strip() or None


def whole(fields: Fields, name: str) -> int | None:
    """A whole number, also when written as a text; None when it is not set.

    Raises:
        BadInput: it is something else.
    """
    value = fields.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if type(value) is int:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip()[:_DIGITS_MOST])
    raise wrong(name, value, "a whole number")


def moment(fields: Fields, name: str) -> int | None:
    """A date and time in the box's own time zone as seconds since the epoch; None when it is not set.

    Raises:
        BadInput: there is no such date, or it is written in another way.
    """
    written = text(fields, name)
    return None if written is None else moments.moment(name, written)


def wrong(name: str, value: object, expected: str) -> BadInput:
    """The error that names the parameter, what was found and what would be right."""
    return BadInput(f"{name}: found {shown(value)}, expected {expected}")


def shown(value: object) -> str:
    """A value as a message may repeat it: as JSON, one line, short."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    written = written.encode("utf-8", "replace").decode()
    return written if len(written) <= _SHOWN_MOST else written[:_SHOWN_MOST] + "…"

"""Reads what a request carries, within limits, and refuses what is malformed with words that say what would be right."""

import json
from typing import Any
from urllib.parse import parse_qsl

import bottle

from routerd.core.errors import BadInput
from routerd.web.statuses import TooLarge

BODY_OCTETS_MOST = 65_536
"""No form or action of ours needs more; a larger body is refused before it is read."""

FIELDS_MOST = 200
"""Fields in a form or query: many times what any front has."""


def read(most_octets: int = BODY_OCTETS_MOST) -> bytes:
    """The request's body.

    Raises:
        TooLarge: it is over `most_octets`.
    """
    announced = bottle.request.content_length
    if announced > most_octets:
        raise TooLarge(f"the request body has {announced} octets; at most {most_octets} are taken")
    body: bytes = bottle.request.environ["wsgi.input"].read(most_octets + 1)
    if len(body) > most_octets:
        raise TooLarge(f"the request body is over {most_octets} octets")
    return body


def json_fields(most_octets: int = BODY_OCTETS_MOST) -> dict[str, Any]:
    """The body as a JSON object."""
    return json_object(read(most_octets))


def json_object(body: bytes) -> dict[str, Any]:
    """A body that was read already, as a JSON object."""
    try:
        value = json.loads(body)
    except UnicodeDecodeError:
        raise BadInput("the request body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"the request body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BadInput("the request body is nested too deeply") from None
    except ValueError:  # sys.get_int_max_str_digits()
        raise BadInput("a number in the request body has too many digits") from None
    if not isinstance(value, dict):
        raise BadInput(f"the request body is a JSON {type(value).__name__}; expected an object")
    return value


def form_fields(most_octets: int = BODY_OCTETS_MOST) -> dict[str, str]:
    """The body as an urlencoded form; of a repeated field the last value counts."""
    return form_pairs(read(most_octets))


def form_pairs(body: bytes) -> dict[str, str]:
    """A body that was read already, as an urlencoded form."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise BadInput("the form is not urlencoded") from None
    return _pairs(text)


def query_fields() -> dict[str, str]:
    """The query string's fields; of a repeated field the last value counts."""
    return _pairs(bottle.request.environ.get("QUERY_STRING", ""))


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_MOST))
    except UnicodeDecodeError:
        raise BadInput("a field is not UTF-8") from None
    except ValueError:
        raise BadInput(f"more than {FIELDS_MOST} fields") from None

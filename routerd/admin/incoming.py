"""Reads what a request to the admin API carries. Decodes; decides nothing."""

from collections.abc import Mapping
from typing import Any

import bottle
import msgspec

from routerd.admin.section import Route
from routerd.core.errors import BadInput
from routerd.web.body import BODY_OCTETS_MOST, query_fields, read

READING = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_TYPE = "application/json"
JSON_OCTETS_MOST = BODY_OCTETS_MOST


def fields_of(route: Route) -> Mapping[str, Any]:
    """The request's fields: of the query, or of the JSON object sent; a DELETE may use either."""
    if route.verb == "GET" or route.raw:
        return query_fields()
    body = read()
    if not body:
        return query_fields() if route.verb == "DELETE" else {}
    if media_type() != JSON_TYPE:
        raise BadInput(f"the body must be JSON, sent as Content-Type: {JSON_TYPE}")
    return _object(body)


def body_of(route: Route) -> bytes:
    """The raw body of a route that takes one."""
    return read(route.raw) if route.raw else b""


def media_type() -> str:
    """The body's type without parameters, in lower case."""
    return str(bottle.request.environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()


def header(name: str) -> str:
    """A request header; empty when it is missing."""
    return str(bottle.request.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))


def cookie(name: str) -> str:
    """A cookie; empty when it is missing. Of several with one name, the first counts."""
    for pair in header("Cookie").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f"the request body is not JSON: {error}") from None
    except RecursionError:
        raise BadInput("the request body is nested too deeply") from None
    if not isinstance(value, dict):
        raise BadInput("the request body must be a JSON object")
    return value

"""Collects a request's parameters from where its method carries them: the query of a GET, the body of a POST.

A POST body that begins like a JSON object is read as one whatever its Content-Type says: curl and many libraries label JSON as a
form unless told otherwise. Nothing else is guessed. The key is never taken from the query of a POST, because queries are
what proxies and browsers remember; `action` is.
"""

import io
from typing import Any

import bottle

from routerd.api.fields import Fields
from routerd.core.errors import BadInput
from routerd.web import body

_BLANKS = b"\xef\xbb\xbf \t\r\n"


def parameters(method: str) -> Fields:
    """The current request's parameters.

    Raises:
        BadInput: the body is too large, malformed, or of a type that is not taken.
    """
    if method != "POST":
        return body.query_fields()
    fields = _posted(body.read())
    if "action" not in fields and bottle.request.query_string:
        return {**fields, "action": body.query_fields().get("action")}
    return fields


def _posted(octets: bytes) -> dict[str, Any]:
    kind = bottle.request.content_type.partition(";")[0].strip().lower()
    if octets.lstrip(_BLANKS).startswith(b"{") or kind == "application/json":
        return body.json_object(octets)
    if kind in ("", "application/x-www-form-urlencoded"):
        return dict(body.form_pairs(octets))
    if kind == "multipart/form-data":
        return _multipart(octets)
    raise BadInput(f"Content-Type: found {kind[:60]}, expected application/json or application/x-www-form-urlencoded")


def _multipart(octets: bytes) -> dict[str, Any]:
    bottle.request["wsgi.input"] = io.BytesIO(octets)
    try:
        return {name: bottle.request.forms.getunicode(name) for name in bottle.request.forms}
    except (bottle.HTTPError, ValueError, LookupError):  # what its parser raises for octets and character sets that it cannot read
        raise BadInput("the multipart form is malformed") from None

"""The boundary that a multipart Content-Type names, and all that may be wrong with how it does, as ModSecurity v3 judges it.

Called by `multipart`.
"""

import re

_TYPE = b"multipart/form-data"
_HEADER_MOST = 1024
_NAME = re.compile(rb"boundary(?=.*=)", re.IGNORECASE | re.DOTALL)
_PARAMETER = re.compile(rb"boundary(\s*)=", re.DOTALL)
_ALLOWED = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]*[0-9A-Za-z'()+_,\-./:=?]")


class Broken(Exception):
    """A body that cannot be read any further; the text is for REQBODY_ERROR_MSG."""


def boundary(content_type: bytes, flags: dict[str, int]) -> bytes:
    """The boundary; what is doubtful about it is put in `flags`.

    Raises:
        Broken: there is none, or none that everybody would understand alike.
    """
    if len(content_type) > _HEADER_MOST:
        raise Broken("Invalid boundary in C-T (length).")
    if content_type[: len(_TYPE)].lower() != _TYPE:
        raise Broken("Invalid MIME type.")
    if len(_NAME.findall(content_type)) > 1:
        raise Broken("Multiple boundary parameters in C-T.")
    _before(content_type, flags)
    found = _PARAMETER.search(content_type)
    if found is None:
        raise Broken("Invalid boundary in C-T (parameter name).")
    rest = content_type[found.end() :]
    flags["MULTIPART_BOUNDARY_WHITESPACE"] = int(bool(found[1]) or rest[:1].isspace())
    value = _allowed(_unquoted(rest, flags))
    if _NAME.search(value):
        raise Broken("Invalid boundary in C-T (content).")
    return value


def _before(content_type: bytes, flags: dict[str, int]) -> None:
    start = content_type.find(b"boundary")
    if start < 0:
        raise Broken("Invalid boundary in C-T (case sensitivity)." if _NAME.search(content_type) else "Boundary not found in C-T.")
    between = content_type[len(_TYPE) : start].strip()
    if between not in (b"", b";"):
        raise Broken("Invalid boundary in C-T (malformed).")
    flags["MULTIPART_MISSING_SEMICOLON"] = int(not between)


def _unquoted(value: bytes, flags: dict[str, int]) -> bytes:
    if len(value) > 1 and value[:1] == value[-1:] == b'"':
        flags["MULTIPART_BOUNDARY_QUOTED"] = 1
        return value[1:-1]
    if b'"' in (value[:1], value[-1:]):
        raise Broken("Invalid boundary in C-T (quote).")
    return value


def _allowed(value: bytes) -> bytes:
    """Checked for the characters of RFC 2046; a parameter after it is tolerated, for there are programs that send a charset there."""
    if _ALLOWED.fullmatch(value):
        return value
    value = value.partition(b";")[0]
    if not value:
        raise Broken("Invalid boundary in C-T (empty).")
    if not _ALLOWED.fullmatch(value):
        raise Broken("Invalid boundary in C-T (characters).")
    return value

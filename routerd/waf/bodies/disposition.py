"""Name and file name from the Content-Disposition of a part, as strictly as ModSecurity v3 reads it: what it does not know is a fault.

Called by `multipart`.
"""

import re

from routerd.waf.bodies.boundary import Broken

_TOKEN = rb"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]*"
_START = re.compile(rb"form-data[\t ]*(;|$)")
_NAME = re.compile(rb"[\t ]*([^=\t ]+)[\t ]*=[\t ]*")
_VALUE = re.compile(rb'"((?:[^"\\]++|\\.)*)"|\'((?:[^\'\\]++|\\.)*)\'|(' + _TOKEN + rb")", re.DOTALL)
_EXTENDED = re.compile(rb"[0-9A-Za-z!#$%&+\-^_`{}~]+'[^']*'((?:%[0-9A-Fa-f]{2}|[0-9A-Za-z!#$&+\-.^_`~])*)(?=;|$)")
_NEXT = re.compile(rb"[\t ]*(;|$)")
_ESCAPED = {b'"': re.compile(rb'\\(["\\])'), b"'": re.compile(rb"\\(['\\])")}


def names(header: bytes, flags: dict[str, int]) -> dict[bytes, bytes]:
    """The parameters ``name``, ``filename`` and ``filename*`` that are there; doubtful quoting is put in `flags`.

    Raises:
        Broken: anything else is there, one comes twice, or ``filename*`` comes without ``filename``.
    """
    found: dict[bytes, bytes] = {}
    start = _START.match(header)
    if start is None:
        raise _broken(header)
    at = start.end()
    while at < len(header) or header[at - 1 : at] == b";":
        at = _parameter(header, at, found, flags)
    if b"filename*" in found and not found.get(b"filename"):
        raise _broken(header)
    return found


def _parameter(header: bytes, at: int, found: dict[bytes, bytes], flags: dict[str, int]) -> int:
    named = _NAME.match(header, at)
    if named is None or named.end() == len(header):
        raise _broken(header)
    name = named[1]
    if name not in (b"name", b"filename", b"filename*") or found.get(name):
        raise _broken(header)
    value, at = _extended(header, named.end()) if name == b"filename*" else _value(header, named.end(), flags)
    found[name] = value
    end = _NEXT.match(header, at)
    if end is None:
        if header[at - 1 : at] in (b'"', b"'"):
            flags["MULTIPART_INVALID_QUOTING"] = 1
        raise _broken(header)
    return end.end()


def _value(header: bytes, at: int, flags: dict[str, int]) -> tuple[bytes, int]:
    found = _VALUE.match(header, at)
    quote = header[at : at + 1]
    if found is None or (quote in _ESCAPED and found[3] is not None):
        raise _broken(header)
    value = found[found.lastindex or 0]
    if quote in _ESCAPED:
        value = _ESCAPED[quote].sub(rb"\1", value)
    if quote == b"'" or (quote != b'"' and b"'" in value):
        flags["MULTIPART_INVALID_QUOTING"] = 1
    return value, found.end()


def _extended(header: bytes, at: int) -> tuple[bytes, int]:
    found = _EXTENDED.match(header, at)
    if found is None:
        raise _broken(header)
    return found[1], found.end()


def _broken(header: bytes) -> Broken:
    return Broken(f"Invalid Content-Disposition header: {header[:256].decode(errors='backslashreplace')}")

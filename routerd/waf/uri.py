"""What a request's target says, split into the variables of the URI family as ModSecurity v3 does.

Called by the engine when a request begins. It decodes once and judges nothing; it never raises.
"""

import re
from dataclasses import dataclass

_SEQUENCE = re.compile(rb"%[0-9A-Fa-f]{2}")
_DIGITS = "0123456789abcdefABCDEF"
_OCTETS = {f"%{high}{low}".encode(): bytes([int(high + low, 16)]) for high in _DIGITS for low in _DIGITS}


@dataclass(frozen=True, slots=True)
class Uri:
    """The parts of a target.

    Attributes:
        raw: REQUEST_URI_RAW: as it came, with scheme, host and fragment if there are any.
        uri: REQUEST_URI: path and query with percent sequences decoded, without scheme, host and fragment.
        filename: REQUEST_FILENAME and PATH_INFO: decoded, without the query; an absolute target keeps its scheme and host.
        basename: REQUEST_BASENAME: what follows the last slash of either kind; None when nothing does.
        query: QUERY_STRING: as it came; None when there is no question mark.
    """

    raw: bytes
    uri: bytes
    filename: bytes
    basename: bytes | None
    query: bytes | None


def split(target: bytes) -> Uri:
    """Splits a target of a request line."""
    kept, _, _ = target.partition(b"#")
    path, mark, query = kept.partition(b"?")
    filename = decoded(path)
    cut = max(filename.rfind(b"/"), filename.rfind(b"\\"))
    basename = filename[cut + 1 :] if cut >= 0 else b""
    return Uri(target, _local(decoded(kept)), filename, basename or None, query if mark else None)


def decoded(value: bytes) -> bytes:
    """Percent sequences decoded; one without two hexadecimal digits stays as it is, and so does a plus sign."""
    return _SEQUENCE.sub(_octet, value) if b"%" in value else value


def _octet(found: re.Match[bytes]) -> bytes:
    return _OCTETS[found[0]]


def _local(uri: bytes) -> bytes:
    """Without scheme and host; whole when no path follows these."""
    if uri[:1] == b"/":
        return uri
    colon = uri.find(b":")
    if colon < 0 or uri[colon + 1 : colon + 3] != b"//":
        return uri
    path = uri.find(b"/", colon + 3)
    return uri[path:] if path >= 0 else uri

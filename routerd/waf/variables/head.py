"""Variables of the request line, the header fields, the cookies and the connection."""

import binascii

from routerd.waf.collections import Members
from routerd.waf.request import field
from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, absent, names_of, single


def _headers(state: State) -> Members:
    return state.request.headers


def _line(state: State) -> bytes:
    request = state.request
    return b" ".join((request.method, request.target, request.protocol))


def _host(state: State) -> bytes:
    """Without the port; an IPv6 address keeps its brackets."""
    host = field(state.request.headers, b"host") or b""
    if host[:1] == b"[":
        return host[: host.find(b"]") + 1] or host
    return host.partition(b":")[0]


def _auth_type(state: State) -> bytes:
    return (field(state.request.headers, b"authorization") or b"").partition(b" ")[0]


def _remote_user(state: State) -> bytes:
    value = field(state.request.headers, b"authorization") or b""
    if value[:6].lower() != b"basic ":
        return b""
    try:
        user, colon, _ = binascii.a2b_base64(value[6:]).partition(b":")
    except binascii.Error:
        return b""
    return user if colon else b""


VARIABLES: tuple[Variable, ...] = (
    single("AUTH_TYPE", _auth_type),
    single("PATH_INFO", lambda state: state.uri.filename),
    single("QUERY_STRING", lambda state: state.uri.query or b""),
    single("REMOTE_ADDR", lambda state: state.request.client),
    single("REMOTE_HOST", lambda state: state.request.client),
    single("REMOTE_PORT", lambda state: b"%d" % state.request.client_port),
    single("REMOTE_USER", _remote_user),
    single("REQUEST_BASENAME", lambda state: state.uri.basename or b""),
    Variable("REQUEST_COOKIES", lambda state: state.cookies),
    Variable("REQUEST_COOKIES_NAMES", lambda state: names_of(state.cookies)),
    single("REQUEST_FILENAME", lambda state: state.uri.filename),
    Variable("REQUEST_HEADERS", _headers, named=lambda state, name: state.fields.get(name, ())),
    Variable("REQUEST_HEADERS_NAMES", lambda state: names_of(state.request.headers)),
    single("REQUEST_LINE", _line),
    single("REQUEST_METHOD", lambda state: state.request.method),
    single("REQUEST_PROTOCOL", lambda state: state.request.protocol),
    single("REQUEST_URI", lambda state: state.uri.uri),
    single("REQUEST_URI_RAW", lambda state: state.uri.raw),
    single("SERVER_ADDR", lambda state: state.request.server),
    single("SERVER_NAME", _host),
    single("SERVER_PORT", lambda state: b"%d" % state.request.server_port),
    absent("STATUS_LINE"),
)

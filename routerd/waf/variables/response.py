"""Variables of the response."""

from routerd.waf.collections import Members
from routerd.waf.request import field
from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, flag, names_of, single


def _headers(state: State) -> Members:
    return state.response.headers if state.response else ()


def content_type(state: State) -> bytes:
    """Without its parameters."""
    value = field(state.response.headers, b"content-type") if state.response else None
    return (value or b"").partition(b";")[0].strip()


VARIABLES: tuple[Variable, ...] = (
    flag("OUTBOUND_DATA_ERROR", lambda state: state.outbound_data_error),
    single("RESPONSE_BODY", lambda state: state.response_body),
    single("RESPONSE_CONTENT_LENGTH", lambda state: b"%d" % len(state.response_body)),
    single("RESPONSE_CONTENT_TYPE", content_type),
    Variable("RESPONSE_HEADERS", _headers),
    Variable("RESPONSE_HEADERS_NAMES", lambda state: names_of(_headers(state))),
    single("RESPONSE_PROTOCOL", lambda state: state.response.protocol if state.response else b""),
    single("RESPONSE_STATUS", lambda state: b"%d" % state.response.status if state.response else b""),
)

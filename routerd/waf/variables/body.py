"""Variables of the body of a request: as it came, its files and parts, its XML, and what is wrong with it."""

from routerd.waf.collections import Members
from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, absent, flag, single


def _full(state: State) -> bytes:
    """Header fields and body, as the reference puts them together."""
    head = b"".join(name + b": " + value + b"\n" for name, value in state.request.headers)
    return head + b"\n\n" + (state.body or b"")


def _body(state: State) -> bytes:
    """The body as it came, as in v3; but not of XML that could be read, whose markup would be taken for what it says: XML has that."""
    return b"" if state.body_hidden else state.body or b""


def _part_headers(state: State) -> Members:
    return [(part.name, line) for part in state.parsed.parts for line in part.headers]


def _xml(state: State) -> Members:
    """The text under ``/*``, the values of attributes under ``//@*``; selectors pick one of the two."""
    xml = state.parsed.xml
    if xml is None:
        return ()
    return ((b"/*", xml.text), *((b"//@*", value) for value in xml.attributes))


def _part(name: str) -> Variable:
    """A flag that the multipart processor sets."""
    return flag(name, lambda state: state.parsed.flags.get(name, 0))


VARIABLES: tuple[Variable, ...] = (
    Variable("FILES", lambda state: [(file.name, file.filename) for file in state.parsed.files]),
    single("FILES_COMBINED_SIZE", lambda state: b"%d" % sum(len(file.content) for file in state.parsed.files)),
    Variable("FILES_NAMES", lambda state: [(file.name, file.name) for file in state.parsed.files]),
    Variable("FILES_SIZES", lambda state: [(file.name, b"%d" % len(file.content)) for file in state.parsed.files]),
    Variable("FILES_TMPNAMES", lambda _: ()),
    Variable("FILES_TMP_CONTENT", lambda state: [(file.name, file.content) for file in state.parsed.files]),
    single("FULL_REQUEST", _full),
    single("FULL_REQUEST_LENGTH", lambda state: b"%d" % len(_full(state))),
    flag("INBOUND_DATA_ERROR", lambda state: state.inbound_data_error),
    Variable(
        "MULTIPART_FILENAME",
        lambda state: [(part.name, part.filename) for part in state.parsed.parts if part.filename is not None],
    ),
    Variable("MULTIPART_NAME", lambda state: [(part.name, part.name) for part in state.parsed.parts]),
    Variable("MULTIPART_PART_HEADERS", _part_headers),
    *map(
        _part,
        (
            "MULTIPART_BOUNDARY_QUOTED",
            "MULTIPART_BOUNDARY_WHITESPACE",
            "MULTIPART_CRLF_LF_LINES",
            "MULTIPART_DATA_AFTER",
            "MULTIPART_DATA_BEFORE",
            "MULTIPART_FILE_LIMIT_EXCEEDED",
            "MULTIPART_HEADER_FOLDING",
            "MULTIPART_INVALID_HEADER_FOLDING",
            "MULTIPART_INVALID_PART",
            "MULTIPART_INVALID_QUOTING",
            "MULTIPART_LF_LINE",
            "MULTIPART_MISSING_SEMICOLON",
            "MULTIPART_STRICT_ERROR",
            "MULTIPART_UNMATCHED_BOUNDARY",
        ),
    ),
    flag("REQBODY_ERROR", lambda state: bool(state.body_error)),
    single("REQBODY_ERROR_MSG", lambda state: state.body_error.encode()),
    single("REQBODY_PROCESSOR", lambda state: state.processor, changing=True),
    flag("REQBODY_PROCESSOR_ERROR", lambda state: bool(state.parsed.error)),
    single("REQBODY_PROCESSOR_ERROR_MSG", lambda state: state.body_error.encode()),
    single("REQUEST_BODY", _body),
    single("REQUEST_BODY_LENGTH", lambda state: b"%d" % len(state.body or b"")),
    Variable("XML", _xml),
    absent("MODSEC_BUILD"),
)

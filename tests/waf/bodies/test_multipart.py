"""Multipart bodies become fields and files; whatever a back end might read differently is flagged, as the reference flags it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.bodies import multipart
from routerd.waf.bodies.body import File, Limits, Parsed, Part

LIMITS = Limits()
TYPE = b"multipart/form-data; boundary=0000"
FIELD = b'--0000\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
FILE = b'--0000\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\ny\r\nz\r\n'
END = b"--0000--\r\n"
GOOD = FIELD + FILE + END


def parse(body: bytes, content_type: bytes = TYPE, limits: Limits = LIMITS) -> Parsed:
    return multipart.parse(body, content_type, limits)


def raised(parsed: Parsed) -> dict[str, int]:
    """Flags that are set, but for the one that every body with two boundaries sets."""
    flags = {name.removeprefix("MULTIPART_"): value for name, value in parsed.flags.items() if value}
    return {name: value for name, value in flags.items() if (name, value) != ("UNMATCHED_BOUNDARY", 2)}


def test_fields_and_files_are_told_apart() -> None:
    parsed = parse(GOOD)
    assert parsed.args == ((b"a", b"x"),)
    assert parsed.files == (File(b"f", b"x.txt", b"y\r\nz"),)
    disposition = b'Content-Disposition: form-data; name="f"; filename="x.txt"'
    assert parsed.parts[1] == Part(b"f", b"x.txt", (disposition, b"Content-Type: text/plain"))
    assert (parsed.error, raised(parsed)) == ("", {})


@pytest.mark.parametrize(
    ("body", "content_type", "flags"),
    [
        (GOOD, b'multipart/form-data; boundary="0000"', {"BOUNDARY_QUOTED": 1}),
        (GOOD, b"multipart/form-data boundary=0000", {"MISSING_SEMICOLON": 1}),
        (GOOD, b"multipart/form-data; boundary =0000", {"BOUNDARY_WHITESPACE": 1}),
        (b"preamble\r\n" + GOOD, TYPE, {"DATA_BEFORE": 1}),
        (GOOD + b"x", TYPE, {"DATA_AFTER": 1}),
        (GOOD.replace(b"\r\n", b"\n"), TYPE, {"LF_LINE": 1}),
        (GOOD.replace(b"x\r\n--", b"x\n--"), TYPE, {"LF_LINE": 1, "CRLF_LF_LINES": 1}),
        (GOOD.replace(b'name="a"', b"name='a'"), TYPE, {"INVALID_QUOTING": 1}),
        (GOOD.replace(b'name="a"', b"name=a'b"), TYPE, {"INVALID_QUOTING": 1}),
        (GOOD.replace(b"; filename", b";\r\n filename"), TYPE, {"HEADER_FOLDING": 1}),
        (GOOD.replace(b"; filename", b";\r\n\x0bfilename"), TYPE, {"HEADER_FOLDING": 1, "INVALID_HEADER_FOLDING": 1}),
        (GOOD.replace(b"\r\n\r\nx", b"\r\n\r\n--0000\r\nx"), TYPE, {"INVALID_PART": 1}),
    ],
)
def test_each_doubt_has_its_flag_and_makes_the_strict_error(body: bytes, content_type: bytes, flags: dict[str, int]) -> None:
    parsed = parse(body, content_type)
    assert parsed.error == ""
    assert raised(parsed) == {**flags, "STRICT_ERROR": 1}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (FIELD + END[:-2], 0),
        (FIELD + END, 2),
        (FIELD.replace(b"x\r\n", b"--other\r\n") + END[:-2], 1),
        (FIELD.replace(b"x\r\n", b"see --0000\r\n") + END[:-2], 1),
        (FIELD.replace(b"x\r\n", b"--\n\r\n") + END[:-2], 0),
    ],
)
def test_lines_that_resemble_a_boundary_are_counted_as_the_reference_does(body: bytes, value: int) -> None:
    assert parse(body).flags.get("MULTIPART_UNMATCHED_BOUNDARY", 0) == value


@pytest.mark.parametrize(
    ("content_type", "error"),
    [
        (b"multipart/form-data", "Boundary not found in C-T."),
        (b"multipart/mixed; boundary=0", "Invalid MIME type."),
        (b"multipart/form-data; boundary=", "Invalid boundary in C-T (empty)."),
        (b"multipart/form-data; Boundary=0000", "Invalid boundary in C-T (case sensitivity)."),
        (b"multipart/form-data; charset=x; boundary=0000", "Invalid boundary in C-T (malformed)."),
        (b"multipart/form-data; boundary=0000; boundary=1", "Multiple boundary parameters in C-T."),
        (b"multipart/form-data; boundaryx=0000", "Invalid boundary in C-T (parameter name)."),
        (b'multipart/form-data; boundary="0000', "Invalid boundary in C-T (quote)."),
        (b"multipart/form-data; boundary=0\x0100", "Invalid boundary in C-T (characters)."),
        (b"multipart/form-data; boundary=" + b"0" * 1024, "Invalid boundary in C-T (length)."),
    ],
)
def test_a_boundary_that_not_all_would_read_alike_is_an_error(content_type: bytes, error: str) -> None:
    parsed = parse(GOOD, content_type)
    assert parsed.error == f"Multipart parsing error: Multipart: {error}"
    assert parsed.flags["MULTIPART_STRICT_ERROR"] == 1


def test_a_parameter_after_the_boundary_is_tolerated() -> None:
    assert parse(GOOD, TYPE + b"; charset=utf-8").args == ((b"a", b"x"),)


@pytest.mark.parametrize(
    ("body", "error", "args"),
    [
        (b"nothing", "No boundaries found in payload.", 0),
        (GOOD[: -len(END)], "Final boundary missing.", 1),
        (FIELD + b"--0000", "Final boundary missing.", 1),
        (FIELD + b"--0000x\r\n", "Invalid boundary.", 1),
        (FIELD + b"-- 0000\r\n" + END, "Invalid boundary (whitespace).", 0),
        (GOOD.replace(b"Content-Type", b"Content\xffType"), "Invalid part header (contains invalid character).", 1),
        (GOOD.replace(b"Content-Type:", b"Content-Type"), "Invalid part header (colon missing): Content-Type text/plain", 1),
        (GOOD.replace(b"Content-Type:", b":"), "Invalid part header (header name missing).", 1),
        (GOOD.replace(b"Content-Type:", b"X:\0"), "Nul byte in part headers.", 1),
        (GOOD.replace(b"Content-Type", b"content-disposition"), "Duplicate part header: content-disposition.", 1),
        (GOOD.replace(b"0000\r\nC", b"0000\r\n C", 1), "Invalid part header (folding error).", 0),
        (GOOD.replace(b"Content-Disposition", b"X", 1), "Part missing Content-Disposition header.", 0),
        (GOOD.replace(b'; name="a"', b""), "Content-Disposition header missing name field.", 0),
        (GOOD.replace(b"x.txt", b"x" * 5000), "Part header line over 4096 bytes long", 1),
    ],
)
def test_what_is_wrong_is_an_error_and_the_rest_is_kept(body: bytes, error: str, args: int) -> None:
    parsed = parse(body)
    assert parsed.error == f"Multipart parsing error: Multipart: {error}"
    assert len(parsed.args) == args
    assert parsed.flags["MULTIPART_STRICT_ERROR"] == 1


@pytest.mark.parametrize(
    "disposition",
    [
        b'attachment; name="a"',
        b'form-data, name="a"',
        b'form-data; name="a";',
        b'form-data; name="a"; name="b"',
        b'form-data; name="a"; size=3',
        b'form-data; name="a"b',
        b'form-data; name="a',
        b"form-data; name",
        b"form-data; name=\"a\"; filename*=utf-8''x",
        b'form-data; name="a"; filename="x"; filename*=utf-8\'\'%zz',
        b'form-data; name="a"; filename*=x; filename="x"',
    ],
)
def test_a_disposition_that_is_not_understood_is_an_error(disposition: bytes) -> None:
    parsed = parse(b"--0000\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n" + END)
    assert parsed.error.startswith("Multipart parsing error: Multipart: Invalid Content-Disposition header: ")


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        (b'form-data; name="a\\"b\\\\c"', b'a"b\\c', None),
        (b"form-data;name=a", b"a", None),
        (b'form-data; name="a"; filename="C:\\temp\\x"', b"a", b"C:\\temp\\x"),
        (b'form-data; name="a"; filename="x"; filename*=utf-8\'en\'%e2%82%ac', b"a", b"x"),
        (b'form-data; name="a"; filename=""', b"a", None),
    ],
)
def test_names_are_read_as_the_reference_reads_them(disposition: bytes, name: bytes, filename: bytes | None) -> None:
    parsed = parse(b"--0000\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n" + END)
    assert parsed.error == ""
    assert [(part.name, part.filename) for part in parsed.parts] == [(name, filename)]


def test_an_empty_body_is_no_error() -> None:
    assert parse(b"").error == ""


def test_files_beyond_the_limit_are_flagged() -> None:
    parsed = parse(FILE * 3 + END, limits=Limits(files=2))
    assert len(parsed.files) == 2
    assert parsed.flags["MULTIPART_FILE_LIMIT_EXCEEDED"] == 1


@pytest.mark.parametrize(
    "bomb",
    [
        FIELD * 50_000 + END,
        FIELD + b"\n" * 3_000_000,
        FIELD + b"-- \n" * 500_000 + END,
        b"--0000\r\n" * 500_000,
        b"--0000\r\n" + b"".join(b"h%d: x\r\n" % at for at in range(100_000)),
        b"--0000\r\nContent-Disposition: form-data; name=" + b'"\\' * 2000 + b"\r\n\r\n",
        b"x--0000" * 300_000,
    ],
)
def test_bombs_end_at_their_limits(bomb: bytes) -> None:
    start = time.process_time()
    parsed = parse(bomb)
    assert parsed.flags["MULTIPART_STRICT_ERROR"] == 1
    assert len(parsed.args) <= LIMITS.arguments
    assert time.process_time() - start < 1


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([b"--0000", b"--", b"\r\n", b"\n", b" ", b"x", b"=", b'"', FIELD, FILE, END]), max_size=12).map(b"".join)
)
def test_it_never_raises(body: bytes) -> None:
    assert parse(body).flags["MULTIPART_STRICT_ERROR"] in (0, 1)


@given(
    st.lists(
        st.tuples(st.from_regex(rb"[a-z]{1,8}", fullmatch=True), st.binary(max_size=30).filter(lambda value: b"--" not in value)),
        min_size=1,
        max_size=5,
    )
)
def test_fields_come_out_as_they_went_in(fields: list[tuple[bytes, bytes]]) -> None:
    parts = [b'--0000\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % field for field in fields]
    parsed = parse(b"".join(parts) + END)
    assert parsed.args == tuple(fields)
    assert parsed.error == ""

"""The router over sections, and the page's files."""

import gzip
from pathlib import Path

import pytest

from routerd.admin.guard import Guard
from routerd.admin.routes import build
from routerd.admin.section import ANYBODY, File, Route
from routerd.core.errors import Limited, Unavailable
from tests.admin.browser import Browser


class Toy:
    """A section made of the routes that a test gives it."""

    def __init__(self, *routes: Route) -> None:
        self._routes = routes

    def routes(self):
        return self._routes


def door(*routes: Route, files: Path = Path("/nonexistent")):
    return build([Toy(*routes)], Guard(lambda _token: None), files)


def visit(*routes: Route, files: Path = Path("/nonexistent")) -> Browser:
    return Browser(door(*routes, files=files).front)


def echo(asked):
    return {"fields": dict(asked.fields), "path": dict(asked.path), "body": len(asked.body)}


@pytest.mark.parametrize("other", ["/a/<id:int>", "/a/<name>"])
def test_two_routes_for_the_same_requests_are_an_error_at_the_start(other):
    with pytest.raises(ValueError, match="two sections answer GET /a/"):
        door(Route("GET", "/a/<id:int>", echo), Route("GET", other, echo))


def test_the_same_path_may_take_several_verbs():
    browser = visit(Route("GET", "/a", echo, ANYBODY), Route("POST", "/a", echo, ANYBODY), Route("DELETE", "/a", echo, ANYBODY))
    assert browser.get("/a", x="1").json["fields"] == {"x": "1"}
    assert browser.post("/a", {"x": 1}).json["fields"] == {"x": 1}
    assert browser.delete("/a", x="1").json["fields"] == {"x": "1"}


def test_parameters_of_the_path_are_texts():
    assert visit(Route("GET", "/a/<id:int>/<name>", echo, ANYBODY)).get("/a/7/x").json["path"] == {"id": "7", "name": "x"}


def test_a_raw_route_takes_what_it_declares_and_no_more():
    made = door(Route("POST", "/file", echo, ANYBODY, raw=100_000))
    assert made.body_octets_most == 100_000
    browser = Browser(made.front)
    assert browser.send("POST", "/admin/api/file", "name=x", b"\x00" * 100_000).json == {
        "fields": {"name": "x"},
        "path": {},
        "body": 100_000,
    }
    assert browser.send("POST", "/admin/api/file", body=b"\x00" * 100_001).status == 413


def test_a_download_has_its_name_and_cannot_run():
    file = File("text/csv; charset=utf-8", b"a,b\n", 'väu"cher\r\n.csv')
    answer = visit(Route("GET", "/export.csv", lambda _: file, ANYBODY)).get("/export.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''v%C3%A4u%22cher%0D%0A.csv"
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert answer.octets == b"a,b\n"


def test_a_file_may_bring_a_policy_of_its_own():
    file = File("text/html", b"x", headers={"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'"})
    answer = visit(Route("GET", "/preview", lambda _: file, ANYBODY)).get("/preview")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'"
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pieces_are_sent_as_they_come_and_closed_at_the_end():
    closed: list[bool] = []

    def pieces():
        try:
            yield b"1"
            yield b"2"
        finally:
            closed.append(True)

    answer = visit(Route("GET", "/live", lambda _: File("text/event-stream", pieces()), ANYBODY)).get("/live")
    assert answer.octets == b"12"
    assert closed == [True]


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [(Limited("later", 3), 429, "limited"), (Unavailable("the disk is full"), 503, "unavailable"), (KeyError("secret"), 500, "internal")],
)
def test_errors_have_one_shape(error, status, reason, caplog):
    def fail(_asked):
        raise error

    answer = visit(Route("GET", "/a", fail, ANYBODY)).get("/a")
    assert (answer.status, answer.json["error"]["reason"]) == (status, reason)
    assert "secret" not in answer.octets.decode()


def test_an_answer_of_nothing_has_no_body():
    answer = visit(Route("POST", "/a", lambda _: None, ANYBODY)).post("/a")
    assert (answer.status, answer.octets) == (204, b"")


# The page


@pytest.fixture
def files(tmp_path):
    built = tmp_path / "dist"
    (built / "languages").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>")
    (built / "app-5X2K7QHD.js").write_text("let a;")
    (built / "app-5X2K7QHD.js.gz").write_bytes(gzip.compress(b"let a;"))
    (built / "languages" / "de-ABCDEFGH.json").write_text("{}")
    (built / "plain-messages.css").write_text("a{}")
    (built / "notes.py").write_text("x")
    (tmp_path / "secret.json").write_text("no")
    return built


def test_the_page_is_found_from_the_front_door(files):
    browser = visit(files=files)
    for path in ("/", "/admin"):
        answer = browser.page(path)
        assert (answer.status, answer.headers["Location"]) == (302, "/admin/")
    answer = browser.page("/admin/")
    assert (answer.octets, answer.headers["Cache-Control"]) == (b"<!doctype html>", "no-store")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "kind", "caching"),
    [
        ("app-5X2K7QHD.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("languages/de-ABCDEFGH.json", "application/json", "public, max-age=31536000, immutable"),
        ("plain-messages.css", "text/css; charset=utf-8", "no-cache"),
    ],
)
def test_files_have_their_type_and_are_kept_for_good_when_named_by_content(files, path, kind, caching):
    answer = visit(files=files).page(f"/admin/{path}")
    assert (answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (200, kind, caching)


def test_whoever_takes_gzip_gets_it_packed(files):
    browser = visit(files=files)
    packed = browser.page("/admin/app-5X2K7QHD.js", {"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.octets) == b"let a;"
    plain = browser.page("/admin/app-5X2K7QHD.js")
    assert plain.octets == b"let a;"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.json",
        "languages/../../secret.json",
        "%2e%2e/secret.json",
        "..\\secret.json",
        "/etc/passwd",
        "//etc/passwd",
        "notes.py",
        "languages",
        "x\x00y",
    ],
)
def test_no_path_leads_out_of_the_directory(files, path):
    answer = visit(files=files).page(f"/admin/{path}")
    assert answer.status == 404
    assert answer.octets != b"no"


def test_a_page_that_was_not_built_says_how_to_build_it():
    answer = visit().page("/admin/")
    assert answer.status == 200
    assert b"has not been built" in answer.octets

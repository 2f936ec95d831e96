"""Prefixes lead to the right application, whole path segments only."""

import pytest

from routerd.web.mount import Wsgi, mount


def room(name: str) -> Wsgi:
    def application(environ: dict, start_response) -> list[bytes]:  # type: ignore[no-untyped-def,type-arg]
        start_response("200 OK", [])
        return [f"{name} {environ['PATH_INFO']}".encode()]

    return application


@pytest.mark.parametrize(
    ("path", "answer"),
    [("/api", b"api /api"), ("/api/", b"api /api/"), ("/api/x", b"api /api/x"), ("/apix", b"rest /apix"), ("/", b"rest /")],
)
def test_a_prefix_fits_whole_segments(path: str, answer: bytes) -> None:
    door = mount([("/api", room("api")), ("", room("rest"))])
    assert list(door({"PATH_INFO": path}, lambda *_: None)) == [answer]


def test_without_a_room_for_the_rest_it_is_404() -> None:
    statuses: list[str] = []
    assert list(mount([("/api", room("api"))])({"PATH_INFO": "/"}, lambda status, _: statuses.append(status))) == []
    assert statuses == ["404 Not Found"]

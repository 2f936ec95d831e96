"""Every endpoint of the admin API is in its documents, with its role."""

import re
from pathlib import Path

import pytest

from routerd.identity.actor import OWNERS, STAFF
from tests.admin.house import House, everything

DOCUMENTS = Path(__file__).parents[2] / "docs" / "admin-api"
ENDPOINT = re.compile(r"^(?:### |\| )(GET|POST|PUT|DELETE) (/[^\s`|]*)(.*)$", re.MULTILINE)
MENTION = re.compile(r"\b(GET|POST|PUT|DELETE) (/[^\s`|,;:)]*)")
SPELT_OUT = {
    "/settings/<service>/test": "/settings/mail/test",
    "/portal/preview/<token>/": "/portal/preview",  # the preview's own address, which the answer tells
    "/portal/preview/<token>/<sheet>.css": "/portal/preview",
}
"""Routes that the documents tell of by another."""

MARKS = {OWNERS: "", STAFF: "*staff*"}


def plain(path: str) -> str:
    return re.sub(r"\\?<[^>]*>", "<>", path.partition("?")[0].replace("\\>", ">"))


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("admin"), premises=everything())
    yield house.door.routes
    house.close()


@pytest.fixture(scope="module")
def texts():
    return [path.read_text(encoding="utf-8") for path in DOCUMENTS.glob("*.md")]


def test_every_endpoint_is_documented(routes, texts):
    documented = {(verb, plain(path).rstrip(".")) for text in texts for verb, path in MENTION.findall(text)}
    paths = {path for _, path in documented}
    missing = [route for route in routes if (route.verb, plain(route.path)) not in documented]
    assert [(each.verb, each.path) for each in missing if SPELT_OUT.get(each.path) not in paths] == []


def test_what_is_open_to_the_front_desk_is_marked(routes, texts):
    documented = {(verb, plain(path)): rest for text in texts for verb, path, rest in ENDPOINT.findall(text)}
    for route in routes:
        told = documented.get((route.verb, plain(route.path)), "")
        if route.roles in MARKS:
            assert ("*staff*" in told) == bool(MARKS[route.roles]), route.path


def test_no_document_tells_of_an_endpoint_that_is_not_there(routes, texts):
    there = [(route.verb, re.compile(re.sub("<[^>]*>", "[^/]+", route.path))) for route in routes]
    told = {(verb, plain(path).replace("<>", "1")) for text in texts for verb, path, _ in ENDPOINT.findall(text)}
    assert [each for each in told if not any(each[0] == verb and path.fullmatch(each[1]) for verb, path in there)] == []

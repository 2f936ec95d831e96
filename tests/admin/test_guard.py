"""Whatever a header says, the guard answers with a refusal in words or lets the request on to the next question."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from routerd.admin.guard import Guard
from routerd.admin.routes import build
from routerd.admin.section import ANYBODY, Route
from tests.admin.browser import Browser
from tests.admin.test_door import Toy, echo

OPEN, CLOSED = Route("GET", "/open", echo, ANYBODY), Route("POST", "/closed", echo)
FRONT = build([Toy(OPEN, CLOSED)], Guard(lambda _token: None, ["gate.example.com"]), Path("/nonexistent")).front
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(host=HEADER)
@example(host="[::1]:80:80")
@example(host="[]")
@example(host=":")
@example(host="0x7f000001")
def test_a_host_that_passes_is_an_address_or_a_name_of_ours(host: str) -> None:
    answer = Browser(FRONT, host=host).get("/open")
    if answer.status == 200:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        assert is_address(host.rstrip(".")) or is_address(name) or name in ("localhost", "gate.example.com")
    else:
        assert (answer.status, answer.json["error"]["reason"]) == (403, "host")


@settings(max_examples=200, deadline=None)
@given(origin=HEADER, site=HEADER, cookie=HEADER, token=HEADER)
def test_nobody_changes_anything_by_headers_alone(origin: str, site: str, cookie: str, token: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": site, "Cookie": cookie, "X-CSRF-Token": token}
    answer = Browser(FRONT).post("/closed", {}, headers)
    assert (answer.status, answer.json["error"]["reason"]) in ((401, "sign-in"), (403, "origin"))

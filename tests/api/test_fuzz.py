"""Whatever is sent to `/api/`, the answer is JSON with a documented status, and never the server's own fault."""

import json
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.house import House
from tests.api.test_routes import ACTIONS

DOCUMENTED = {200, 400, 401, 403, 404, 405, 409, 413, 429}

PARAMETERS = [
    "username",
    "passcode",
    "fullname",
    "valid_for",
    "valid_from",
    "download_limit",
    "upload_limit",
    "devices",
    "comment",
    "batch",
]
NAMES = st.sampled_from([*PARAMETERS, "down_kbit", "up_kbit", "api-key", "action", ""])
VALUES = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(categories=["Cs", "Cc", "Zl", "Mn"]), max_size=5),
    st.sampled_from(["1 day", "always", "2025-01-17 10:00:00", "0000-00-00 00:00:00", "9999-99-99", "1024", "-1", "u1"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ACTION = st.sampled_from(sorted(ACTIONS)) | st.text(max_size=20)

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def open_house(house: House) -> House:
    house.act("create_voucher", username="u1", passcode="p1")
    return house


def judge(answer):
    assert answer.status in DOCUMENTED, answer
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json
    assert isinstance(told, dict)
    if answer.status != 200:
        assert set(told) == {"message", "error"}
        assert told["error"] is True
        assert told["message"]
        assert "Traceback" not in told["message"]
    return told


@many
@given(fields=st.dictionaries(NAMES, JSON, max_size=8), action=ACTION)
def test_any_json_values(open_house, fields, action):
    body = json.dumps({**fields, "api-key": open_house.key, "action": action}).encode()
    judge(open_house.caller.call("POST", body=body, kind="application/json"))


@many
@given(fields=st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=8), action=ACTION)
def test_any_form_and_query_values(open_house, fields, action):
    everything = {**fields, "api-key": open_house.key, "action": action.encode("utf-8", "replace").decode()}
    judge(open_house.caller.form(everything))
    judge(open_house.caller.get(everything))


@many
@given(raw=st.dictionaries(NAMES, st.binary(max_size=20), max_size=4))
def test_any_octets_in_form_and_query(open_house, raw):
    text = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in raw.items())
    text += "&" + urlencode({"api-key": open_house.key, "action": "create_voucher"})
    judge(open_house.caller.call("POST", body=text.encode(), kind="application/x-www-form-urlencoded"))
    judge(open_house.caller.get(text))


@many
@given(
    body=st.binary(max_size=200) | st.binary(max_size=50).map(lambda octets: b'{"api-key":' + octets),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B", "multipart/form-data", "", "x"]
    ),
    query=st.text(st.characters(max_codepoint=255), max_size=30),
    method=st.sampled_from(["POST", "GET", "PUT", "HEAD"]),
)
def test_any_octets_at_all(open_house, body, kind, query, method):
    answer = open_house.caller.call(method, query, body, kind)
    if method != "HEAD":
        judge(answer)
    assert answer.status in DOCUMENTED - {200}


@many
@given(
    parts=st.lists(
        st.binary(max_size=30) | st.sampled_from([b"--B", b"--B--", b"\r\n", b'Content-Disposition: form-data; name="a"', b"\r\n\r\n"])
    ),
    more=st.sampled_from(["", "; charset=utf-16", "; charset=none-such", "; charset=hex", "; ="]),
)
def test_any_multipart_body(open_house, parts, more):
    judge(open_house.caller.call("POST", body=b"--B\r\n" + b"".join(parts), kind="multipart/form-data; boundary=B" + more))


@many
@given(path=st.text(st.characters(max_codepoint=255), max_size=20))
def test_any_path_below(open_house, path):
    judge(open_house.caller.get(path="/api/" + path))

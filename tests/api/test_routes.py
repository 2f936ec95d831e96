"""`/api/` as the specification has it: messages, statuses, shapes, both methods."""

import json
import logging
import sqlite3
import time
from urllib.parse import urlencode

import pytest

from routerd.api import messages
from routerd.core.durations import VALIDITIES
from routerd.core.errors import Unavailable
from routerd.core.settings import ActionApiSettings
from routerd.web.moments import local
from tests.api.caller import Caller
from tests.api.house import House

ACTIONS = {
    "create_voucher",
    "remove_voucher",
    "get_voucher_users",
    "get_email_users",
    "get_fb_users",
    "get_mobile_users",
    "get_free_users",
    "get_logins",
    "get_guest_hosts",
    "get_active_guests",
}

SAMPLE = {
    "username": "user123",
    "passcode": "pass123",
    "fullname": "John Doe",
    "valid_for": "1 day",
    "valid_from": "2025-01-17 10:00:00",
    "download_limit": 1024,
    "upload_limit": 512,
}


@pytest.fixture(params=["json", "form", "query"])
def ask(request, house):
    """Three ways to send the same parameters."""

    def ask(**fields):
        everything = {"api-key": house.key, **fields}
        if request.param == "json":
            return house.caller.post(everything)
        return house.caller.form(everything) if request.param == "form" else house.caller.get(everything)

    return ask


def failure(answer, status, message):
    assert answer.status == status
    assert answer.json == {"message": message, "error": True}
    assert answer.headers["Content-Type"] == "application/json"


# The door's own refusals.


def test_it_is_off_at_first(tmp_path):
    house = House(tmp_path)
    for answer in (house.act("get_logins"), house.caller.get(), house.caller.call("PUT"), house.caller.form({"api-key": "x"})):
        failure(answer, 403, "API is not enabled")
    house.store.stop()


@pytest.mark.parametrize(("post", "get"), [(True, False), (False, True)])
def test_a_method_that_is_off_is_refused_while_the_other_works(house, post, get):
    house.access.set(post=post, get=get)
    right = {"api-key": house.key, "action": "get_logins"}
    posted, got = house.caller.post(right), house.caller.get(right)
    assert (posted.status, got.status) == ((200, 405) if post else (405, 200))
    failure(got if post else posted, 405, "API Key not set or method not allowed")
    assert (got if post else posted).headers["Allow"] == ("POST" if post else "GET")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_in_json(house, method):
    failure(house.caller.call(method, urlencode({"api-key": house.key, "action": "get_logins"})), 405, messages.KEY_NOT_SET)


def test_head_has_a_status_and_no_body(house):
    answer = house.caller.call("HEAD", urlencode({"api-key": house.key, "action": "get_logins"}))
    assert (answer.status, answer.octets) == (405, b"")


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_told(house, key):
    fields = {"action": "get_logins"} | ({} if key is None else {"api-key": key})
    for answer in (house.caller.post(fields), house.caller.form(fields), house.caller.get(fields)):
        failure(answer, 405, "API Key not set or method not allowed")


@pytest.mark.parametrize("key", ["x", " ", 17, True, ["x"], {"a": 1}, "\ud800", "é", "x" * 10_000])
def test_a_wrong_key_is_told(house, key):
    failure(house.caller.post({"api-key": key, "action": "get_logins"}), 401, "API Key is incorrect")


def test_the_key_of_a_post_is_never_taken_from_its_query_but_the_action_is(house):
    secret = urlencode({"api-key": house.key})
    failure(house.caller.call("POST", secret, b'{"action": "get_logins"}', "application/json"), 405, messages.KEY_NOT_SET)
    body = json.dumps({"api-key": house.key}).encode()
    assert house.caller.call("POST", "action=get_logins", body, "application/json").status == 200


def test_the_old_key_is_wrong_after_rotation(house):
    old, house.key = house.key, house.access.rotate()
    failure(house.caller.post({"api-key": old, "action": "get_logins"}), 401, "API Key is incorrect")
    assert house.act("get_logins").status == 200


def test_both_spellings_of_the_address_answer(house):
    fields = {"api-key": house.key, "action": "get_logins"}
    assert house.caller.get(fields, path="/api").status == 200
    assert house.caller.post(fields, path="/api").status == 200
    assert house.caller.get(fields, path="/api/more").status == 404
    assert house.caller.get(fields, path="/api/more").json["error"] is True


def test_an_unknown_action_is_told_the_known_ones(ask):
    for action in ("get_everything", "GET_LOGINS", "__class__"):
        answer = ask(action=action)
        assert answer.status == 400
        assert all(name in answer.json["message"] for name in ACTIONS)


def test_a_missing_action_is_told(ask):
    answer = ask()
    assert answer.status == 400
    assert answer.json["message"].startswith("No action set")


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b"{", "application/json", "line 1, column 2"),
        (b"", "application/json", "not JSON"),
        (b"[1]", "application/json", "expected an object"),
        (b'"x"', "application/json", "expected an object"),
        (b'{"a": \xff}', "application/json", "UTF-8"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", "digits"),
        (b'{"a":' * 20_00 + b"1" + b"}" * 20_00, "application/json", "nested"),
        (b"a=%ff", "application/x-www-form-urlencoded", "UTF-8"),
        (b"a=\xc3\xa9", "application/x-www-form-urlencoded", "urlencoded"),
        (b"&".join(b"a%d=1" % at for at in range(300)), "application/x-www-form-urlencoded", "200 fields"),
        (b"<xml/>", "text/xml", "application/json"),
        (b"--x", "multipart/form-data", "multipart"),
    ],
)
def test_a_malformed_body_is_told_what_is_wrong(house, body, kind, told):
    answer = house.caller.call("POST", body=body, kind=kind)
    assert answer.status == 400
    assert told in answer.json["message"]
    assert answer.json["error"] is True


@pytest.mark.parametrize(
    "kind", [None, "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON"]
)
def test_a_json_object_is_understood_whatever_it_is_labelled(house, kind):
    body = json.dumps({"api-key": house.key, "action": "get_logins"}).encode()
    assert house.caller.call("POST", body=body, kind=kind).status == 200
    assert house.caller.call("POST", body=b"\xef\xbb\xbf\r\n " + body, kind=kind).status == 200


def test_a_multipart_form_is_a_form(house):
    parts = {"api-key": house.key, "action": "create_voucher", "username": "zoë", "download_limit": "5"}
    body = (
        "".join(f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items()) + "--B--\r\n"
    )
    answer = house.caller.call("POST", body=body.encode(), kind="multipart/form-data; boundary=B")
    assert answer.status == 200
    assert answer.json["user"]["username"] == "zoë"


def test_a_body_over_64_kib_is_refused(house):
    most = json.dumps({"api-key": house.key, "action": "get_logins", "x": ""}).encode()
    full = most.replace(b'""', b'"' + b"x" * (65_536 - len(most)) + b'"')
    assert house.caller.call("POST", body=full, kind="application/json").status == 200
    over = house.caller.call("POST", body=full + b" ", kind="application/json")
    assert (over.status, over.json["error"]) == (413, True)


def test_always_200_changes_the_status_and_nothing_else(tmp_path):
    house = House(tmp_path, ActionApiSettings(always_200=True))
    assert (house.act("get_logins").status, house.act("get_logins").json["message"]) == (200, "API is not enabled")
    house.access.set(post=True)
    for answer, message in (
        (house.caller.get(), "API Key not set or method not allowed"),
        (house.caller.post({"api-key": "x"}), "API Key is incorrect"),
        (house.act("remove_voucher", username="x"), "Username doesn't exist"),
    ):
        assert answer.status == 200
        assert answer.json == {"message": message, "error": True}
    assert house.caller.get(path="/api/x").status == 200
    house.store.stop()


# Wrong-key floods.


def test_a_flood_of_wrong_keys_is_told_to_wait_and_locks_nobody_out(house):
    wrong = {"api-key": "0" * 48, "action": "get_logins"}
    statuses = [house.caller.post(wrong).status for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429, 429]
    answer = house.caller.post(wrong)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["error"] is True
    elsewhere = Caller(house.front, "192.168.10.3")
    right = {**wrong, "api-key": house.key}
    assert elsewhere.post(right).status == 200
    assert elsewhere.post(wrong).status == 401
    assert house.caller.post(right).status == 200, "the right key passes from the flooding address too"
    assert house.caller.post(wrong).status == 429, "and does not pardon the flood"


def test_after_the_pause_a_wrong_key_is_answered_again(house):
    wrong = {"api-key": "x"}
    for _ in range(11):
        house.caller.post(wrong)
    house.clock.advance(3700)
    assert house.caller.post(wrong).status == 401


# Nothing tells the key, nothing tells a trace.


def test_the_key_is_in_no_log_line_whatever_happens(house, caplog):
    caplog.set_level(logging.DEBUG)
    house.guests.hosts = lambda: 1 / 0  # the server's own fault
    query = {"api-key": house.key, "action": "get_guest_hosts"}
    failure(house.caller.get(query), 500, "An error occurred")
    failure(house.caller.post(query), 500, "An error occurred")
    house.caller.get({"api-key": house.key, "action": "nope"})
    house.caller.get({"api-key": house.key + "x", "action": "nope"})
    house.caller.get(query, path="/api/nowhere")
    house.caller.call("PUT", urlencode(query))
    assert "ZeroDivisionError" in caplog.text, "the trace is in the log"
    assert house.key not in caplog.text


def test_a_store_that_fails_is_told_without_a_trace(house, monkeypatch):
    def fail(*_):
        raise Unavailable("the store could not keep the change: disk I/O error")

    monkeypatch.setattr(house.store, "write", fail)
    failure(house.act("create_voucher"), 503, "the store could not keep the change: disk I/O error")


def test_a_wrong_limit_of_the_log_is_told(ask):
    for limit in ("0", "100001", "-1", "many"):
        answer = ask(action="get_logins", limit=limit)
        assert answer.status == 400
        assert "limit" in answer.json["message"]


# Vouchers.


def test_create_answers_as_the_sample(ask):
    answer = ask(action="create_voucher", **SAMPLE)
    assert answer.status == 200
    assert answer.json == {
        "message": "User added successfully",
        "user": {
            "id": 1,
            "username": "user123",
            "passcode": "pass123",
            "fullname": "John Doe",
            "valid_for": "1 day",
            "valid_from": "2025-01-17 10:00:00",
            "download_limit": "1024",
            "upload_limit": "512",
        },
        "error": False,
    }


def test_list_answers_as_the_sample(ask, house):
    ask(action="create_voucher", **SAMPLE)
    answer = ask(action="get_voucher_users")
    now = local(int(house.clock.now()))
    assert answer.status == 200
    assert answer.json == {
        "users": [
            {
                "id": 1,
                "username": "user123",
                "password": "pass123",
                "fullname": "John Doe",
                "created_at": now,
                "last_modified": now,
                "first_login": None,
                "last_login": None,
                "valid_for": "1 day",
                "valid_from": "2025-01-17 10:00:00",
                "MAC": None,
                "download_limit": 1024,
                "upload_limit": 512,
            }
        ]
    }


def test_a_used_voucher_shows_its_device_in_capitals(house):
    voucher = house.act("create_voucher", username="u", passcode="p").json["user"]
    house.vouchers.redeem("u", "p")
    house.vouchers.note_login(voucher["id"], "a1:b2:c3:d4:e5:f6")
    listed = house.act("get_voucher_users").json["users"][0]
    assert listed["MAC"] == "A1:B2:C3:D4:E5:F6"
    assert listed["first_login"] == listed["last_login"] == local(int(house.clock.now()))


def test_everything_left_out_or_empty_is_chosen(ask, house):
    for fields in ({}, dict.fromkeys(SAMPLE, "")):
        user = ask(action="create_voucher", **fields).json["user"]
        assert user["username"]
        assert user["passcode"]
        assert user["fullname"]
        assert user["valid_for"] == "1 day"
        assert user["valid_from"] == local(int(house.clock.now()))
        assert (user["download_limit"], user["upload_limit"]) == ("0", "0")


def test_json_null_means_not_set(house):
    assert house.act("create_voucher", **dict.fromkeys(SAMPLE)).status == 200


@pytest.mark.parametrize("valid_for", list(VALIDITIES))
def test_every_documented_validity_is_taken(house, valid_for):
    assert house.act("create_voucher", valid_for=valid_for).json["user"]["valid_for"] == valid_for


@pytest.mark.parametrize("valid_for", ["1 hours", "24 hours", "31 days", "1 Day", "2day", "forever", "366 days", "0", "-1 day"])
def test_no_other_validity_is(ask, valid_for):
    answer = ask(action="create_voucher", valid_for=valid_for)
    assert answer.status == 400
    assert "valid_for" in answer.json["message"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1, "1"),
        ("1", "1"),
        (9437184, "9437184"),
        (9437185, "0"),
        (0, "0"),
        (-1, "0"),
        ("-5", "0"),
        ("", "0"),
        (" 7 ", "7"),
        ("9" * 2000, "0"),
        (10**300, "0"),
    ],
)
@pytest.mark.parametrize("name", ["download_limit", "upload_limit"])
def test_a_limit_out_of_bounds_is_unlimited(house, name, given, kept):
    assert house.act("create_voucher", **{name: given}).json["user"][name] == kept


WRONG = [
    ("username", 17, "a text"),
    ("username", ["a"], "a text"),
    ("username", {"a": "b"}, "a text"),
    ("username", True, "a text"),
    ("username", "\ud800", "surrogate"),
    ("username", "x" * 65, "64"),
    ("username", "a\nb", "control"),
    ("passcode", "x" * 65, "64"),
    ("passcode", 1234, "a text"),
    ("fullname", "x" * 129, "128"),
    ("fullname", 1.5, "a text"),
    ("valid_for", 1, "a text"),
    ("download_limit", "many", "a whole number"),
    ("download_limit", 1.5, "a whole number"),
    ("download_limit", True, "a whole number"),
    ("download_limit", [1], "a whole number"),
    ("upload_limit", "1e3", "a whole number"),
    ("upload_limit", {}, "a whole number"),
    ("upload_limit", float("nan"), "a whole number"),
    ("valid_from", 1737108000, "a text"),
    ("valid_from", "tomorrow", "2025-01-17 10:00:00"),
    ("valid_from", "2025-02-30 10:00:00", "exist"),
    ("valid_from", "2025-13-01 10:00:00", "exist"),
    ("valid_from", "2025-01-17 24:00:00", "exist"),
    ("valid_from", "17.01.2025", "2025-01-17"),
    ("valid_from", "0001-01-01 00:00:00", "year"),
    ("valid_from", "1969-12-31 00:00:00", "year"),
    ("valid_from", "9999-12-31 23:59:59", "year"),
    ("down_kbit", -1, "down_kbit"),
    ("up_kbit", 10**9, "up_kbit"),
    ("devices", 0, "devices"),
    ("devices", "two", "a whole number"),
]


@pytest.mark.parametrize(("name", "value", "told"), WRONG)
def test_a_wrong_value_is_told_with_what_is_right(house, name, value, told):
    answer = house.act("create_voucher", **{name: value})
    assert answer.status == 400
    assert name in answer.json["message"]
    assert told in answer.json["message"]
    assert house.vouchers.listing() == []


def test_a_date_alone_means_its_first_second(ask):
    assert ask(action="create_voucher", valid_from="2025-01-17").json["user"]["valid_from"] == "2025-01-17 00:00:00"


def test_times_are_the_box_s_local_time(house, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    local.cache_clear()
    try:
        user = house.act("create_voucher", valid_from="2025-01-17 10:00:00").json["user"]
        assert user["valid_from"] == "2025-01-17 10:00:00"
        assert house.vouchers.listing()[0].valid_from == 1737088200  # 04:30 UTC
    finally:
        monkeypatch.undo()
        time.tzset()
        local.cache_clear()


def test_our_own_parameters_are_kept(ask, house):
    ask(action="create_voucher", down_kbit=2000, up_kbit=500, devices=3, comment="late", batch="july")
    voucher = house.vouchers.listing()[0]
    assert (voucher.down_kbit, voucher.up_kbit, voucher.devices, voucher.comment, voucher.batch) == (2000, 500, 3, "late", "july")


def test_a_username_can_be_given_once(ask):
    ask(action="create_voucher", username="user123")
    failure(ask(action="create_voucher", username="user123"), 409, "Username already exists")


def test_remove_answers_as_the_sample_and_ends_the_sessions(ask, house):
    ask(action="create_voucher", username="user123", passcode="pass123")
    session = house.sign_in("user123", "pass123")
    answer = ask(action="remove_voucher", username="user123")
    assert answer.status == 200
    assert answer.json == {"message": "User removed successfully", "error": False}
    assert house.sessions.get(session.id).end_reason == "removed"
    assert not house.gate.online("a1:b2:c3:d4:e5:f6")
    assert house.vouchers.listing() == []


def test_remove_without_a_username_is_told(ask):
    failure(ask(action="remove_voucher"), 400, "No username set")
    failure(ask(action="remove_voucher", username=" "), 400, "No username set")


def test_remove_of_an_unknown_username_is_told(ask):
    failure(ask(action="remove_voucher", username="nobody"), 404, "Username doesn't exist")


def test_if_the_sessions_cannot_be_ended_the_voucher_stays(house, monkeypatch):
    house.act("create_voucher", username="user123")

    def fail(*_):
        raise Unavailable("the kernel refused")

    monkeypatch.setattr(house.sessions, "end_grant", fail)
    assert house.act("remove_voucher", username="user123").status == 503
    assert [voucher.username for voucher in house.vouchers.listing()] == ["user123"]


def test_an_acknowledged_voucher_is_in_the_file(house):
    house.act("create_voucher", username="user123")
    other = sqlite3.connect(house.store.path)
    assert other.execute("SELECT username FROM voucher").fetchall() == [("user123",)]
    assert other.execute("PRAGMA synchronous").fetchone() is not None
    assert house.store.db.pragma("synchronous") == 2
    house.act("remove_voucher", username="user123")
    assert other.execute("SELECT username FROM voucher").fetchall() == []
    other.close()


def test_the_messages_are_the_specification_s():
    words = {value for name, value in vars(messages).items() if name.isupper()}
    assert words == {
        "API is not enabled",
        "API Key is incorrect",
        "API Key not set or method not allowed",
        "Username already exists",
        "User added successfully",
        "Username doesn't exist",
        "No username set",
        "User removed successfully",
        "An error occurred",
    }

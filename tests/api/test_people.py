"""The lists of stored people and the login log."""

import pytest

from routerd.core.durations import HOUR_S
from routerd.core.errors import Denied
from routerd.core.events import LoginRefused
from routerd.core.terms import Device
from routerd.web.moments import local

MAC = "98:01:a7:cb:bb:00"
AT = 1_736_844_000

ROWS = {
    "email_user": {"email": "john.doe@gmail.com", "comments": "John", "comments1": "New York", "comments2": "Male"},
    "fb_user": {"provider": "facebook", "account": "101", "name": "John Doe", "email": "john.doe@gmail.com"},
    "mobile_user": {"mobile": "15559876543"},
    "free_user": {"grant_started_at": AT},
}
MARKED = ("email_user", "mobile_user")


def keep(house, table: str, mac: str | None = MAC, **values) -> None:
    """Put a person into the store, as a login method will."""
    row = {"created_at": AT, "last_login": AT + HOUR_S, "mac": mac, "visits": 7, "last_modified": AT + HOUR_S, **ROWS[table], **values}
    if table in MARKED:
        row |= {"marketing": 0, "verified": 1}
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    house.store.write(lambda: house.store.db.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())))


COMMON = {"id": 1, "created_at": local(AT), "last_login": local(AT + HOUR_S), "MAC": "98:01:A7:CB:BB:00", "visits": 7}
MODIFIED = {"last_modified": local(AT + HOUR_S)}
MARKS = {"marketing": 0, "verified": 1}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("email_user", COMMON | MODIFIED | MARKS | ROWS["email_user"]),
        ("fb_user", COMMON | MODIFIED | ROWS["fb_user"]),
        ("mobile_user", COMMON | MODIFIED | MARKS | ROWS["mobile_user"]),
        ("free_user", COMMON | MODIFIED),
    ],
)
def test_each_kind_is_listed_from_the_store(house, table, told):
    action = f"get_{table}s"
    assert house.act(action).json == {"users": []}
    keep(house, table)
    answer = house.act(action)
    assert answer.status == 200
    assert answer.json == {"users": [told]}
    assert house.caller.get({"api-key": house.key, "action": action}).json == answer.json


def test_email_users_have_the_sample_s_fields_in_its_order(house):
    keep(house, "email_user")
    fields = list(house.act("get_email_users").json["users"][0])
    assert " ".join(fields[:6]) == "id email created_at last_login MAC visits"
    assert " ".join(fields[6:]) == "comments comments1 comments2 last_modified marketing verified"


def test_somebody_who_never_came_has_nulls(house):
    keep(house, "mobile_user", mac=None, last_login=None)
    user = house.act("get_mobile_users").json["users"][0]
    assert (user["MAC"], user["last_login"]) == (None, None)


def test_the_log_lists_logins_ends_and_refusals_newest_first(house):
    house.act("create_voucher", username="u1", passcode="p1")
    house.sign_in("u1", "p1")
    house.gate.spend("a1:b2:c3:d4:e5:f6", down=1000, up=2000)
    house.clock.advance(5)
    house.sessions.online()
    house.act("remove_voucher", username="u1")
    with pytest.raises(Denied):
        house.sign_in("u1", "p1")
    house.bus.publish(LoginRefused("voucher", "u1", Device("a1:b2:c3:d4:e5:f6", "192.168.88.20", "main"), "no-such-voucher"))
    answer = house.act("get_logins")
    assert set(answer.json) == {"logins"}
    refusal, end, login = answer.json["logins"]
    assert (refusal["event"], refusal["reason"], refusal["bytes-out"]) == ("refusal", "no-such-voucher", "0")
    assert end == {
        "id": 2,
        "created_at": local(int(house.clock.now())),
        "event": "logout",
        "type": "voucher",
        "login": "u1",
        "MAC": "A1:B2:C3:D4:E5:F6",
        "address": "192.168.88.20",
        "network": "main",
        "reason": "removed",
        "bytes-out": "1000",
        "bytes-in": "2000",
    }
    assert (login["event"], login["login"], login["bytes-out"]) == ("login", "u1", "0")
    assert [entry["event"] for entry in house.act("get_logins", limit=1).json["logins"]] == ["refusal"]

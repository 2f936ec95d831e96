"""Every change is in the audit trail: who, when, from where, before and after; never a secret."""

import pyotp
import pytest

from routerd.core.errors import Conflict
from routerd.identity import audit
from routerd.identity.actor import Actor
from tests.admin.house import OWNER

ADA = Actor("Ada", "owner", "192.168.10.2")


def newest(owner):
    return owner.get("/audit", most=1).json["rows"][0]


def test_a_change_is_told_with_who_when_from_where_before_and_after(house, owner):
    owner.post("/people", {"name": "Desk", "password": "quite another phrase", "role": "front-desk"})
    owner.post("/people/2", {"role": "owner"})
    assert newest(owner) == {
        "id": 3,
        "at": int(house.clock.now()),
        "name": "Ada",
        "role": "owner",
        "address": "192.168.10.2",
        "action": "person.role",
        "target": "Desk",
        "before": {"role": "front-desk"},
        "after": {"role": "owner"},
    }


def test_a_password_is_changed_on_record_but_never_told(house, owner):
    owner.post("/me/password", {"old": OWNER[1], "new": "quite another phrase"})
    row = newest(owner)
    assert (row["action"], row["target"]) == ("person.password", "Ada")
    assert "phrase" not in str(house.accounts.audit.rows())


CHANGES = [
    ("POST", "/people", {"name": "Eve", "password": "quite another phrase", "role": "owner"}, "person.add"),
    ("POST", "/people/2", {"role": "owner"}, "person.role"),
    ("POST", "/people/2", {"password": "quite another phrase"}, "person.password"),
    ("POST", "/people/2", {"totp": False}, "person.totp"),
    ("POST", "/people/2", {"sessions": False}, "person.sessions"),
    ("DELETE", "/people/2", None, "person.remove"),
    ("POST", "/me/language", {"language": "de"}, "person.language"),
    ("POST", "/me/password", {"old": OWNER[1], "new": "quite another phrase"}, "person.password"),
    ("POST", "/me/totp/confirm", {"code": "now"}, "person.totp"),
    ("POST", "/me/totp/codes", {"password": OWNER[1]}, "person.recovery-codes"),
    ("POST", "/me/totp/off", {"password": OWNER[1]}, "person.totp"),
    ("DELETE", "/me/sessions/one", None, "session.end"),
]
WITHOUT_ROW = {"/setup", "/signin", "/signout", "/me/totp/start"}
"""Setup is there as `person.add` and settings; who comes and goes is in the log of sign-ins; an unconfirmed secret does nothing."""


@pytest.mark.parametrize(("verb", "path", "fields", "action"), CHANGES)
def test_each_change_of_people_is_on_record(house, verb, path, fields, action):
    house.front_desk()
    owner = house.owner()
    if "/totp/" in path:
        secret = owner.post("/me/totp/start", {"password": OWNER[1]}).json["secret"]
        code = pyotp.TOTP(secret).at(int(house.clock.now()))
        fields = {"code": code} if path.endswith("confirm") else fields
        if not path.endswith("confirm"):
            assert owner.post("/me/totp/confirm", {"code": code}).status == 200
    path = path.replace("/one", "/" + owner.get("/me/sessions").json["rows"][-1]["id"])
    before = house.accounts.audit.rows()["total"]
    answer = owner.delete(path) if verb == "DELETE" else owner.post(path, fields)
    assert answer.status in (200, 204), answer.octets
    assert house.accounts.audit.rows()["total"] == before + 1
    row = house.accounts.audit.rows()["rows"][0]
    assert (row["action"], row["name"], row["role"], row["address"]) == (action, "Ada", "owner", owner.address)
    assert not any(secret in str(row) for secret in ("quite another", OWNER[1]))


def test_no_change_of_people_is_missing_above(house):
    made = {route.path.replace("<id:int>", "2").replace("<id>", "one") for route in house.door.routes if route.verb != "GET"}
    mine = {path for path in made if path.startswith(("/me", "/people", "/sign", "/setup"))}
    assert mine == {path for _, path, _, _ in CHANGES} | WITHOUT_ROW


def test_a_change_that_fails_leaves_no_row(house):
    def work():
        house.accounts.audit.note(ADA, "thing.change", "x")
        raise Conflict("no")

    with pytest.raises(Conflict):
        house.store.write(work)
    assert house.accounts.audit.rows()["total"] == 0


def test_secrets_are_masked_however_deep_they_are(house):
    value = {
        "passcode": "abc",
        "password": "",
        "api_key": "k",
        "Secret": "s",
        "has_key": True,
        "rows": [{"client_secret": "x", "name": "n"}],
        "host": "smtp.example.org",
    }
    house.accounts.audit.note(ADA, "settings.set", "mail", value, None)
    row = house.accounts.audit.rows()["rows"][0]
    assert row["before"] == {
        "passcode": "•••",
        "password": "",
        "api_key": "•••",
        "Secret": "•••",
        "has_key": True,
        "rows": [{"client_secret": "•••", "name": "n"}],
        "host": "smtp.example.org",
    }
    assert row["after"] is None


def test_a_huge_value_is_told_by_its_size(house):
    house.accounts.audit.note(ADA, "thing.change", "x" * 1000, None, {"text": "y" * 100_000})
    row = house.accounts.audit.rows()["rows"][0]
    assert row["after"]["octets"] > 100_000
    assert len(row["target"]) == 255


def test_the_trail_is_read_backwards_a_page_at_a_time(house, owner):
    for number in range(5):
        house.accounts.audit.note(ADA, "thing.change", str(number))
    first = owner.get("/audit", most=3).json
    assert (first["total"], [row["target"] for row in first["rows"]]) == (6, ["4", "3", "2"])
    second = owner.get("/audit", most=3, before=first["rows"][-1]["id"]).json
    assert [row["target"] for row in second["rows"]] == ["1", "0", "Ada"]


@pytest.mark.parametrize("query", [{"most": "0"}, {"most": "1001"}, {"before": "x"}, {"before": "-1"}, {"after": "1"}])
def test_a_page_that_does_not_exist_is_refused(owner, query):
    assert owner.get("/audit", **query).status == 400


def test_the_trail_is_bounded_in_rows_and_age(house, owner, monkeypatch):
    monkeypatch.setattr(audit, "ROWS_MOST", 10)
    for number in range(15):
        house.accounts.audit.note(ADA, "thing.change", str(number))
    house.accounts.audit.prune()
    assert [row["target"] for row in house.accounts.audit.rows()["rows"]] == [str(number) for number in range(14, 4, -1)]
    house.clock.advance(audit.AGE_S_MOST + 1)
    house.accounts.audit.prune()
    assert house.accounts.audit.rows()["total"] == 0

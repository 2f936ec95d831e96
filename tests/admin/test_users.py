"""People: found, taken out, deleted and forgotten."""

import csv
import io
import json

import pytest

from routerd.core.events import HostSighted
from routerd.core.terms import Device, Terms
from routerd.guests.records import EmailUserRow, MobileUserRow
from routerd.vouchers.model import NewVoucher
from tests.admin.test_guests import mac_of, online

ADA = "ada@example.org"


def email_user(house, email, mac=None, comments=""):
    now = int(house.clock.now())
    row = EmailUserRow.insert(
        email=email,
        created_at=now,
        last_login=now,
        mac=mac,
        visits=1,
        comments=comments,
        comments1="",
        comments2="",
        last_modified=now,
        marketing=1,
        verified=0,
    )
    return house.store.write(lambda: int(row.execute(house.store.db)))


def test_people_are_searched_and_paged(house, owner):
    for number in range(3):
        email_user(house, f"guest{number}@example.org")
    answer = owner.get("/users/email", search="guest", most=2).json
    assert (answer["total"], len(answer["rows"])) == (3, 2)
    row = answer["rows"][0]
    assert (row["email"], row["marketing"], row["verified"]) == ("guest2@example.org", True, False)
    assert owner.get("/users/email", search="guest", offset=2).json["rows"][0]["email"] == "guest0@example.org"


@pytest.mark.parametrize("kind", ["email", "mobile", "social", "free"])
def test_every_kind_can_be_listed_and_exported(owner, kind):
    assert owner.get(f"/users/{kind}").json == {"total": 0, "rows": []}
    assert owner.get(f"/users/{kind}/export.csv").octets.decode("utf-8-sig").startswith("id,created_at,last_login,mac")


def test_a_kind_that_does_not_exist_is_refused(owner):
    for path in ("/users/voucher", "/users/voucher/export.csv"):
        assert owner.get(path).status == 400


def test_an_export_holds_what_guests_typed_as_text(house, owner):
    email_user(house, "a@example.org", comments="@SUM(A1)")
    (row,) = csv.DictReader(io.StringIO(owner.get("/users/email/export.csv").octets.decode("utf-8-sig"), newline=""))
    assert (row["email"], row["comments"], row["marketing"]) == ("a@example.org", "'@SUM(A1)", "1")


def test_deleting_takes_one_row(house, owner):
    number = email_user(house, ADA)
    assert owner.delete(f"/users/email/{number}").status == 204
    assert owner.delete(f"/users/email/{number}").status == 404
    assert house.services.guests.email_users() == []


def test_a_forgotten_person_is_nowhere_in_the_database(house, owner):
    number = email_user(house, ADA, mac_of(1))
    now = int(house.clock.now())
    device = Device(mac_of(1), "192.168.88.77", "main")
    house.services.guests.sighted(HostSighted("main", mac_of(1), "192.168.88.77", hostname="adas-phone"))
    house.services.sessions.open(Terms("email", ADA, ADA, now, now + 3600), device)
    house.services.sessions.end_where(mac_of(1), "logout")
    house.services.vouchers.create(NewVoucher(username="v", passcode="p"))
    house.store.write(lambda: house.services.sessions.open(house.services.vouchers.redeem("v", "p"), device))
    house.services.vouchers.note_login(1, mac_of(1))
    house.services.guests.persist()
    for purpose, recipient in (("email", ADA), ("mobile", "+4915112345678")):
        house.store.db.execute_sql("INSERT INTO challenge VALUES (NULL, ?, ?, ?, '', '', '', 0, 0, 0)", (purpose, mac_of(1), recipient))
    house.store.db.execute_sql("INSERT INTO radius_permission VALUES (?, 'main', 'ada', '', 0, NULL, '192.0.2.1:1812', 0)", (mac_of(1),))
    online(house, 2)
    house.store.db.execute_sql("INSERT INTO holding (purpose, holder, mac, starts_at) VALUES ('email', ?, ?, 1)", (ADA, mac_of(1)))
    answer = owner.post("/users/forget", {"kind": "email", "id": number})
    assert answer.json["rows"] >= 2
    house.services.sessions.sweep()
    house.services.guests.persist()
    kept = "\n".join(line for line in house.store.db.connection().iterdump() if line.startswith("INSERT"))
    for trace in (ADA, mac_of(1), "192.168.88.77", "adas-phone"):
        assert trace not in kept
    assert mac_of(2) in kept
    assert not house.kernel.online(mac_of(1))
    assert house.kernel.online(mac_of(2))


def test_a_number_is_forgotten_in_the_form_that_lists_show(house, owner):
    now, number = int(house.clock.now()), "+4915112345678"
    row = MobileUserRow.insert(
        mobile=number, created_at=now, last_login=now, mac=None, visits=1, last_modified=now, marketing=0, verified=1
    )
    house.store.write(lambda: row.execute(house.store.db))
    device = Device(mac_of(3), "192.168.88.13", "main")
    house.services.sessions.open(Terms("mobile", number, number[1:], now, now + 3600), device)
    assert owner.post("/users/forget", {"kind": "mobile", "id": 1}).status == 200
    house.services.sessions.sweep()
    kept = "\n".join(line for line in house.store.db.connection().iterdump() if line.startswith("INSERT"))
    assert number[1:] not in kept
    assert mac_of(3) not in kept


def test_forgetting_is_noted_without_saying_whom(house, owner):
    number = email_user(house, ADA)
    owner.post("/users/forget", {"kind": "email", "id": number})
    (noted,) = [row for row in house.services.audit.rows()["rows"] if row["action"] == "users.forget"]
    assert (noted["name"], noted["target"], noted["after"]) == ("Ada", f"email {number}", {"rows": 1, "sessions": 0})
    assert ADA not in json.dumps(house.services.audit.rows())


def test_forgetting_somebody_who_is_not_there_changes_nothing(house, owner):
    before = house.services.audit.rows()["total"]
    assert owner.post("/users/forget", {"kind": "email", "id": 9}).status == 404
    assert owner.post("/users/forget", {"kind": "voucher", "id": 9}).status == 400
    assert owner.post("/users/forget", {"kind": "email"}).status == 400
    assert house.services.audit.rows()["total"] == before


def test_the_front_desk_sees_nobody(house):
    desk = house.front_desk()
    assert [desk.get(path).status for path in ("/users/email", "/users/email/export.csv")] == [403, 403]
    assert desk.post("/users/forget", {"kind": "email", "id": 1}).status == 403
    assert desk.delete("/users/email/1").status == 403

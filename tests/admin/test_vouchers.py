"""Vouchers on the admin page: made by the hundred, found, extended, withdrawn, printed, taken in and out."""

import csv
import io
import re
import threading
import time

import pytest

from routerd.core.terms import Device
from routerd.vouchers.model import NewVoucher
from tests.admin.browser import API
from tests.admin.test_guests import later, mac_of, seen, trail

HOUR = 3600


def finished(browser, job):
    for _ in range(1000):
        answer = browser.get(f"/jobs/{job}").json
        if answer["ended_at"] is not None:
            return answer
        threading.Event().wait(0.01)
    raise AssertionError(f"{answer} does not end")


def redeemed(house, username, passcode, number=1):
    seen(house, number)
    device = Device(mac_of(number), f"192.168.88.{10 + number}", "main")
    return house.store.write(lambda: house.services.sessions.open(house.services.vouchers.redeem(username, passcode), device))


def take_in(browser, text):
    octets = text if isinstance(text, bytes) else text.encode()
    answer = browser.send("POST", f"{API}/vouchers/import", body=octets, headers={"Content-Type": "text/csv"})
    assert answer.status == 200, answer.octets
    return finished(browser, answer.json["job"])


def test_one_is_made_as_wanted_and_five_hundred_with_a_batch(house, owner):
    one = owner.post("/vouchers", {"username": "Room12", "valid_for": "2 days", "down_limit_mb": 500, "devices": 2}).json
    (voucher,) = one["rows"]
    assert (voucher["username"], voucher["lasts_s"], voucher["down_limit_mb"], voucher["devices"]) == ("Room12", 48 * HOUR, 500, 2)
    assert (voucher["state"], voucher["until"], one["batch"]) == ("unused", None, "")
    many = owner.post("/vouchers", {"count": 500}).json
    assert (many["total"], len({row["username"] for row in many["rows"]})) == (500, 500)
    assert owner.get("/vouchers/batches").json["rows"][0]["batch"] == many["batch"] != ""
    assert owner.get("/vouchers", batch=many["batch"], most=10).json["total"] == 500


def test_making_vouchers_is_noted_without_their_passcodes(house, owner):
    made = owner.post("/vouchers", {"count": 3, "batch": "summer", "passcode": "swordfish"}).json
    (noted,) = trail(house, "voucher.create")
    assert (noted["target"], noted["after"]["count"], made["batch"]) == ("3 of summer", 3, "summer")
    assert "swordfish" not in str(noted)


def test_a_single_code_has_one_word(owner):
    (row,) = owner.post("/vouchers", {"single": True}).json["rows"]
    assert (row["single"], row["passcode"], len(row["username"])) == (True, row["username"], 10)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 10_001}, "count"),
        ({"count": 2, "username": "x"}, "username"),
        ({"single": True, "passcode": "x"}, "passcode"),
        ({"devices": "two"}, "devices"),
        ({"valid_for": 5}, "valid_for"),
        ({"admin": True}, "admin"),
        ({"username": "x\u0000"}, None),
        ({"valid_for": "1 fortnight"}, None),
    ],
)
def test_what_cannot_be_made_is_refused_and_the_field_named(house, owner, fields, field):
    answer = owner.post("/vouchers", fields)
    assert (answer.status, answer.json["error"].get("field")) == (400, field)
    assert owner.get("/vouchers").json["total"] == 0


def test_a_username_that_is_taken_is_a_conflict(owner):
    owner.post("/vouchers", {"username": "x"})
    assert owner.post("/vouchers", {"username": "X"}).status == 409


def test_vouchers_are_searched_sorted_and_paged(house, owner):
    for name in ("b", "c", "a"):
        owner.post("/vouchers", {"username": name, "passcode": "p", "comment": "table" if name != "c" else ""})
    redeemed(house, "b", "p")
    assert [row["username"] for row in owner.get("/vouchers", sort="-username", most=2).json["rows"]] == ["c", "b"]
    assert [row["username"] for row in owner.get("/vouchers", search="TABLE", sort="username").json["rows"]] == ["a", "b"]
    (row,) = owner.get("/vouchers", state="active").json["rows"]
    assert (row["username"], row["mac"]) == ("b", None)
    for query in ({"sort": "passcode"}, {"state": "lost"}, {"most": 1001}, {"offset": -1}):
        assert owner.get("/vouchers", **query).status == 400


def test_extending_reaches_who_is_online_at_once(house, owner):
    (row,) = owner.post("/vouchers", {"username": "v", "passcode": "p", "valid_for": "1 hour", "down_limit_mb": 1}).json["rows"]
    redeemed(house, "v", "p")
    assert owner.post("/vouchers/extend", {"ids": [row["id"]], "add_s": HOUR, "add_mb": 2}).json == {"changed": 1}
    (usage,) = house.kernel.usage()
    assert (usage.ttl_s, usage.down_quota_octets) == (pytest.approx(2 * HOUR), 3 * 2**20)
    assert trail(house, "voucher.extend")[0]["target"] == "v"
    assert owner.post("/vouchers/extend", {"ids": [row["id"]]}).status == 400
    assert owner.post("/vouchers/extend", {"ids": [99], "add_s": 1}).status == 404


def test_revoking_takes_the_voucher_and_its_sessions_together(house, owner):
    rows = owner.post("/vouchers", {"count": 3, "batch": "b", "passcode": "p"}).json["rows"]
    for number, row in enumerate(rows):
        redeemed(house, row["username"], "p", number)
    house.kernel.calls.clear()
    assert owner.post("/vouchers/revoke", {"ids": [rows[0]["id"]]}).json == {"revoked": 1, "ended": 1}
    assert owner.post("/vouchers/revoke", {"batch": "b"}).json == {"revoked": 2, "ended": 2}
    assert house.kernel.calls.count("close") == 2
    assert house.kernel.keys() == set()
    assert owner.get("/vouchers").json["total"] == 0
    assert owner.post("/vouchers/revoke", {"batch": "b"}).status == 404
    assert owner.post("/vouchers/revoke", {"ids": ["1"]}).status == 400
    noted = trail(house, "voucher.revoke")
    assert [row["before"][0]["batch"] for row in noted] == ["b", "b"]


def test_what_is_exported_can_be_imported_again(house, owner):
    owner.post("/vouchers", {"username": "=1+1", "passcode": "-p", "fullname": "Zoë 张", "valid_for": "3 days", "down_limit_mb": 7})
    owner.post("/vouchers", {"username": "plain", "comment": 'with "quotes", and\tmore'.replace("\t", " ")})
    exported = owner.get("/vouchers/export.csv").octets
    cells = list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"), newline="")))
    assert {row["username"] for row in cells} == {"'=1+1", "plain"}
    before = {row["username"]: row for row in owner.get("/vouchers").json["rows"]}
    owner.post("/vouchers/revoke", {"ids": [row["id"] for row in before.values()]})
    assert take_in(owner, exported)["state"] == "done"
    after = {row["username"]: row for row in owner.get("/vouchers").json["rows"]}
    for name in ("passcode", "fullname", "valid_for", "valid_from", "down_limit_mb", "devices", "comment"):
        assert {user: row[name] for user, row in after.items()} == {user: row[name] for user, row in before.items()}


def test_an_import_with_one_wrong_row_makes_none_and_says_where(house, owner):
    owner.post("/vouchers", {"username": "taken"})
    job = take_in(owner, "username,devices\nfine,1\ntaken,1\nother,none\n")
    assert (job["state"], job["error"]) == ("failed", "nothing was imported: 2 rows are wrong")
    assert [(problem["line"], problem["column"], problem["found"]) for problem in job["problems"]] == [
        (3, "username", "taken"),
        (4, "devices", "none"),
    ]
    assert all(problem["expected"] for problem in job["problems"])
    assert owner.get("/vouchers").json["total"] == 1
    assert take_in(owner, "username\n")["state"] == "failed"
    assert owner.send("POST", f"{API}/vouchers/import", body=b" ", headers={"Content-Type": "text/csv"}).status == 400


def test_ten_thousand_are_imported_and_more_are_refused(owner):
    job = take_in(owner, "username\n" + "".join(f"u{number}\n" for number in range(10_000)))
    assert (job["state"], job["done"], job["total"]) == ("done", 3, 3)
    assert owner.get("/vouchers").json["total"] == 10_000
    assert take_in(owner, "username\n" + "".join(f"w{number}\n" for number in range(10_001)))["problems"][0]["line"] == 10_002


@pytest.mark.parametrize(("paper", "pages"), [("a4", 2), ("80mm", 30)])
def test_a_batch_is_printed(house, owner, paper, pages):
    owner.post("/vouchers", {"count": 30, "batch": "b"})
    words = {"username": "Benutzer", "1 day": "1 Tag", "valid": "Gültig {time}"}
    job = finished(owner, owner.post("/vouchers/print", {"batch": "b", "paper": paper, "words": words, "ssid": "Cafe"}).json["job"])
    assert (job["state"], job["done"], job["total"], job["words"]) == ("done", 30, 30, "done")
    result = owner.get(f"/jobs/{job['id']}/result")
    assert (result.headers["Content-Type"], len(result.octets)) == ("application/pdf", job["result"]["octets"])
    assert int(re.search(rb"/Count (\d+)", result.octets).group(1)) == pages
    assert trail(house, "voucher.print")[0]["after"] == {"paper": paper, "count": 30}


def test_a_print_that_is_not_wanted_any_more_ends_at_once(house, owner):
    owner.post("/vouchers", {"count": 1000, "batch": "b"})
    job = owner.post("/vouchers/print", {"batch": "b", "paper": "a4"}).json["job"]
    while owner.get(f"/jobs/{job}").json["done"] < 50:
        time.sleep(0.01)
    assert owner.delete(f"/jobs/{job}").status == 204
    assert finished(owner, job)["state"] == "cancelled"
    assert house.services.asides.sheets.pid is None


def test_cards_carry_what_a_page_needs_to_print_them(owner):
    ids = [row["id"] for row in owner.post("/vouchers", {"count": 2, "passcode": "p"}).json["rows"]]
    answer = owner.post("/vouchers/cards", {"ids": ids, "title": "Café", "ssid": "Guests"}).json
    assert (answer["title"], answer["ssid"], len(answer["rows"])) == ("Café", "Guests", 2)
    card = answer["rows"][0]
    assert card["url"] == f"http://192.168.88.1/back/voucher?username={card['username']}&passcode=p"
    assert re.fullmatch(r"(M\d+ \d+\.5h\d+)+", card["qr"]["path"])
    assert card["lines"][0] == "Valid for 1 day"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/vouchers/print", {"batch": "b", "paper": "a5"}, 400),
        ("/vouchers/print", {"batch": "b", "paper": "a4", "words": {"username": "x" * 61}}, 400),
        ("/vouchers/print", {"batch": "b", "paper": "a4", "words": {"username": "a\nb"}}, 400),
        ("/vouchers/print", {"batch": "b", "paper": "a4", "words": ["x"]}, 400),
        ("/vouchers/print", {"batch": "b", "paper": "a4", "network": "none"}, 400),
        ("/vouchers/print", {"batch": "none", "paper": "a4"}, 404),
        ("/vouchers/print", {"paper": "a4"}, 400),
        ("/vouchers/cards", {"ids": [1], "html": True}, 400),
    ],
)
def test_what_cannot_be_printed_is_refused_before_a_job_begins(owner, path, fields, status):
    owner.post("/vouchers", {"count": 2, "batch": "b"})
    assert owner.post(path, fields).status == status
    assert owner.get("/jobs").json["total"] == 0


def test_the_front_desk_makes_and_prints_vouchers_and_does_nothing_else_with_them(house, owner):
    desk = house.front_desk()
    rows = desk.post("/vouchers", {"count": 2, "batch": "desk"}).json["rows"]
    assert desk.get("/vouchers").json["total"] == 2
    assert desk.get("/vouchers/batches").json["total"] == 1
    assert "1 day" in desk.get("/vouchers/choices").json["valid_for"]
    assert desk.post("/vouchers/cards", {"batch": "desk"}).status == 200
    job = desk.post("/vouchers/print", {"batch": "desk", "paper": "a4"}).json["job"]
    assert finished(desk, job)["state"] == "done"
    assert desk.get(f"/jobs/{job}/result").status == 200
    ids = [row["id"] for row in rows]
    for path, fields in (("/vouchers/extend", {"ids": ids, "add_s": 60}), ("/vouchers/revoke", {"ids": ids}), ("/vouchers/import", {})):
        assert desk.post(path, fields).status == 403
    assert desk.get("/vouchers/export.csv").status == 403
    assert owner.get("/vouchers").json["total"] == 2


def test_vouchers_made_elsewhere_are_shown_as_well(house, owner):
    house.services.vouchers.create(NewVoucher(username="api", valid_for="always"))
    later(house)
    (row,) = owner.get("/vouchers").json["rows"]
    assert (row["username"], row["lasts_s"], row["until"]) == ("api", None, None)

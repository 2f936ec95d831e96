"""The login log, paged, filtered and taken out."""

import csv
import io

import pytest

from routerd.core.events import LoginRefused
from routerd.core.terms import Device
from tests.admin.test_guests import mac_of, online


def refused(house, number, login):
    device = Device(mac_of(number), "192.168.88.10", "main")
    house.store.write(lambda: house.bus.publish(LoginRefused("voucher", login, device, "no-such-voucher")))


def test_the_log_is_read_backwards_page_by_page(house, owner):
    for number in range(5):
        online(house, number)
    first = owner.get("/log", most=3).json
    rest = owner.get("/log", most=3, before=first["rows"][-1]["id"]).json
    assert [row["login"] for row in first["rows"] + rest["rows"]] == [f"login{number}" for number in range(4, -1, -1)]
    assert (first["more"], rest["more"]) == (True, False)
    assert set(first["rows"][0]) == {"id", "at", "event", "kind", "login", "mac", "address", "network", "reason", "down", "up"}


def test_the_log_is_filtered(house, owner):
    online(house, 1)
    refused(house, 2, "room12")
    assert [row["login"] for row in owner.get("/log", event="refusal").json["rows"]] == ["room12"]
    assert [row["login"] for row in owner.get("/log", search="ROOM").json["rows"]] == ["room12"]
    assert [row["login"] for row in owner.get("/log", kind="free", network="main").json["rows"]] == ["login1"]


@pytest.mark.parametrize("query", [{"event": "x"}, {"most": 0}, {"most": 1001}, {"before": "x"}, {"search": "x" * 129}])
def test_a_question_that_makes_no_sense_is_refused(owner, query):
    assert owner.get("/log", **query).status == 400


def test_the_export_is_guarded_against_formulas_and_noted(house, owner):
    refused(house, 1, "=HYPERLINK(1)")
    answer = owner.get("/log/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "logins.csv" in answer.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.octets.decode("utf-8-sig"), newline=""))
    assert (row["login"], row["mac"], row["event"]) == ("'=HYPERLINK(1)", mac_of(1), "refusal")
    assert house.services.audit.rows()["rows"][0]["action"] == "log.export"


def test_the_front_desk_sees_no_log(house):
    assert [house.front_desk().get(path).status for path in ("/log", "/log/export.csv")] == [403, 403]

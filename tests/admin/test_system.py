"""The System section: what the machine is, a backup by a job, a restore in pieces, the log, services, time zone, updates."""

import time
from dataclasses import replace

import pytest

from routerd.admin.premises import Premises
from routerd.app.outside import Outside
from routerd.app.premises import premises
from routerd.identity import vault
from tests.admin.browser import API
from tests.admin.house import House
from tests.upkeep.box import PASSPHRASE


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch):
    monkeypatch.setattr(vault, "SCRYPT_N", 2)


@pytest.fixture
def restarts():
    return []


@pytest.fixture
def house(tmp_path, restarts):
    made = House(tmp_path)
    outside = Outside(made.clock, None, tmp_path, restart=lambda: restarts.append("now"))
    box: Premises = premises(made.services.preferences, outside)
    made.close()
    second = House(tmp_path, premises=replace(box, system=replace(box.system, preferences=made.services.preferences)))
    second.services.preferences.applier = None
    second.logs = outside.logs
    yield second
    second.desk.data.jobs.stop()
    second.close()


def backup(owner):
    job = owner.post("/system/backup", {"passphrase": PASSPHRASE}).json["job"]
    until = time.monotonic() + 10
    while (state := owner.get(f"/jobs/{job}").json)["state"] not in ("done", "failed"):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert state["state"] == "done", state
    return owner.get(f"/jobs/{job}/result").octets


def upload(owner, content, piece=50_000):
    for at in range(0, len(content), piece):
        part = content[at : at + piece]
        answer = owner.send("POST", f"{API}/system/restore/upload/{at}", body=part, headers={"Content-Type": "application/octet-stream"})
        assert answer.json == {"octets": at + len(part)}


def test_the_machine_is_told(owner):
    told = owner.get("/system").json
    assert told["memory"]["total"] > told["memory"]["daemon"] > 0
    assert told["disk"]["size"] >= told["disk"]["free"] > 0
    assert told["store"]["schema"] > 0
    assert told["version"]
    assert [each["id"] for each in told["services"]] == ["daemon"]
    assert (told["updates"]["on"], told["restored"], told["time_zone"]["source"]) == (False, None, "default")


def test_a_backup_can_be_fetched_checked_and_restored(house, owner, restarts):
    content = backup(owner)
    assert content.startswith(b"routerd backup 1\n")
    upload(owner, content)
    summary = owner.post("/system/restore/check", {"passphrase": PASSPHRASE}).json
    assert (summary["fits"], summary["networks"]) == (True, ["main"])
    assert restarts == []
    wrong = owner.post("/system/restore", {"passphrase": "not this one at all"})
    assert (wrong.status, restarts) == (400, [])
    assert owner.post("/system/restore", {"passphrase": PASSPHRASE}).json["restarting"]
    assert restarts == ["now"]
    actions = [row["action"] for row in owner.get("/audit").json["rows"]]
    assert actions[:2] == ["system.restore", "system.backup"]
    assert PASSPHRASE.encode() not in owner.get("/audit").octets


def test_what_was_handed_in_can_be_taken_back(owner):
    upload(owner, b"x" * 10)
    assert owner.post("/system/restore/check", {"passphrase": PASSPHRASE}).status == 400
    assert owner.delete("/system/restore").status == 204
    assert owner.post("/system/restore/check", {"passphrase": PASSPHRASE}).status == 409


@pytest.mark.parametrize("fields", [{"passphrase": "short"}, {}, {"passphrase": 5}, {"passphrase": PASSPHRASE, "path": "/etc"}])
def test_a_backup_without_a_proper_passphrase_is_refused(owner, fields):
    assert owner.post("/system/backup", fields).status == 400
    assert owner.get("/jobs").json["total"] == 0


def test_a_piece_that_is_too_long_is_refused(owner):
    answer = owner.send(
        "POST", f"{API}/system/restore/upload/0", body=b"x" * ((4 << 20) + 1), headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status == 413


def test_services_can_be_started_anew_by_name_alone(owner, restarts):
    assert owner.post("/system/restart", {"service": "daemon"}).json == {"restarting": "daemon"}
    assert restarts == ["now"]
    for name in ("sshd", "dns:gone", ""):
        assert owner.post("/system/restart", {"service": name}).status == 404
    assert owner.get("/audit").json["rows"][0]["action"] == "system.restart"


def test_the_time_zone_is_one_that_there_is(owner):
    assert "Europe/Berlin" in owner.get("/system/timezones").json["rows"]
    refused = owner.post("/system/timezone", {"name": "../../etc/passwd"})
    assert (refused.status, refused.json["error"]["field"]) == (400, "system.time_zone")
    assert owner.post("/system/timezone", {"name": "Europe/Berlin"}).status == 200
    assert owner.get("/settings/system").json["fields"][0]["value"] == "Europe/Berlin"


def test_updates_are_asked_for_over_https_alone_and_only_with_an_address(owner):
    assert owner.post("/system/updates", {"on": True}).status == 400
    assert owner.post("/system/updates", {"on": True, "url": "http://x.example/"}).status == 400
    assert owner.post("/system/updates", {"on": True, "url": "https://x.example/"}).status == 200
    assert owner.get("/settings/system").json["fields"][1]["value"] is True


def test_nothing_of_it_is_for_the_front_desk(house):
    desk = house.front_desk()
    for path in ("/system", "/system/logs", "/system/timezones"):
        assert desk.get(path).status == 403
    for path in ("/system/backup", "/system/restore", "/system/restore/check", "/system/restart", "/system/timezone", "/system/updates"):
        assert desk.post(path, {}).status == 403

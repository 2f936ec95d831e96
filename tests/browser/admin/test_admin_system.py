"""System: health, services, settings of the box, backup, restore, log; on a desk and on a phone."""

import time
from typing import Any

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal

pytestmark = pytest.mark.browser

PASSPHRASE = "correct horse battery"
SUMMARY = {
    "made_at": 1_763_000_000,
    "version": "0.1.0",
    "hostname": "old-gate",
    "schema": 7,
    "octets": 5 << 20,
    "vouchers": 512,
    "people": 33,
    "networks": ["main", "garden"],
    "configuration": "kept",
    "fits": True,
    "problems": ["the configuration file stays as it is: wan0 is not there"],
}
PIECE = 4 << 20


def choose_file(page: Page, octets: int) -> None:
    """Choose a file of so many octets, and give a passphrase."""
    page.see("[name=file]")
    page.chromium.run(f"""
        const taken = new DataTransfer();
        taken.items.add(new File([new Uint8Array({octets})], 'old-gate.routerd'));
        document.querySelector('[name=file]').files = taken.files;
    """)
    page.write(passphrase=PASSPHRASE)


def uploaded(page: Page) -> list[str]:
    """The offsets of the pieces that were sent."""
    return [call.path.rpartition("/")[2] for call in page.box.calls if "/upload/" in call.path]


@pytest.fixture
def page(page: Page) -> Page:
    page.box.answers |= {
        "POST /system/restore/upload/*": lambda call: {"octets": len(call.body)},
        "POST /system/restore/check": SUMMARY,
        "DELETE /system/restore": None,
    }
    return page


def test_the_box_tells_how_it_fares(page: Page, screen) -> None:
    page.visit("system", ".facts")
    for words in ("routerd 0.1.0", "11\u00a0GB of 32\u00a0GB", "9d", "6.1.0-40-amd64", "DHCP and DNS, garden", "Not running"):
        page.read(words)
    page.read("It does not look for updates.")
    page.fits()


def test_a_service_is_started_anew_after_a_question(page: Page, screen) -> None:
    page.box.answers["POST /system/restart"] = {"restarting": "dns:garden"}
    page.visit("system", ".facts")
    page.press("Restart: DHCP and DNS, garden")
    page.read("Guests stay online")
    page.press("Restart", "dialog")
    page.read("Restarted: DHCP and DNS, garden")
    assert page.sent("/system/restart") == {"service": "dns:garden"}


def test_the_page_waits_until_the_whole_box_is_back(page: Page) -> None:
    told = page.box.answers["GET /system"]
    looks = []

    def away(_: Call) -> Any:
        looks.append("look")
        if len(looks) < 2:
            raise Refusal(503, message="starting", reason="unavailable")
        return told | {"started_at": told["started_at"] + 1000}

    def restart(_: Call) -> Any:
        page.box.answers["GET /system"] = away
        return {"restarting": "daemon"}

    page.box.answers["POST /system/restart"] = restart
    page.visit("system", ".facts")
    page.press("Restart: All of routerd")
    page.press("Restart", "dialog")
    page.read("Restarted: All of routerd")
    assert len(looks) >= 2


def test_time_zone_updates_and_retention_are_set_in_one_form(page: Page, screen) -> None:
    page.box.answers |= {"POST /settings/system": {"applying": False}, "POST /settings/privacy": {"applying": False}}
    page.visit("system", ".facts")
    page.write(**{'"system.time_zone"': "America/New_York", '"privacy.retention_days"': "30"})
    page.chromium.run("document.querySelector('[name=\"system.update_check\"]').click()")
    page.write(**{'"system.update_url"': "https://example.org/routerd.json"})
    page.press("Save")
    page.read("Saved.")
    wanted = {"time_zone": "America/New_York", "update_check": True, "update_url": "https://example.org/routerd.json"}
    assert page.sent("/settings/system") == {"changes": wanted}
    assert page.sent("/settings/privacy") == {"changes": {"retention_days": 30}}


def test_a_newer_version_and_a_restore_are_told(page: Page) -> None:
    page.box.answers["GET /system"] |= {
        "updates": {"on": True, "url": "https://example.org", "checked_at": time.time(), "latest": "0.2.0", "newer": True, "error": None},
        "restored": {"at": time.time(), "made_at": 1_763_000_000, "error": "the database is damaged"},
    }
    page.visit("system", ".facts")
    page.read("Version 0.2.0 is there.")
    page.read("the box is as it was before: the database is damaged")


def test_a_backup_is_made_with_a_passphrase_given_twice_and_saved(page: Page, screen) -> None:
    job = {"id": 7, "kind": "backup", "state": "working", "done": 1, "total": 4, "error": None, "problems": [], "result": None}
    page.box.answers |= {"POST /system/backup": {"job": 7}, "GET /jobs/*": lambda _: job, "GET /jobs/7/result": {}}
    page.visit("system/backup", "[name=again]")
    page.fits()
    page.chromium.run("[...document.querySelectorAll('[name=passphrase]')].at(-1).name = 'other'")
    page.write(passphrase=PASSPHRASE, again="something else")
    page.press("Make a backup")
    page.read("This is not the same passphrase.")
    assert page.box.changes() == []
    page.write(again=PASSPHRASE)
    page.press("Make a backup")
    page.read("1 of 4")
    job |= {
        "state": "done",
        "done": 4,
        "result": {"name": "gate-1763700000.routerd", "media_type": "application/octet-stream", "octets": 9},
    }
    page.read("gate-1763700000.routerd")
    assert page.sent("/system/backup") == {"passphrase": PASSPHRASE}


def test_a_backup_may_be_cancelled(page: Page) -> None:
    job = {"id": 7, "state": "working", "done": 1, "total": 4, "error": None, "problems": [], "result": None}

    def cancel(_: Call) -> None:
        job["state"] = "cancelled"

    page.box.answers |= {"POST /system/backup": {"job": 7}, "GET /jobs/*": lambda _: job, "DELETE /jobs/*": cancel}
    page.visit("system/backup", "[name=again]")
    page.chromium.run("[...document.querySelectorAll('[name=passphrase]')].at(-1).name = 'other'")
    page.write(passphrase=PASSPHRASE, again=PASSPHRASE)
    page.press("Make a backup")
    page.press("Cancel", "dialog")
    page.read("Cancelled.")


def test_a_restore_says_what_is_inside_and_what_will_happen_before_it_happens(page: Page, screen) -> None:
    page.visit("system/backup", "[name=file]")
    choose_file(page, PIECE + 1000)
    page.press("Look inside")
    for words in ("old-gate", "512", "wan0 is not there", "What was added since is gone from the box.", "stays as it is"):
        page.read(words)
    assert uploaded(page) == ["0", str(PIECE)]
    assert page.sent("/system/restore/check") == {"passphrase": PASSPHRASE}
    page.fits()
    page.press("Cancel")
    page.sent("/system/restore", "DELETE")
    assert page.box.changes("/system/restore") == [None]


def test_a_restore_is_begun_and_the_page_waits_for_the_box(page: Page, screen) -> None:
    told = page.box.answers["GET /system"]

    def restore(_: Call) -> Any:
        page.box.answers["GET /system"] = told | {
            "started_at": told["started_at"] + 1000,
            "restored": {"at": time.time(), "made_at": SUMMARY["made_at"], "error": None},
        }
        return SUMMARY | {"restarting": True}

    page.box.answers["POST /system/restore"] = restore
    page.visit("system/backup", "[name=file]")
    choose_file(page, 1000)
    page.press("Look inside")
    page.press("Restore", "dialog")
    page.read("The box is starting with the backup.")
    page.gone("dialog")
    assert page.sent("/system/restore") == {"passphrase": PASSPHRASE}
    page.visit("system", ".notice.good")
    page.read("from the backup of Nov 13, 2025")


def test_a_backup_that_does_not_fit_cannot_be_restored(page: Page) -> None:
    problem = "its database has schema 99; this version knows up to 7: install a newer routerd"
    page.box.answers["POST /system/restore/check"] = SUMMARY | {"fits": False, "problems": [problem]}
    page.visit("system/backup", "[name=file]")
    choose_file(page, 1000)
    page.press("Look inside")
    page.read("This backup does not fit")
    page.read(problem)
    assert "Restore" not in page.chromium.run("[...document.querySelectorAll('dialog button')].map(each => each.innerText)")


def test_a_wrong_passphrase_is_told_at_its_field(page: Page) -> None:
    def refuse(_: Call) -> None:
        raise Refusal(400, message="the passphrase is wrong, or the file is damaged", reason="input", field="passphrase")

    page.box.answers["POST /system/restore/check"] = refuse
    page.visit("system/backup", "[name=file]")
    choose_file(page, 1000)
    page.press("Look inside")
    page.read("the passphrase is wrong, or the file is damaged")
    page.gone("dialog")


def test_sending_a_file_may_be_cancelled(page: Page) -> None:
    def slowly(call: Call) -> Any:
        time.sleep(0.5)
        return {"octets": len(call.body)}

    page.box.answers["POST /system/restore/upload/*"] = slowly
    page.visit("system/backup", "[name=file]")
    choose_file(page, 3 * PIECE)
    page.press("Look inside")
    page.press("Cancel", "dialog")
    page.gone("dialog")
    page.sent("/system/restore", "DELETE")
    assert len(uploaded(page)) < 3


def test_the_log_is_narrowed_and_goes_back(page: Page, screen) -> None:
    page.visit("system/logs", ".log li")
    page.fits()
    page.choose("Level", "error")
    page.write_search("smtp")
    page.asked("/system/logs", level="error", search="smtp", most="100")
    page.press("Show more")
    page.asked("/system/logs", level="error", search="smtp", before="75", most="100")


def test_the_log_is_followed_until_it_is_not(page: Page) -> None:
    page.visit("system/logs", ".log li")
    rows = page.box.answers["GET /system/logs"]["rows"]
    fresh = {"id": 91, "at": time.time(), "level": "warning", "name": "routerd", "text": "a cable was pulled"}
    page.box.answers["GET /system/logs"]["rows"] = [fresh, *rows]
    page.read("a cable was pulled")
    assert page.chromium.run("document.querySelectorAll('.log li').length") == len(rows) + 1
    page.chromium.run("document.querySelector('[name=follow]').click()")
    asked = len(page.box.calls)
    time.sleep(2.2)
    assert len(page.box.calls) == asked

"""The first visit makes the owner, once, and from the right place."""

import threading

import pytest

from routerd.core.errors import BadInput
from tests.admin.browser import Browser
from tests.admin.house import House

ACCOUNT = {"name": "Ada", "password": "three unlikely words"}


def test_the_first_visitor_is_told_what_there_is_to_choose(house):
    told = house.browser().get("/setup").json
    assert told["open"] is True
    assert told["code_needed"] is False
    assert told["networks"] == [{"name": "main", "title": "Guest Wi-Fi"}]
    assert {"name": "voucher", "on": True} in told["methods"]
    assert "DE" in told["countries"]
    assert len(told["countries"]) == 249


def test_the_wizard_makes_the_owner_and_the_settings_and_signs_in(house):
    house.services.access.set(post=True, get=True)
    browser = house.browser()
    wizard = {"account": ACCOUNT, "country": "DE", "networks": {"main": "Café"}, "methods": ["free", "voucher"]}
    answer = browser.post("/setup", wizard)
    assert answer.status == 200
    assert answer.json["person"]["role"] == "owner"
    assert browser.get("/me").json["person"]["name"] == "Ada"
    settings = house.services.preferences.settings
    assert settings.portal.mobile.country == "DE"
    assert settings.portal.methods == ("free", "voucher")
    assert settings.guest[0].portal.title == "Café"
    state = house.services.access.state()
    assert not state.post_enabled
    assert not state.get_enabled


def test_it_closes_for_good_even_when_the_accounts_are_gone(house):
    house.owner()
    house.store.write(lambda: house.store.db.execute_sql("DELETE FROM person"))
    stranger = house.browser()
    assert stranger.get("/setup").json == {"open": False}
    assert stranger.post("/setup", {"account": ACCOUNT}).status == 409
    house.close()
    again = House(house.place)
    assert again.browser().get("/setup").json == {"open": False}
    again.close()


def test_of_two_owners_at_once_one_wins(house):
    browsers = [house.browser(f"192.168.10.{number}") for number in range(2, 5)]
    statuses: list[int] = []
    begin = threading.Barrier(len(browsers))

    def race(browser: Browser, number: int) -> None:
        begin.wait()
        statuses.append(browser.post("/setup", {"account": {**ACCOUNT, "name": f"Owner {number}"}}).status)

    threads = [threading.Thread(target=race, args=(browser, number)) for number, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409]
    assert len(house.accounts.people.all()) == 1


def test_settings_that_are_refused_leave_the_box_as_it_was(house, monkeypatch):
    def refuse(changes, actor):
        raise BadInput("portal.methods: no", "portal.methods")

    monkeypatch.setattr(house.services.preferences, "set_many", refuse)
    browser = house.browser()
    answer = browser.post("/setup", {"account": ACCOUNT, "methods": ["free"]})
    assert (answer.status, answer.json["error"]["field"]) == (400, "portal.methods")
    assert house.accounts.people.all() == []
    assert browser.cookies == {}
    assert browser.get("/setup").json["open"] is True


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.168.10.77", "::ffff:192.168.10.77"])
def test_from_the_lan_and_the_box_itself_no_code_is_asked_for(house, address):
    assert house.browser(address).post("/setup", {"account": ACCOUNT}).status == 200


@pytest.mark.parametrize("address", ["203.0.113.9", "192.168.88.20", "2001:db8::9", "::ffff:203.0.113.9"])
def test_from_anywhere_else_the_setup_code_is_needed(house, address):
    browser = house.browser(address)
    assert browser.get("/setup").json["code_needed"] is True
    for code in ("", "wrongwrong", "é" * 10):
        refused = browser.post("/setup", {"account": ACCOUNT, "code": code})
        assert (refused.status, refused.json["error"]["reason"]) == (403, "setup-code")
    shown = f"{house.accounts.setup.code[:5].upper()}-{house.accounts.setup.code[5:]}"
    assert browser.post("/setup", {"account": ACCOUNT, "code": shown}).status == 200
    assert house.accounts.setup.code == ""


def test_guessing_the_setup_code_is_slowed(house):
    attacker = house.browser("203.0.113.9")
    statuses = [attacker.post("/setup", {"account": ACCOUNT, "code": f"guess{number}"}).status for number in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    assert house.browser("192.168.10.2").post("/setup", {"account": ACCOUNT}).status == 200


def test_the_log_tells_the_code_while_there_is_no_owner(house, caplog):
    code = house.accounts.setup.code
    house.accounts.setup.announce()
    assert code in caplog.text
    house.owner()
    caplog.clear()
    house.accounts.setup.announce()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("wizard", "field"),
    [
        ({}, "account"),
        ({"account": []}, "account"),
        ({"account": {**ACCOUNT, "role": "owner"}}, "role"),
        ({"account": {"name": "", "password": "three unlikely words"}}, "name"),
        ({"account": {"name": "Ada", "password": "short"}}, "password"),
        ({"account": ACCOUNT, "country": "XX"}, "country"),
        ({"account": ACCOUNT, "methods": []}, "methods"),
        ({"account": ACCOUNT, "methods": ["voucher", "voucher"]}, "methods"),
        ({"account": ACCOUNT, "methods": ["telepathy"]}, "methods"),
        ({"account": ACCOUNT, "networks": {"other": "x"}}, "networks"),
        ({"account": ACCOUNT, "networks": {"main": "x" * 65}}, "main"),
        ({"account": ACCOUNT, "api": True}, "api"),
    ],
)
def test_what_the_wizard_cannot_take_is_told_by_field(house, wizard, field):
    answer = house.browser().post("/setup", wizard)
    assert (answer.status, answer.json["error"]["field"]) == (400, field)
    assert house.accounts.setup.is_open

"""The settings of the page: told with their descriptions, changed as a whole or not at all, on record, secrets covered."""

from dataclasses import replace

import pytest

from routerd.admin.premises import Premises
from routerd.core.errors import Unavailable
from tests.admin.browser import Browser
from tests.admin.house import House


@pytest.fixture
def restarts(house: House) -> list[str]:
    found: list[str] = []

    class Applier:
        def live(self, settings: object) -> None:
            found.append("live")

        def anew(self, sections: object) -> None:
            found.append("anew")

    house.services.preferences.applier = Applier()
    return found


def field(answer: dict, key: str) -> dict:
    return next(each for each in answer["fields"] if each["key"] == key)


def test_sections_are_listed_with_their_methods(owner: Browser) -> None:
    told = owner.get("/settings").json
    names = [each["name"] for each in told["sections"]]
    assert {"portal", "portal.free", "mail", "sms", "radius", "vouchers", "guest.main", "guest.main.portal", "system"} <= set(names)
    assert {"portal.social", "portal.social.facebook", "oidc"} <= set(names)
    assert not {"store", "daemon", "lan", "management", "tunnel"} & set(names)
    assert "free" in told["methods"]
    assert (told["applying"], told["failed"]) == (False, None)


def test_every_section_can_be_shown(owner: Browser) -> None:
    for section in owner.get("/settings").json["sections"]:
        answer = owner.get(f"/settings/{section['name']}")
        assert answer.status == 200
        for each in answer.json["fields"]:
            assert {"key", "type", "why", "least", "most", "choices", "default", "secret", "required"} <= set(each)
            assert each["type"] in ("text", "integer", "boolean", "texts", "address", "tables")


def test_a_change_is_live_or_starts_the_box_anew(owner: Browser, restarts: list[str]) -> None:
    answer = owner.post("/settings/portal", {"changes": {"title": "Café"}})
    assert (answer.status, answer.json["applying"]) == (200, False)
    assert (field(answer.json, "title")["value"], field(answer.json, "title")["source"]) == ("Café", "page")
    assert owner.post("/settings/guest.main", {"changes": {"lease_s": 600}}).json["applying"]
    assert owner.get("/settings").json["applying"]
    assert restarts == ["live", "anew"]


@pytest.mark.parametrize(
    ("section", "body", "status", "where"),
    [
        ("portal.free", {"changes": {"valid_for_s": 1}}, 400, "portal.free.valid_for_s"),
        ("portal", {"changes": {"title": "<b>", "nope": 1}}, 400, "portal.nope"),
        ("portal", {"changes": []}, 400, "changes"),
        ("portal", {"title": "x"}, 400, "title"),
        ("portal", {"changes": {"landing_url": "javascript:alert(1)"}}, 400, "portal.landing_url"),
        ("daemon", {"changes": {"log_level": "debug"}}, 404, None),
        ("guest.main", {"changes": {"interface": "eth0"}}, 400, "guest.main.interface"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(owner: Browser, section: str, body: dict, status: int, where: str | None) -> None:
    before = owner.get("/settings").json
    answer = owner.post(f"/settings/{section}", body)
    assert answer.status == status
    assert answer.json["error"].get("field") == where
    assert owner.get("/settings").json == before


def test_secrets_are_never_told_again(owner: Browser, restarts: list[str]) -> None:
    changes = {"host": "smtp.example.org", "sender": "a@b.example", "username": "u", "password": "s3cret!x"}
    answer = owner.post("/settings/mail", {"changes": changes})
    assert answer.status == 200
    assert field(answer.json, "password")["value"] == {"set": True}
    for path in ("/settings/mail", "/audit"):
        assert b"s3cret!x" not in owner.get(path).octets


def test_changes_are_on_record(owner: Browser, restarts: list[str]) -> None:
    owner.post("/settings/portal", {"changes": {"title": "Café"}})
    row = owner.get("/audit").json["rows"][0]
    assert (row["name"], row["address"], row["action"], row["target"]) == ("Ada", "192.168.10.2", "settings.set", "portal")
    assert (row["before"], row["after"]) == ({"title": None}, {"title": "Café"})


def test_the_front_desk_has_no_business_here(house: House) -> None:
    desk = house.front_desk()
    for section in ("/settings", "/settings/portal", "/portal/page", "/network", "/integrations/api"):
        assert desk.get(section).status == 403
    for path in ("/settings/portal", "/portal/page", "/portal/preview", "/integrations/api/reveal", "/settings/mail/test"):
        assert desk.post(path, {}).status == 403
    assert house.browser().get("/settings").status == 401


def test_a_test_message_says_what_the_other_side_said(tmp_path) -> None:
    sent: list[str] = []

    def send(to: str) -> None:
        if "bad" in to:
            raise Unavailable("550 no such user")
        sent.append(to)

    house = House(tmp_path, premises=replace(Premises(), trials={"mail": send}.get))
    owner = house.owner()
    assert owner.post("/settings/mail/test", {"to": "a@b.example"}).json == {"sent": True}
    failed = owner.post("/settings/mail/test", {"to": "bad@b.example"})
    assert (failed.status, failed.json["error"]["message"]) == (503, "550 no such user")
    assert owner.post("/settings/sms/test", {"to": "+1"}).status == 409
    assert owner.get("/audit").json["rows"][0]["action"] == "settings.test"
    assert sent == ["a@b.example"]
    house.close()

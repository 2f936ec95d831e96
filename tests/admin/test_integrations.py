"""API Access: switches, endpoints, key and documentation, as the specification describes it."""

import json
import re
import shlex
from pathlib import Path

import pytest

from routerd.admin.premises import Premises
from routerd.admin.sections.actions import EXAMPLES, KEY, documentation
from routerd.core.errors import Unavailable
from tests.admin.browser import Browser
from tests.admin.house import House

URL = "http://192.168.10.1/api/"


def test_off_by_default_and_switched_one_by_one(owner: Browser) -> None:
    told = owner.get("/integrations/api").json
    assert (told["post"], told["get"], told["has_key"], told["cloud"]) == (False, False, False, None)
    told = owner.post("/integrations/api", {"post": True}).json
    assert (told["post"], told["get"], told["has_key"]) == (True, False, True)
    row = owner.get("/audit").json["rows"][0]
    assert (row["action"], row["before"], row["after"]) == ("api.switch", {"post": False, "get": False}, {"post": True, "get": False})
    assert owner.post("/integrations/api", {"post": "yes"}).status == 400


def test_local_endpoints_are_told(owner: Browser) -> None:
    assert owner.get("/integrations/api").json["endpoints"] == [
        {"place": "lan", "url": URL},
        {"place": "management", "url": "http://203.0.113.7:8088/api/"},
    ]


def test_the_key_is_told_by_reveal_and_rotate_alone_and_on_record(house: House, owner: Browser) -> None:
    owner.post("/integrations/api", {"post": True})
    key = owner.post("/integrations/api/reveal").json["key"]
    assert house.services.access.verify(key)
    fresh = owner.post("/integrations/api/rotate").json["key"]
    assert fresh != key
    assert not house.services.access.verify(key)
    for path in ("/integrations/api", "/audit"):
        answer = owner.get(path).octets.decode()
        assert key not in answer
        assert fresh not in answer
    assert [row["action"] for row in owner.get("/audit").json["rows"][:2]] == ["api.rotate", "api.reveal"]


class FakeCloud:
    """A cloud endpoint with one relay, which may be deaf."""

    def __init__(self, deaf: bool = False) -> None:
        self.moves = 0
        self.deaf = deaf

    def shown(self) -> dict:
        return {"url": f"https://box{self.moves}.w-router.com/api/", "state": "up", "lines": []}

    def rotate(self) -> str:
        self.moves += 1
        if self.deaf:
            raise Unavailable("relay.w-router.com does not answer")
        return self.shown()["url"]


@pytest.mark.parametrize(("deaf", "status"), [(False, 200), (True, 503)])
def test_the_cloud_endpoint_moves_on_record_even_if_a_relay_does_not_hear_of_it(tmp_path: Path, deaf: bool, status: int) -> None:
    house = House(tmp_path / "clouded", premises=Premises(cloud=FakeCloud(deaf)))
    owner = house.owner()
    assert owner.post("/integrations/cloud/rotate").status == status
    assert owner.get("/integrations/api").json["cloud"]["url"] == "https://box1.w-router.com/api/"
    row = owner.get("/audit").json["rows"][0]
    urls = [{"url": f"https://box{number}.w-router.com/api/"} for number in (0, 1)]
    assert (row["action"], row["before"], row["after"]) == ("cloud.rotate", *urls)
    assert house.front_desk().post("/integrations/cloud/rotate").status == 403
    house.close()


def test_without_a_cloud_endpoint_nothing_moves(owner: Browser) -> None:
    assert owner.post("/integrations/cloud/rotate").status == 404


def test_every_action_is_documented() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "action-api.md").read_text(encoding="utf-8")
    assert sorted(each.action for each in EXAMPLES) == sorted(re.findall(r"^### (\w+)$", manual, re.MULTILINE))


@pytest.mark.parametrize("entry", documentation(URL), ids=lambda entry: entry["action"])
def test_each_example_can_be_pasted_and_says_what_it_means(entry: dict) -> None:
    words = shlex.split(entry["curl"])
    assert words[:2] == ["curl", "-sS"]
    assert KEY in entry["curl"]
    if entry["method"] == "POST":
        assert words[2] == URL
        sent = json.loads(words[words.index("-d") + 1])
        assert sent == json.loads(entry["request"])
        assert sent["action"] == entry["action"]
    else:
        assert words[2] == entry["request"]
        assert f"action={entry['action']}" in words[2]
    assert json.loads(entry["response"])

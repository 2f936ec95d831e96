"""The firewall in people's words: complete, and with the kernel's own counts."""

import re
from dataclasses import replace

import pytest

from routerd.admin.premises import Premises
from routerd.admin.sections.walls import GROUPS, SETS
from routerd.core.places import data
from tests.admin.house import House

RULES = "".join(data("rules", name).read_text(encoding="utf-8") for name in ("routerd.nft", "shaping.nft"))
ROWS = [row for group in GROUPS for row in group.rows]


class FakeFirewall:
    """As much of `firewall.service.Firewall` as is looked at."""

    removed = False

    def intact(self):
        return True

    def counters(self):
        return {"spoofed": (12, 720)}

    def sizes(self):
        return {"session": (41, 65535)}

    def rules(self):
        return "table inet routerd {}"


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path, premises=replace(Premises(), firewall=FakeFirewall()))
    yield made
    made.close()


def test_every_counter_of_the_rules_is_explained_and_none_that_is_not_there():
    counted = {row.id for row in ROWS if row.counted}
    assert counted == set(re.findall(r"^\tcounter (\w+)", RULES, re.MULTILINE))


def test_every_chain_of_the_rules_is_explained():
    explained = {chain for row in ROWS for chain in row.chains}
    assert explained == set(re.findall(r"^\tchain (\w+) \{", RULES, re.MULTILINE))


def test_every_set_of_the_rules_is_explained():
    assert {each.id for each in SETS} == set(re.findall(r"^\t(?:set|map) (\w+) \{", RULES, re.MULTILINE))


@pytest.mark.parametrize("row", [row for row in ROWS if row.counted], ids=lambda row: row.id)
def test_what_is_counted_is_counted_where_it_says(row):
    chains = [body for name, body in re.findall(r"^\tchain (\w+) \{\n(.*?)^\t\}", RULES, re.MULTILINE | re.DOTALL) if name in row.chains]
    assert any(f"counter name {row.id}" in body for body in chains)


def test_counts_and_blocked_devices_are_told(house, owner):
    house.services.guests.block("aa:aa:aa:aa:aa:aa", "main")
    told = owner.get("/firewall").json
    spoofed = next(row for chain in told["chains"] for row in chain["rows"] if row["id"] == "spoofed")
    assert (spoofed["packets"], spoofed["octets"], spoofed["verdict"]) == (12, 720, "drop")
    assert [(each["id"], each["elements"], each["size"]) for each in told["sets"]] == [("session", 41, 65535)]
    assert [each["mac"] for each in told["blocked"]] == ["aa:aa:aa:aa:aa:aa"]
    assert (told["enforced"], told["intact"]) == (True, True)
    assert owner.get("/firewall/rules").json == {"text": "table inet routerd {}"}


def test_without_a_gateway_there_is_no_firewall_to_show(tmp_path):
    made = House(tmp_path / "other")
    assert made.owner().get("/firewall").status == 404
    made.close()

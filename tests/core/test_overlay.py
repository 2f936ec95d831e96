"""Changes over the file's settings: what the page or the environment says, laid over what the file says, and judged as a whole."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import NotFound
from routerd.core.knobs import Problem
from routerd.core.overlay import document_of, environment_changes, laid, page_key, settings_of
from routerd.core.settings import parse

FILE = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
address6 = "fd00:88::1/64"
static = [{ mac = "02:00:00:00:00:01", address = "192.168.88.9" }]
[portal]
title = "File"
"""
METHODS = ("voucher", "free")


def document() -> dict[str, Any]:
    return tomllib.loads(FILE)


def test_a_settings_tree_becomes_a_document_that_decodes_to_itself() -> None:
    settings, problems = parse(FILE)
    assert problems == []
    assert settings_of(document_of(settings), METHODS) == (settings, [])


def test_changes_count_and_leave_the_rest_alone() -> None:
    fresh = laid(document(), {"portal": {"title": "Page"}, "portal.free": {"valid_for_s": 60}, "guest.main": {"lease_s": 600}})
    settings, problems = settings_of(fresh, METHODS)
    assert problems == []
    assert settings is not None
    assert (settings.portal.title, settings.portal.free.valid_for_s, settings.guest[0].lease_s) == ("Page", 60, 600)
    assert settings.guest[0].interface == "guest0"


def test_the_document_underneath_stays_as_it_was() -> None:
    before = document()
    laid(before, {"portal.free": {"valid_for_s": 60}, "guest.main.portal": {"title": "x"}, "guest.main": {"static": []}})
    assert before == document()


def test_a_list_of_tables_is_replaced_as_a_whole() -> None:
    fresh = laid({"oidc": [{"name": "a"}]}, {"oidc": {"rows": [{"name": "b"}, {"name": "c"}]}})
    assert [each["name"] for each in fresh["oidc"]] == ["b", "c"]


def test_a_guest_network_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="there is no guest network 'gone'"):
        laid(document(), {"guest.gone": {"lease_s": 600}})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"portal.free": {"valid_for_s": 5}}, "portal.free.valid_for_s: found 5, expected a whole number from 60 to 31536000"),
        ({"portal": {"titel": "x"}}, "portal.titel: found an unknown key, expected 'title'"),
        ({"portal": {"methods": ["magic"]}}, 'portal.methods[0]: found "magic", expected one of "voucher", "free"'),
        ({"guest.main": {"lease_s": 1}}, "guest.main.lease_s: found 1, expected a whole number from 120 to 604800"),
        ({"guest.main": {"dhcp_first": "10.0.0.1"}}, "guest.main.dhcp_first: found 10.0.0.1, expected an address within 192.168.88.0/24"),
    ],
)
def test_what_is_wrong_is_named_as_the_page_names_it(changes: dict[str, dict[str, Any]], problem: str) -> None:
    fresh = laid(document(), changes)
    settings, problems = settings_of(fresh, METHODS)
    assert settings is None
    assert [f"{page_key(each, fresh)}: found {each.found}, expected {each.expected}" for each in problems] == [problem]


def test_a_problem_elsewhere_keeps_its_key() -> None:
    assert page_key(Problem("portal.title", "1", "a text"), document()) == "portal.title"


def test_the_environment_speaks_in_the_keys_of_the_file() -> None:
    changes = environment_changes(
        {
            "ROUTERD_PORTAL__TITLE": "5 o'clock",
            "ROUTERD_PORTAL__METHODS": '["free"]',
            "ROUTERD_PORTAL__FREE__VALID_FOR_S": "600",
            "ROUTERD_GUEST__MAIN__ISOLATION": "false",
            "ROUTERD_GUEST__MAIN__ADDRESS": '"192.168.88.2/24"',
            "ROUTERD_CONFIG": "no setting",
            "PATH": "/bin",
        }
    )
    assert changes == {
        "portal": {"title": "5 o'clock", "methods": ["free"]},
        "portal.free": {"valid_for_s": 600},
        "guest.main": {"isolation": False, "address": "192.168.88.2/24"},
    }
    settings, problems = settings_of(laid(document(), changes), METHODS)
    assert problems == []
    assert settings is not None
    assert settings.portal.title == "5 o'clock"


def test_an_environment_variable_that_is_wrong_is_found_when_decoding() -> None:
    changes = environment_changes({"ROUTERD_PORTAL__FREE__VALID_FOR_S": "an hour", "ROUTERD_PORTAL__WRONG": "x"})
    _, problems = settings_of(laid(document(), changes), METHODS)
    assert sorted(each.key for each in problems) == ["portal.free.valid_for_s", "portal.wrong"]


@given(st.dictionaries(st.text(max_size=40).map(lambda word: f"ROUTERD_{word}"), st.text(max_size=40), max_size=4))
def test_no_environment_breaks_the_reading_of_it(environ: dict[str, str]) -> None:
    for section, values in environment_changes(environ).items():
        assert section
        assert values

"""The catalogue of actions."""

import pytest

from routerd.api.catalogue import Action, Catalogue
from routerd.core.errors import BadInput


def act(_fields):
    return b"{}"


def test_two_actions_of_one_name_are_an_error_at_the_start():
    with pytest.raises(ValueError, match="get_x"):
        Catalogue([Action("get_x", act), Action("get_y", act), Action("get_x", act)])


def test_an_action_is_found_by_its_exact_name():
    catalogue = Catalogue([Action("get_x", act)])
    assert catalogue.find("get_x").answer({}) == b"{}"
    for name in (None, "", "get_", "GET_X"):
        with pytest.raises(BadInput, match="get_x"):
            catalogue.find(name)

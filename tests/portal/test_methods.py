"""A sign-in method is one module and one template: a new one works without touching anything else."""

import pytest

from routerd.core.errors import Denied, Misconfigured
from routerd.core.settings import PortalSettings
from routerd.core.terms import Terms
from routerd.core.verify import verify
from routerd.portal.methods.catalogue import CATALOGUE, METHOD_NAMES, make
from routerd.portal.methods.method import Asked, Desk, Method
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup

TEMPLATE = """<label for="riddle">Speak, friend</label>
<input id="riddle" name="riddle" value="{{form.get('riddle', '')}}" maxlength="20">
<button type="submit">{{word}}</button>
"""


@pytest.fixture
def riddle(tmp_path) -> type[Method]:
    (tmp_path / "riddle.tpl").write_text(TEMPLATE)

    class RiddleMethod(Method):
        name = "riddle"
        template = tmp_path / "riddle.tpl"
        guesses = frozenset({"wrong-word"})

        def authenticate(self, asked: Asked) -> Terms:
            if asked.form.get("riddle") != "mellon":
                raise Denied("That is not the word.", "wrong-word")
            return Terms(self.name, asked.device.mac, "friend", asked.now, asked.now + 60)

        def values(self):
            return {"word": "Enter"}

    return RiddleMethod


@pytest.fixture
def world(riddle):
    settings = settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["riddle", "voucher"]'))
    assert verify(settings, (*METHOD_NAMES, "riddle")) == []
    made = make_world(settings, methods=(*CATALOGUE, riddle))
    yield made
    made.store.stop()


def test_it_stands_on_the_page_in_the_order_of_the_settings(world) -> None:
    page = world.guest().get("/").text
    assert Markup(page).problems == []
    assert page.index("Speak, friend") < page.index("Voucher username")


def test_it_lets_in_and_keeps_out(world) -> None:
    guest = world.guest()
    refused = guest.submit("riddle", riddle="<friend>")
    assert refused.status == 403
    assert "That is not the word." in refused.text
    assert 'value="&lt;friend&gt;"' in refused.text
    assert world.refusals() == ["wrong-word"]
    assert guest.submit("riddle", riddle="mellon").status == 303
    assert "<bdi>friend</bdi>" in guest.get("/status").text


def test_its_wrong_guesses_are_limited_like_any_other(world) -> None:
    guest = world.guest()
    statuses = [guest.submit("riddle", riddle=str(number)).status for number in range(6)]
    assert statuses == [403] * 5 + [429]


def test_what_is_typed_into_one_method_stays_out_of_the_others(world) -> None:
    page = world.guest().submit("riddle", riddle="x", username="mallory")
    assert "mallory" not in page.text


def test_two_methods_of_one_name_are_an_error_at_the_start() -> None:
    with pytest.raises(Misconfigured, match="voucher"):
        make((*CATALOGUE, CATALOGUE[0]), Desk(PortalSettings(), None, None))


def test_the_catalogue_is_what_settings_are_checked_against() -> None:
    assert {"voucher", "free"} <= set(METHOD_NAMES)
    (problem,) = verify(settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["telepathy"]')), METHOD_NAMES)
    assert problem.key == "portal.methods[0]"

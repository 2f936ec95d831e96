"""A method with a step, a way out and a way back: one module and two templates, in a directory of their own."""

import re
import threading

import pytest

from routerd.core.errors import BadInput, Denied, Limited, Unavailable
from routerd.core.terms import Terms
from routerd.portal.methods.catalogue import CATALOGUE
from routerd.portal.methods.method import Asked, Method, Redirect, Step
from routerd.portal.signin import OUTSIDE_MOST
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup

FIRST = """<label for="name">Your name</label>
<input id="name" name="name" value="{{form.get('name', '')}}" maxlength="20">
<button type="submit">Go</button>
"""
SECOND = """<p>Hello {{name}}, for {{duration(60)}}</p>
<input type="hidden" name="name" value="{{name}}">
<label for="answer">Speak, friend</label>
<input id="answer" name="answer" maxlength="20">
<button type="submit">Enter</button>
"""


@pytest.fixture
def toy(tmp_path) -> type[Method]:  # noqa: C901 - a whole method, in one place
    (tmp_path / "toy.tpl").write_text(FIRST)
    (tmp_path / "toy2.tpl").write_text(SECOND)

    class ToyMethod(Method):
        name = "toy"
        template = tmp_path / "toy.tpl"
        more_templates = (tmp_path / "toy2.tpl",)
        guesses = frozenset({"wrong-word"})
        comes_back = True
        asked: list[Asked] = []

        def prepare(self, asked: Asked):
            self.asked.append(asked)
            name, answer = asked.form.get("name", ""), asked.form.get("answer")
            if asked.came_back:
                return f"from {asked.form.get('from', 'nowhere')}"
            if not name:
                raise BadInput("What is your name?")
            if name == "away":
                return Redirect(f"https://accounts.example/?back={asked.base}/back/toy&x=%22")
            if answer is None:
                return Step(self.more_templates[0], {"name": name}, "One moment")
            return self._proof(answer)

        def _proof(self, answer: str) -> str:
            if answer != "mellon":
                raise Denied("That is not the word.", "wrong-word")
            return "word"

        def resumed(self, asked: Asked) -> Step | None:
            name = asked.form.get("name", "")
            return Step(self.more_templates[0], {"name": name}) if name and "answer" in asked.form else None

        def authenticate(self, asked: Asked) -> Terms:
            self.asked.append(asked)
            if asked.proof == "from mordor":
                raise Denied("You shall not pass.", "wrong-word")
            return Terms(self.name, asked.form.get("name", "x"), asked.proof, 1_000_000, asked.now + 600)

    ToyMethod.asked = []
    return ToyMethod


@pytest.fixture
def world(toy):
    made = make_world(
        settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["toy", "free"]')), methods=(*CATALOGUE, toy)
    )
    yield made
    made.store.stop()


def test_it_stands_on_the_page(world) -> None:
    assert "Your name" in world.guest().get("/").text


def test_a_step_shows_a_further_form_which_signs_in(world, toy) -> None:
    guest = world.guest()
    step = guest.submit("toy", name="<Frodo>")
    assert step.status == 200
    assert "<h1>One moment</h1>" in step.text
    assert "Hello &lt;Frodo&gt;, for 1 minute" in step.text
    assert Markup(step.text).problems == []
    assert "?lang=" not in step.text, "another language would lose the step"
    fields = {name: step.field(name) for name in ("method", "token", "to", "name")}
    assert guest.post("/signin", {**fields, "answer": "mellon"}).status == 303
    assert "<bdi>word</bdi>" in guest.get("/status").text
    assert [asked.proof for asked in toy.asked] == [None, None, "word"]
    assert toy.asked[0].base == "http://192.168.88.1"


def test_a_refused_step_is_shown_again_with_the_reason_and_is_counted(world) -> None:
    guest = world.guest()
    for _ in range(5):
        page = guest.submit("toy", name="Frodo", answer="open sesame")
        assert page.status == 403
        assert "That is not the word." in page.text
        assert "Speak, friend" in page.text
        assert "open sesame" not in page.text
        assert Markup(page.text).problems == []
    assert guest.submit("toy", name="Frodo", answer="mellon").status == 429
    assert world.refusals() == ["wrong-word"] * 5 + ["limited"]


def test_a_refused_first_form_is_the_sign_in_page(world) -> None:
    page = world.guest().submit("toy")
    assert page.status == 400
    assert "What is your name?" in page.text
    assert "Your name" in page.text


def test_what_is_asked_of_the_outside_is_asked_before_the_transaction(toy) -> None:
    seen: list[str] = []

    class Noted(toy):
        def prepare(self, asked: Asked):
            seen.append("prepare")
            return super().prepare(asked)

        def authenticate(self, asked: Asked) -> Terms:
            seen.append("authenticate")
            return super().authenticate(asked)

    settings = settings_of(SETTINGS.replace('methods = ["voucher", "free"]', 'methods = ["toy"]'))
    world = make_world(settings, methods=(Noted,), atomically=lambda work: (seen.append("begin"), work(), seen.append("end"))[1])
    assert world.guest().submit("toy", name="Frodo", answer="mellon").status == 303
    assert seen == ["prepare", "begin", "authenticate", "end"]


def test_the_browser_is_sent_elsewhere_by_a_page_not_by_a_redirect_of_the_form(world) -> None:
    page = world.guest().submit("toy", name="away")
    assert page.status == 200
    target = "https://accounts.example/?back=http://192.168.88.1/back/toy&amp;x=%22"
    assert f'<meta http-equiv="refresh" content="0;url={target}">' in page.text
    assert f'href="{target}"' in page.text
    assert "accounts.example" in " ".join(Markup(page.text).texts)
    assert Markup(page.text).problems == []


def test_the_outside_s_trouble_is_not_the_guest_s_business(world, toy, monkeypatch) -> None:
    def fail(_self, _asked):
        raise Unavailable("errno 111")

    monkeypatch.setattr(toy, "prepare", fail)
    page = world.guest().submit("toy", name="Frodo")
    assert page.status == 503
    assert "errno" not in page.text


def test_who_comes_back_by_a_link_is_signed_in(world, toy) -> None:
    guest = world.guest()
    done = guest.get("/back/toy?from=rivendell&method=voucher&token=x")
    assert (done.status, done.location) == (303, "/online")
    assert "<bdi>from rivendell</bdi>" in guest.get("/status").text
    assert toy.asked[0].came_back
    assert toy.asked[0].form == {"from": "rivendell"}


def test_links_are_counted_like_forms(world) -> None:
    guest = world.guest()
    assert [guest.get("/back/toy?from=mordor").status for _ in range(6)] == [403] * 5 + [429]


def test_a_link_does_nothing_to_a_device_that_is_online(world) -> None:
    guest = world.guest()
    guest.submit("free")
    before = world.sessions.online()
    reply = guest.get("/back/toy?from=rivendell")
    assert (reply.status, reply.location) == (303, "/status")
    assert world.sessions.online() == before


def test_unless_its_method_says_that_its_links_are_the_device_s_own(world, toy) -> None:
    toy.comes_back_online = True
    guest = world.guest()
    guest.submit("free")
    assert guest.get("/back/toy?from=rivendell").location == "/online"
    assert "<bdi>from rivendell</bdi>" in guest.get("/status").text


@pytest.mark.parametrize("path", ["/back/free", "/back/none", "/back/", "/back/voucher", "/back/toy/x"])
def test_only_methods_that_say_so_and_that_the_network_offers_have_a_way_back(world, path) -> None:
    guest = world.guest()
    assert guest.get(path).status in (303, 404)
    assert world.sessions.online() == []


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_only_a_browser_that_goes_there_is_signed_in_by_a_link(world, method) -> None:
    assert world.guest().send(method, "/back/toy?from=rivendell").status in (404, 405)
    assert world.sessions.online() == []


def test_an_unknown_device_cannot_come_back(world) -> None:
    guest = world.guest()
    world.finder.devices.clear()
    assert guest.get("/back/toy?from=rivendell").status == 404


def test_a_second_device_takes_over_without_the_outside_being_asked_again(world, toy) -> None:
    first, second = world.guest(10), world.guest(11)
    first.submit("toy", name="Frodo", answer="mellon")
    page = second.submit("toy", name="Frodo", answer="mellon")
    assert "<h1>Too many devices</h1>" in page.text
    toy.asked.clear()
    done = second.post("/replace", {"token": page.field("token"), "ticket": page.field("ticket")})
    assert done.status == 303
    assert [asked.proof for asked in toy.asked] == ["word"]


def test_when_the_outside_hangs_others_are_told_at_once(world, toy, monkeypatch) -> None:
    release, inside = threading.Event(), threading.Semaphore(0)

    def hang(_self, _asked):
        inside.release()
        release.wait(10)
        raise Limited("never mind", 1)

    monkeypatch.setattr(toy, "prepare", hang)
    guests = [world.guest(20 + number) for number in range(OUTSIDE_MOST)]
    forms = [{"token": guest.get("/").field("token"), "method": "toy"} for guest in guests]
    threads = [threading.Thread(target=guest.post, args=("/signin", form)) for guest, form in zip(guests, forms, strict=True)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=10)
    try:
        assert world.guest(10).submit("toy").status == 503
        assert world.guest(11).submit("free").status == 303
    finally:
        release.set()
        for thread in threads:
            thread.join()
    assert world.guest(10).submit("toy").status == 429


def test_no_page_of_the_flow_holds_more_hidden_fields_than_it_needs(world) -> None:
    step = world.guest().submit("toy", name="Frodo").text
    assert sorted(re.findall(r'type="hidden" name="(\w+)"', step)) == ["method", "name", "to", "token"]

"""Sign-in with an e-mail address: nothing proven, by code, by link, within a grace session and without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import BadInput, Unavailable
from routerd.portal.methods.email import address
from tests.portal.markup import Markup
from tests.portal.proving import code, link, make_proving

OPEN = 'methods = ["email"]\n'
ASKING = """methods = ["email"]
[portal.email]
comments_label = "First <name>"
comments_required = true
comments2_label = "How did you hear of us?"
marketing = true
"""
CODE = """methods = ["email", "voucher"]
landing_url = "https://hotel.example/"
[portal.email]
verify = "code"
valid_for_s = 7200
"""
LINK = CODE.replace('"code"', '"link"')
STRICT = CODE + "grace_s = 0\n"


@pytest.fixture
def made():
    worlds = []

    def make(text: str, **more):
        worlds.append(make_proving(text, **more))
        return worlds[-1]

    yield make
    for each in worlds:
        each.world.store.stop()


def person(made, email: str = "guest@example.com"):
    return next(user for user in made.people.email_users() if user.email == email)


def test_an_address_is_enough_where_nothing_has_to_be_proven(made) -> None:
    box = made(OPEN)
    guest = box.guest()
    page = guest.get("/")
    assert Markup(page.text).problems == []
    assert guest.submit("email", email=" Guest@EXAMPLE.com ").status == 303
    assert box.online() == {"0a": ("guest@example.com", "02:00:00:00:58:0a")}
    user = person(box)
    assert (user.visits, user.verified, user.marketing, user.mac) == (1, 0, 0, "02:00:00:00:58:0a")
    assert user.created_at == user.last_login == user.last_modified == int(box.world.clock.now())
    assert box.carrier.mails == []


def test_the_owner_s_questions_are_asked_and_kept(made) -> None:
    box = made(ASKING)
    guest = box.guest()
    page = guest.get("/").text
    assert Markup(page).problems == []
    assert "First &lt;name&gt; *" in page
    assert 'name="comments1"' not in page
    assert "checked" not in page
    refused = guest.submit("email", email="guest@example.com", comments=" \u200b ", comments2="a friend")
    assert refused.status == 400
    assert "answer every question" in refused.text
    assert 'value="a friend"' in refused.text, "what was typed is still there"
    answers = {"comments": "  John\t\r\nDoe ", "comments1": "not asked", "comments2": "x" * 300, "marketing": "yes"}
    assert guest.submit("email", email="guest@example.com", **answers).status == 303
    user = person(box)
    assert (user.comments, user.comments1, user.comments2, user.marketing) == ("JohnDoe", "", "x" * 255, 1)


def test_signing_in_again_within_the_grant_gives_the_same_one(made) -> None:
    box = made(OPEN)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    box.world.clock.advance(1000)
    guest.post("/signin", {"token": guest.get("/status").field("token"), "method": "email", "email": "other@example.com"})
    assert box.left_s() == 2600, "another address makes no new grant"
    assert box.online() == {"0a": ("other@example.com", "02:00:00:00:58:0a")}
    box.world.clock.advance(2600)
    box.world.sessions.sweep()
    guest.submit("email", email="guest@example.com")
    assert box.left_s() == 3600
    assert person(box).visits == 2


def test_renewal_may_have_to_wait(made) -> None:
    box = made(OPEN + "[portal.email]\nrenew_s = 86400\n")
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    box.world.clock.advance(3601)
    box.world.sessions.sweep()
    refused = guest.submit("email", email="new@example.com")
    assert refused.status == 403
    assert "You can have it again at" in refused.text
    box.world.clock.advance(86_400 - 3601)
    assert guest.submit("email", email="guest@example.com").status == 303


def test_typing_somebody_else_s_address_gives_nothing_of_his(made) -> None:
    box = made(OPEN)
    box.guest(10).submit("email", email="guest@example.com")
    box.guest(11).submit("email", email="guest@example.com")
    assert {subject for _, subject in box.online().values()} == {"02:00:00:00:58:0a", "02:00:00:00:58:0b"}


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "guest",
        "guest@",
        "@example.com",
        "guest@localhost",
        "a b@example.com",
        "a@b@c.de",
        "<a>@example.com",
        "a@ex ample.com",
        "a@-x.com",
        ".a@x.com",
        "a..b@x.com",
        f"{'a' * 65}@x.com",
        f"a@{'x' * 63}.{'y' * 63}.com",
        "a@1.2.3.4",
        "a\r\nBcc: b@example.com",
    ],
)
def test_what_is_no_address_is_refused(made, typed) -> None:
    box = made(OPEN)
    refused = box.guest().submit("email", email=typed)
    assert refused.status == 400
    assert "Please enter your e-mail address" in refused.text
    assert box.people.email_users() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jürgen@x.de", None),
        ("info@BÜCHER.example", "info@xn--bcher-kva.example"),
        ("o'neil+tag@sub.x-y.co.uk", "o'neil+tag@sub.x-y.co.uk"),
    ],
)
def test_how_addresses_are_kept(typed, kept) -> None:
    if kept:
        assert address(typed) == kept
    else:
        with pytest.raises(BadInput):
            address(typed)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_an_address_of_plain_ascii_or_bad_input(typed) -> None:
    try:
        found = address(typed)
    except BadInput:
        return
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert len(found) <= 128
    assert address(found) == found


def test_a_code_turns_a_grace_session_into_the_full_one(made) -> None:
    box = made(CODE)
    guest = box.guest()
    assert guest.submit("email", email="guest@example.com").location == "/online"
    assert box.left_s() == 600
    page = guest.get("/online")
    assert Markup(page.text).problems == []
    assert "http-equiv" not in page.text, "the guest is not sent on before having read what to do"
    assert "We have sent a code to guest@example.com" in page.text
    (to, subject, text) = box.carrier.mails[0]
    assert (to, subject) == ("guest@example.com", "Your code for Hotel {Example}")
    assert "http://192.168.88.1/\n" in text
    assert "/back/" not in text
    assert "10 minutes" in text
    user = person(box)
    assert (user.visits, user.verified) == (1, 0)
    box.world.clock.advance(300)
    done = guest.post("/signin", {"token": page.field("token"), "method": "email", "step": "code", "code": box.carrier.code()})
    assert (done.status, done.location) == (303, "/online")
    assert box.left_s() == 7200
    assert box.online() == {"0a": ("guest@example.com", "guest@example.com")}
    user = person(box)
    assert (user.visits, user.verified, user.mac) == (1, 1, "02:00:00:00:58:0a")
    page = guest.get("/status").text
    assert "code" not in page
    assert "http-equiv" in guest.get("/online").text


def test_a_link_does_the_same_at_one_tap(made) -> None:
    box = made(LINK)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    assert guest.get(link(box.carrier)).location == "/online"
    assert box.left_s() == 7200
    assert person(box).verified == 1
    assert guest.get(link(box.carrier)).status == 403, "it is good once"
    assert box.left_s() == 7200


def test_a_link_opened_on_another_device_does_nothing_there_or_here(made) -> None:
    box = made(LINK)
    box.guest(10).submit("email", email="guest@example.com")
    refused = box.guest(11).get(link(box.carrier))
    assert refused.status == 403
    assert "on the device that asked for it" in refused.text
    assert list(box.online()) == ["0a"]
    assert box.guest(10).get(link(box.carrier)).location == "/online"


def test_a_wrong_code_is_said_beside_the_form_and_ends_nothing(made) -> None:
    box = made(CODE)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    wrong = f"{(int(box.carrier.code()) + 1) % 1_000_000:06}"
    for _ in range(4):
        refused = code(guest, "email", code=wrong)
        assert refused.status == 403
        assert "This code is not right" in refused.text
        assert 'name="step"' in refused.text
        assert Markup(refused.text).problems == []
    assert box.world.refusals() == ["wrong-code"] * 4
    assert box.left_s() == 600
    assert code(guest, "email", code=box.carrier.code()).status == 303


def test_guessing_ends_after_five(made) -> None:
    box = made(CODE)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    wrong = f"{(int(box.carrier.code()) + 1) % 1_000_000:06}"
    statuses = [code(guest, "email", code=wrong).status for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    box.world.clock.advance(301)
    assert code(guest, "email", code=box.carrier.code()).status == 403, "the right one does not count any more either"
    assert person(box).verified == 0


def test_a_guest_in_grace_finds_the_form_wherever_he_goes(made) -> None:
    box = made(CODE)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    for path in ("/", "/status", "/signin", "/online"):
        page = guest.get(path)
        assert 'name="step"' in page.text, path
        assert Markup(page.text).problems == []


def test_who_confirms_nothing_is_out_after_the_grace(made) -> None:
    box = made(CODE)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    box.world.clock.advance(601)
    box.world.sessions.sweep()
    assert box.online() == {}
    assert guest.get("/status").location == "/"
    assert 'name="email"' in guest.get("/").text


def test_grace_cannot_be_had_again_and_again(made) -> None:
    box = made(CODE)
    guest = box.guest()
    for at in range(3):
        guest.submit("email", email=f"guest{at}@example.com")
        assert box.left_s() == 600
        box.world.clock.advance(3700)
        box.world.sessions.sweep()
    page = guest.submit("email", email="guest9@example.com")
    assert page.status == 200
    assert "We have sent a code to guest9@example.com" in page.text
    assert box.online() == {}
    assert code(guest, "email", code=box.carrier.code()).status == 303
    assert box.left_s() == 7200


def test_correcting_the_address_within_the_grace_makes_it_no_longer(made) -> None:
    box = made(CODE)
    guest = box.guest()
    guest.submit("email", email="gest@example.com")
    box.world.clock.advance(100)
    page = code(guest, "email", other="yes")
    assert 'name="email"' in page.text
    guest.post("/signin", {"token": page.field("token"), "method": "email", "email": "guest@example.com"})
    assert box.left_s() == 500
    assert code(guest, "email", code=box.carrier.code()).status == 303
    assert (person(box).verified, person(box).visits) == (1, 1)
    assert person(box, "gest@example.com").verified == 0
    assert len(box.world.sessions.online()) == 1


def test_without_grace_the_code_comes_first(made) -> None:
    box = made(STRICT)
    guest = box.guest()
    page = guest.submit("email", email="guest@example.com")
    assert page.status == 200
    assert Markup(page.text).problems == []
    assert box.online() == {}
    assert box.people.email_users() == []
    again = guest.get("/").text
    assert "We have sent a code" in again, "also after the phone closed the page"
    assert 'name="username"' in again, "the other methods are there too"
    assert Markup(again).problems == []
    assert code(guest, "email", code=box.carrier.code()).status == 303
    assert (person(box).verified, person(box).visits) == (1, 1)


def test_another_code_can_be_asked_for_after_a_minute(made) -> None:
    box = made(STRICT)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    first = box.carrier.code()
    early = code(guest, "email", again="yes")
    assert "Another code can be sent in 1 minute" in early.text
    box.world.clock.advance(60)
    assert code(guest, "email", again="yes").status == 200
    assert len(box.carrier.mails) == 2
    if first != box.carrier.code():
        assert code(guest, "email", code=first).status == 403
    assert code(guest, "email", code=box.carrier.code()).status == 303


def test_a_device_that_has_proven_itself_is_let_in_again_without_a_mail(made) -> None:
    box = made(STRICT)
    guest = box.guest()
    guest.submit("email", email="guest@example.com")
    code(guest, "email", code=box.carrier.code())
    box.world.clock.advance(1000)
    token = guest.get("/status").field("token")
    guest.post("/logout", {"token": token})
    assert guest.submit("email", email="guest@example.com").status == 303
    assert box.left_s() == 6200
    assert len(box.carrier.mails) == 1
    assert person(box).visits == 2
    box.world.clock.advance(6201)
    box.world.sessions.sweep()
    assert guest.submit("email", email="guest@example.com").status == 200, "after the grant it is a new visit"
    assert len(box.carrier.mails) == 2


def test_a_person_s_devices_share_the_grant_and_may_be_so_many(made) -> None:
    box = made(STRICT + "devices = 2\n")
    for number in (10, 11):
        box.guest(number).submit("email", email="guest@example.com")
        assert code(box.guest(number), "email", code=box.carrier.code()).status == 303
        box.world.clock.advance(700)
    assert box.left_s(11) == box.left_s(10) == 7200 - 1400
    third = box.guest(12)
    third.submit("email", email="guest@example.com")
    full = code(third, "email", code=box.carrier.code())
    assert full.status == 403
    assert "online since" in full.text
    ticket = {name: full.field(name) for name in ("token", "ticket", "to")}
    assert third.post("/replace", ticket).location == "/online", "the code still counts: it was not used up by the refusal"
    assert sorted(box.online()) == ["0b", "0c"]


def test_what_a_stranger_answers_in_somebody_s_name_does_not_stand(made) -> None:
    box = made(ASKING.replace("marketing = true", 'marketing = true\nverify = "code"\ngrace_s = 60'))
    mine = {"email": "guest@example.com", "comments": "Me"}
    box.guest(10).submit("email", **mine)
    code(box.guest(10), "email", code=box.carrier.code())
    box.guest(11).submit("email", email="guest@example.com", comments="Mallory", marketing="yes")
    user = person(box)
    assert (user.comments, user.marketing, user.verified) == ("Me", 0, 1)


def test_what_was_answered_before_the_proof_counts_only_with_it(made) -> None:
    box = made(ASKING.replace("marketing = true", 'marketing = true\nverify = "code"'))
    box.guest(11).submit("email", email="guest@example.com", comments="Mallory", comments2="x", marketing="yes")
    assert person(box).marketing == 1
    box.guest(10).submit("email", email="guest@example.com", comments="Me")
    code(box.guest(10), "email", code=box.carrier.code())
    user = person(box)
    assert (user.comments, user.comments2, user.marketing, user.verified) == ("Me", "", 0, 1)


def test_a_mail_server_that_fails_is_told_without_its_words(made) -> None:
    box = made(CODE)
    box.carrier.trouble = Unavailable("the mail server mail.hotel.example:587 said 535 no")
    page = box.guest().submit("email", email="guest@example.com")
    assert page.status == 503
    assert "535" not in page.text
    assert box.online() == {}


def test_an_address_that_the_server_refuses_is_said_beside_the_form(made) -> None:
    box = made(CODE)
    box.carrier.trouble = BadInput("The mail server does not accept this address. Please check it.")
    page = box.guest().submit("email", email="nobody@example.com")
    assert page.status == 400
    assert "does not accept this address" in page.text
    assert 'value="nobody@example.com"' in page.text


def test_too_many_mails_are_refused_and_the_code_that_counts_stays(made) -> None:
    box = made(STRICT)
    guests = [box.guest(number) for number in range(10, 15)]
    pages = [guest.submit("email", email="victim@example.com").status for guest in guests]
    assert pages == [200, 200, 200, 429, 429]
    assert len(box.carrier.mails) == 3


def test_mails_and_pages_speak_the_guest_s_language(made) -> None:
    box = made(LINK)
    guest = box.guest()
    guest.get("/?lang=de")
    guest.submit("email", email="guest@example.com")
    assert "Ihr Code" in box.carrier.mails[0][1]
    assert 'lang="de"' in guest.get("/status").text


def test_a_restart_between_mail_and_code_does_no_harm(made, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/box.db"
    first = make_proving(STRICT, url)
    first.world.store.start()
    first.guest().submit("email", email="guest@example.com")
    first.world.store.stop()
    second = make_proving(STRICT, url)
    second.world.store.start()
    assert code(second.guest(), "email", code=first.carrier.code()).status == 303
    assert list(second.online()) == ["0a"]
    second.world.store.stop()

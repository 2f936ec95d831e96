"""The challenge: what a browser sees, does and gets, and what nobody gets past it with."""

import html
import re
import struct
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from urllib.parse import quote

import pytest

from routerd.cc import captcha, picture, proof
from routerd.cc.challenge import Page
from routerd.core.errors import Limited
from tests.cc.conftest import Desk, solved
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead


@pytest.fixture
def over(desk: Desk) -> Desk:
    """The client is over a rule that challenges."""
    desk.rule(action="challenge")
    assert desk.ask(4) == ["-", "-", "-", "challenge"]
    return desk


def page(desk: Desk, **words) -> Page:
    head = FakeHead(**words)
    found = desk.counters.answered(head)
    if found is not None:
        return found
    ruling = desk.counters.seen(head)
    assert ruling is not None
    return desk.counters.challenge(head, ruling)


def attribute(found: Page, name: str) -> str:
    text = re.search(rf'{name}="([^"]*)"', found.body.decode())
    assert text, found.body
    return html.unescape(text.group(1))


def cookie(found: Page) -> tuple[bytes, bytes]:
    value = dict(found.headers)[b"set-cookie"]
    return b"Cookie", b"a=1; " + value.partition(b";")[0]


def test_a_browser_works_gets_a_pass_and_goes_where_it_wanted_to(over: Desk) -> None:
    asked = page(over, target=b"/shop?q=a+b")
    assert asked.status == 403
    passed = page(over, target=solved(attribute(asked, "data-answer")))
    assert passed.status == 303
    assert dict(passed.headers)[b"location"] == b"/shop?q=a+b"
    assert b"HttpOnly" in dict(passed.headers)[b"set-cookie"]
    assert b"Secure" in dict(passed.headers)[b"set-cookie"]
    assert over.ask(20, headers=(cookie(passed),)) == ["-"] * 20
    assert over.ask() == ["challenge"]
    assert over.bans.banned == []


def test_work_may_be_shown_by_others_and_earns_the_same_pass(over: Desk) -> None:
    task = over.counters.work("192.0.2.1")
    answer = solved(f"?task={task.text}&answer=").partition(b"answer=")[2].decode()
    assert over.counters.worked("192.0.2.2", task.text, answer) == ""
    assert over.counters.worked("192.0.2.1", task.text, "1,2,3") == ""
    value = over.counters.worked("192.0.2.1", task.text, answer)
    assert over.ask(headers=((b"Cookie", f"{proof.COOKIE}={value}".encode()),)) == ["-"]


def test_a_pass_is_good_for_its_client_its_time_and_ten_times_as_many_requests(over: Desk) -> None:
    passed = page(over, target=solved(attribute(page(over), "data-answer")))
    brought = (cookie(passed),)
    over.ask(5, client=b"192.0.2.9")
    assert over.ask(client=b"192.0.2.9", headers=brought) == ["challenge"]
    assert "block" in over.ask(40, headers=brought)
    assert over.bans.banned[0][2].action == "block"
    over.clock.advance(3601)
    over.ask(3)
    assert over.ask(headers=brought) == ["challenge"]


def test_passes_survive_a_restart(over: Desk) -> None:
    passed = page(over, target=solved(attribute(page(over), "data-answer")))
    over.counters = over.again()
    over.ask(3)
    assert over.ask(headers=(cookie(passed),)) == ["-"]


def test_a_store_that_came_from_another_box_gets_a_new_key(over: Desk) -> None:
    passed = page(over, target=solved(attribute(page(over), "data-answer")))
    over.seal.box = "another"
    over.counters = over.again()
    over.ask(3)
    assert over.ask(headers=(cookie(passed),)) == ["challenge"]
    assert page(over, target=solved(attribute(page(over), "data-answer"))).status == 303


def test_the_path_is_the_sites_own_while_no_rule_challenges(desk: Desk) -> None:
    desk.rule()
    assert desk.counters.answered(FakeHead(target=b"/.routerd/challenge")) is None
    desk.rule(action="challenge", host="other.example")
    assert desk.counters.answered(FakeHead(target=b"/.routerd/challenge"))


def test_what_is_forged_late_lazy_or_somebody_elses_gets_another_task(over: Desk) -> None:
    answer = solved(attribute(page(over), "data-answer")).decode()
    salt = re.search(r"task=([^.]*)", answer).group(1)
    bits, until, signature = re.search(r"task=[^.]*\.(\d+)\.(\d+)\.(\w+)", answer).groups()
    attempts = [
        answer[:-1] + "x",
        re.sub(r"answer=.*", "answer=1,2,3,4,5,6,7,8", answer),
        re.sub(r"answer=.*", "answer=", answer),
        answer.replace(f".{bits}.", ".0."),
        answer.replace(until, str(int(until) + 1)),
        answer.replace(signature, "0" * 32),
        answer.replace(salt, "aaaa"),
        "/.routerd/challenge?task=&answer=",
        "/.routerd/challenge?task=a.b.c.d&answer=1",
    ]
    for attempt in attempts:
        assert page(over, target=attempt.encode()).status == 403, attempt
    assert page(over, target=answer.encode(), client=b"192.0.2.9").status == 403
    over.clock.advance(301)
    assert page(over, target=answer.encode()).status == 403


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        ("/a/b%3Fc?d=e&f=%C3%A4", "/a/b%3Fc?d=e&f=%C3%A4"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/x%0D%0ASet-Cookie:%20a=b"),
        ("/" + "x" * 5000, "/"),
        ("/.routerd/challenge?slider=1", "/"),
    ],
)
def test_it_leads_nowhere_but_to_the_same_site(over: Desk, to: str, goes: str) -> None:
    answer = solved(attribute(page(over), "data-answer")).decode()
    found = page(over, target=re.sub(r"to=[^&]*", lambda _: f"to={quote(to, safe='')}", answer).encode())
    assert dict(found.headers)[b"location"].decode() == goes


def test_a_form_that_was_sent_is_not_repeated(over: Desk) -> None:
    asked = page(over, target=b"/order?item=1", method=b"POST")
    assert "to=%2F&" in attribute(asked, "data-answer")


def test_nothing_runs_on_the_page_but_what_its_policy_names(over: Desk) -> None:
    found = page(over, target=b'/"><script>alert(1)</script>')
    policy = dict(found.headers)[b"content-security-policy"].decode()
    text = found.body.decode()
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 1
    assert f"script-src 'sha256-{b64encode(sha256(scripts[0].encode()).digest()).decode()}'" in policy
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "alert(1)<" not in text
    assert not re.search(r"https?://", text)


def test_it_speaks_the_visitors_language(over: Desk) -> None:
    assert b'lang="de"' in page(over, headers=((b"Accept-Language", b"xx, de-AT;q=0.9, en;q=0.8"),)).body
    assert b'dir="rtl"' in page(over, headers=((b"accept-language", b"ar"),)).body
    assert b'lang="en"' in page(over).body


def png(octets: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of a grey PNG."""
    assert octets[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack("!II", octets[16:24])
    length = struct.unpack("!I", octets[33:37])[0]
    assert octets[37:41] == b"IDAT"
    raw = zlib.decompress(octets[41 : 41 + length])
    return width, height, [raw[y * (width + 1) + 1 : (y + 1) * (width + 1)] for y in range(height)]


def gap(rows: list[bytes]) -> int:
    """Where somebody who looks at the picture sees the gap: what is darkest beside the rest of its row."""
    places = range(picture.WIDTH - picture.PIECE + 1)
    found = []
    for row in rows:
        light, at = min((sum(row[x + 1 : x + picture.PIECE - 1]), x) for x in places)
        found.append((light / sum(row), at))
    darkest = [at for _, at in sorted(found)[: picture.PIECE // 2]]
    return max(set(darkest), key=darkest.count)


def test_without_javascript_there_is_a_slider(over: Desk) -> None:
    first = page(over, target=b"/shop")
    slider = re.search(r'content="0;url=([^"]*)"', first.body.decode()).group(1)
    shown = page(over, target=html.unescape(slider).encode())
    assert b"<script" not in shown.body
    image = b64decode(re.search(rb"base64,([^\"]*)", shown.body).group(1))
    width, height, rows = png(image)
    assert (width, height) == (picture.WIDTH, picture.HEIGHT)
    ratio = round(gap(rows) / (picture.WIDTH - picture.PIECE) * 1000)
    puzzle = re.search(rb'name="puzzle" value="([^"]*)"', shown.body).group(1).decode()
    target = f"/.routerd/challenge?ratio={ratio}&puzzle={puzzle}&to=%2Fshop".encode()
    passed = page(over, target=target)
    assert passed.status == 303
    assert over.ask(headers=(cookie(passed),)) == ["-"]
    again = page(over, target=target)
    assert again.status == 403
    assert b'role="status"' in again.body


def test_people_see_where_the_piece_belongs() -> None:
    for left in (40, 150, picture.WIDTH - picture.PIECE):
        assert abs(gap(png(picture.drawn(left, 60)[0])[2]) - left) <= 2


def test_a_puzzle_is_for_one_try_a_short_time_and_the_right_place() -> None:
    clock = FakeClock()
    puzzles = captcha.Captcha(clock)

    def right() -> tuple[str, float]:
        name = puzzles.challenge(f"client {clock.monotonic()}").id
        return name, puzzles._open[name][1]

    name, ratio = right()
    assert puzzles.verify(name, ratio + 0.02)
    assert not puzzles.verify(name, ratio)
    name, ratio = right()
    assert not puzzles.verify(name, ratio - 0.05)
    assert not puzzles.verify(name, ratio)
    name, ratio = right()
    assert not puzzles.verify(name, ratio, duration_ms=20)
    name, ratio = right()
    clock.advance(181)
    assert not puzzles.verify(name, ratio)
    assert not puzzles.verify("no such", 0.5)
    assert not puzzles.verify("", float("nan"))


def test_puzzles_are_bounded_for_a_client_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captcha, "OPEN_MOST", 20)
    monkeypatch.setattr(captcha, "CLIENTS_MOST", 30)
    clock = FakeClock()
    puzzles = captcha.Captcha(clock)
    for _ in range(12):
        puzzles.challenge("one")
    with pytest.raises(Limited):
        puzzles.challenge("one")
    clock.advance(61)
    puzzles.challenge("one")
    for at in range(40):
        puzzles.challenge(f"client {at}")
    assert len(puzzles._open) == 20
    assert len(puzzles._given) == 30


def test_the_piece_is_what_was_cut_out() -> None:
    background, piece = picture.drawn(100, 50)
    _, _, rows = png(background)
    width, height, cut = png(piece)
    assert (width, height) == (picture.PIECE, picture.PIECE)
    assert rows[60][101:147] == cut[10].translate(picture._DARK)[1:-1]
    assert rows[60][148:] != cut[10][48:]

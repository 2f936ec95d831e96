"""The daemon's newest lines, without what looks like a secret."""

import logging

import pytest

from routerd.upkeep.logs import LINES_MOST, Ring


@pytest.fixture
def ring():
    ring = Ring()
    logger = logging.getLogger("tests.ring")
    logger.addHandler(ring)
    logger.setLevel(logging.DEBUG)
    yield ring
    logger.removeHandler(ring)


def log(text, level=logging.INFO):
    logging.getLogger("tests.ring").log(level, text)


def test_the_newest_come_first_and_pages_follow(ring):
    for number in range(5):
        log(f"line {number}")
    first, more = ring.newest(most=2)
    assert ([line.text for line in first], more) == (["line 4", "line 3"], True)
    rest, more = ring.newest(before=first[-1].id)
    assert ([line.text for line in rest], more) == (["line 2", "line 1", "line 0"], False)


def test_levels_and_words_choose(ring):
    log("quiet", logging.DEBUG)
    log("Broken Cable", logging.ERROR)
    log("worse", logging.CRITICAL)
    assert [line.text for line in ring.newest(level="warning")[0]] == ["worse", "Broken Cable"]
    assert [line.level for line in ring.newest(search="cable")[0]] == ["error"]


def test_there_is_an_end_to_them(ring):
    for number in range(LINES_MOST + 5):
        log(f"line {number}")
    lines, _ = ring.newest(most=LINES_MOST + 10)
    assert len(lines) == LINES_MOST


@pytest.mark.parametrize(
    "text",
    [
        "the key is 0123456789abcdef0123456789abcdef0123456789abcdef",
        "asks for the setup code hunter2xyz",
        "GET /?API-KEY=hunter2&x=1",
        "password=hunter2",
    ],
)
def test_secrets_are_covered(ring, text):
    log(text)
    shown = ring.newest()[0][0].text
    assert "•••" in shown
    assert "hunter2" not in shown
    assert "0123456789abcdef" not in shown


def test_a_line_that_cannot_be_worded_hurts_nobody(ring, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("tests.ring").info("%d", "x")
    log("next")
    assert [line.text for line in ring.newest()[0]] == ["next"]

"""Every sentence that the page says is there in every language of the portal, with the same places to fill in."""

import json
import re
from pathlib import Path

import pytest

from routerd.admin.sections.actions import EXAMPLES
from routerd.admin.sections.walls import GROUPS, SETS

ADMIN = Path(__file__).parents[3] / "webroot" / "admin"
CODES = {"de", "es", "fr", "it", "ar", "th", "zh"}
SAID = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
CALLED = re.compile(r"(?<![\w.$])t\(\s*(?!\")[^)]")
PLACE = re.compile(r"\{\w+\}")


def modules() -> list[Path]:
    """The page's own modules."""
    return [ADMIN / "main.js", *(path for folder in ("access", "sections", "shell", "ui") for path in (ADMIN / folder).rglob("*.js"))]


def said() -> set[str]:
    """Every sentence."""
    return {json.loads(f'"{sentence}"') for path in modules() for sentence in SAID.findall(path.read_text(encoding="utf-8"))}


def known() -> dict[str, dict[str, str]]:
    """Every sentence that has translations."""
    return {
        sentence: texts
        for path in (ADMIN / "languages").glob("*.json")
        for sentence, texts in json.loads(path.read_text(encoding="utf-8")).items()
    }


def test_no_sentence_lacks_a_translation() -> None:
    there = known()
    assert len(said()) > 200
    assert {sentence: sorted(CODES - set(there.get(sentence, {}))) for sentence in said() if set(there.get(sentence, {})) != CODES} == {}


def test_no_translation_is_left_over() -> None:
    assert set(known()) - said() == set()


def test_what_the_box_words_itself_has_translations_and_nothing_else() -> None:
    rows = [*GROUPS, *SETS, *(row for group in GROUPS for row in group.rows), *EXAMPLES]
    worded = {text for row in rows for text in (row.title, row.text)} | {each.text for example in EXAMPLES for each in example.parameters}
    there = {
        sentence: set(texts) for path in (ADMIN / "languages" / "box").glob("*.json")
        for sentence, texts in json.loads(path.read_text(encoding="utf-8")).items()
    }  # fmt: skip
    assert there == dict.fromkeys(worded, CODES)


def test_a_translation_has_the_same_places_to_fill_in() -> None:
    wrong = {
        (sentence, code): text for sentence, texts in known().items() for code, text in texts.items()
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(sentence))
    }  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ADMIN)))
def test_sentences_are_literals_so_that_these_tests_see_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [hit for hit in CALLED.findall(text) if path.name != "i18n.js"] == []

"""The portal in eight languages: chosen by the browser or by hand, complete, with the right plurals and the right direction."""

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import Misconfigured
from routerd.portal.kept import REMEMBERED_MOST, Memory
from routerd.portal.languages import NAMES, Languages, plural
from routerd.portal.refusals import _BY_REASON
from routerd.portal.words import data_words, duration_words, speed_words
from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import SETTINGS, make_world, settings_of
from tests.portal.markup import Markup
from tests.portal.sentences import TEMPLATES, everything, reasons

FILES = TEMPLATES / "languages"
CODES = [code for code in NAMES if code != "en"]
ALL = Languages(FILES)
CATEGORIES = {"ar": {"zero", "one", "two", "few", "many", "other"}, "th": {"other"}, "zh": {"other"}}


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_there_are_eight_languages_and_a_file_for_each_but_english() -> None:
    assert len(NAMES) >= 8
    assert {path.stem for path in FILES.glob("*.json")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_that_a_guest_may_read_is_translated_and_nothing_else(code) -> None:
    translated = json.loads((FILES / f"{code}.json").read_text(encoding="utf-8"))
    assert sorted(everything() - set(translated)) == []
    assert sorted(set(translated) - everything()) == []


@pytest.mark.parametrize("code", CODES)
def test_translations_have_the_names_of_the_sentence_that_they_stand_for(code) -> None:
    for sentence, translation in json.loads((FILES / f"{code}.json").read_text(encoding="utf-8")).items():
        assert translation, sentence
        if isinstance(translation, str):
            assert names_in(translation) == names_in(sentence), sentence
            continue
        assert set(translation) == CATEGORIES.get(code, {"one", "other"}), sentence
        for category, text in translation.items():
            assert names_in(text) == {"count"} or (category in {"one", "two"} and not names_in(text)), text


def test_sentences_are_found_wherever_they_are_said() -> None:
    found = everything()
    for example in ("Sign in", "{count} hours", "Please ask the staff.", "Please enter the code of your voucher.", "Time left", "or"):
        assert example in found


def test_what_sessions_and_vouchers_deny_has_words_of_the_portal_s() -> None:
    denied = reasons("sessions", "vouchers")
    assert {"expired", "no-such-voucher"} <= denied
    assert denied <= set(_BY_REASON)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("zh-TW", "zh"),
        ("sv, da;q=0.9, fr;q=0.1", "fr"),
        ("en;q=0.5, it;q=0.7, es;q=0.6", "it"),
        ("fr;q=0, th;q=0.001", "th"),
        ("de, fr", "de"),
        ("fr;q=0", "en"),
        ("AR-eg", "ar"),
        ("*", "en"),
        ("tlh", "en"),
        ("de;q=7, es", "es"),
        (",,;;q=,=", "en"),
        ("xx," * 30 + "de", "en"),
    ],
)
def test_the_browser_s_wish_counts_by_weight(header, code) -> None:
    assert ALL.preferred(header).code == code


@given(st.text(max_size=200))
def test_no_header_is_too_odd(header) -> None:
    assert ALL.preferred(header).code in NAMES


def test_the_owner_s_language_is_for_guests_who_ask_for_none_that_there_is() -> None:
    world = make_world(settings_of(SETTINGS.replace("[portal]\n", '[portal]\nlanguage = "it"\n')))
    assert "<h1>Accedi</h1>" in world.guest().get("/", accept_language="sv").text
    assert "<h1>Sign in</h1>" in world.guest().get("/", accept_language="en").text


@pytest.mark.parametrize("code", NAMES)
def test_a_page_says_in_which_language_it_is_and_which_way_it_runs(world, code) -> None:
    page = world.guest().get("/", accept_language=code).text
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">' in page
    assert Markup(page).problems == []


def test_a_choice_by_hand_is_remembered_for_the_device_and_for_no_other(world) -> None:
    guest, other = world.guest(10), world.guest(11)
    assert "<h1>Anmelden</h1>" in guest.get("/?lang=de", accept_language="fr").text
    assert "<h1>Anmelden</h1>" in guest.get("/", accept_language="fr").text
    assert "<h1>Se connecter</h1>" in other.get("/", accept_language="fr").text


def test_a_choice_survives_the_form(world) -> None:
    guest = world.guest()
    guest.get("/?lang=th")
    page = guest.submit("voucher", username="a", passcode="b")
    assert "ไม่มีคูปองที่ใช้ชื่อผู้ใช้และรหัสผ่านนี้" in page.text


def test_the_list_of_languages_leads_to_the_same_page_and_keeps_the_address_that_was_wanted(world) -> None:
    guest = world.guest()
    arrived = guest.get(guest.get("/news", host="example.com").location.removeprefix("http://192.168.88.1"))
    sealed = arrived.field("to")
    links = [link for link in Markup(arrived.text).links if "lang=" in link]
    assert len(links) == len(NAMES)
    page = guest.get(next(link for link in links if "lang=de" in link))
    assert page.field("to") == sealed
    assert 'href="/status?lang=' in online(world, guest).text


def online(world, guest):
    guest.submit("free")
    return guest.get("/status")


@pytest.mark.parametrize("value", ["xx", "<script>", "de%00", "", "../de"])
def test_an_unknown_language_changes_nothing(world, value) -> None:
    page = world.guest().get(f"/?lang={value}", accept_language="es").text
    assert '<html lang="es"' in page
    assert "<script>" not in page


def test_the_memory_of_choices_is_bounded() -> None:
    memory = Memory()
    for number in range(REMEMBERED_MOST + 10):
        memory.put(str(number), "de")
        memory.get("0")
    assert memory.get("0") == "de"
    assert memory.get("5") == ""
    assert len(memory._words) == REMEMBERED_MOST


@pytest.mark.parametrize(
    ("code", "count", "category"),
    [
        *[("ar", count, category) for count, category in ((0, "zero"), (1, "one"), (2, "two"), (3, "few"), (10, "few"), (11, "many"))],
        *[("ar", count, category) for count, category in ((99, "many"), (100, "other"), (102, "other"), (103, "few"), (111, "many"))],
        *[("fr", 0, "one"), ("fr", 1, "one"), ("fr", 2, "other"), ("de", 0, "other"), ("de", 1, "one"), ("th", 1, "other")],
    ],
)
def test_plurals_as_the_cldr_has_them(code, count, category) -> None:
    assert plural(code, count) == category


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("de", "2 Tage 1 Stunde"),
        ("es", "2 días 1 hora"),
        ("fr", "2 jours 1 heure"),
        ("it", "2 giorni 1 ora"),
        ("ar", "يومان وساعة واحدة"),
        ("th", "2 วัน 1 ชั่วโมง"),
        ("zh", "2 天 1 小时"),
    ],
)
def test_durations_in_words(code, words) -> None:
    assert duration_words(2 * 86_400 + 3600, ALL.named(code)) == words


def test_data_and_speeds_in_the_language_s_own_way() -> None:
    assert data_words(3 * 2**29, ALL.named("fr")) == "1,5 Go"
    assert data_words(3 * 2**29, ALL.named("zh")) == "1.5 GB"
    assert speed_words(2500, ALL.named("de")) == "2,5 Mbit/s"
    assert speed_words(0, ALL.named("es")) == "sin límite"


def test_what_runs_from_left_to_right_is_kept_together_in_a_sentence_that_does_not() -> None:
    arabic = ALL.named("ar")
    assert "\u2068+49151234\u2069" in arabic.t("Continue to {host}", host="+49151234")
    assert "\u2068" not in arabic.t("Your time ends in {time}.", time="3 دقائق")
    assert "\u2068" not in ALL.named("de").t("Continue to {host}", host="+49151234")


def test_a_whole_visit_in_each_language_shows_no_english_sentence(world) -> None:
    english = re.compile(r"\b(?:the|your|Please|You|voucher|online|left)\b")
    world.vouchers.create(NewVoucher(username="room", passcode="pass", valid_for="2 hours"))
    for number, code in enumerate(CODES):
        guest = world.guest(20 + number)
        guest.get(f"/?lang={code}")
        pages = [guest.get("/"), guest.submit("voucher", username="x", passcode="y"), guest.submit("voucher"), guest.get("/none")]
        pages += [online(world, guest), guest.get("/signin"), guest.get("/goodbye")]
        for page in pages:
            shown = " ".join(Markup(page.text).texts).replace("Guest Wi-Fi", "")
            left = english.findall(shown.replace("Voucher", "").replace("voucher", "") if code == "it" else shown)
            assert [word for word in left if not (word == "online" and code in {"de", "it"})] == [], (code, shown)


@pytest.mark.parametrize("text", [None, "[]", "{", "\xff"])
def test_a_language_that_is_missing_or_broken_is_noticed_at_the_start(tmp_path, text) -> None:
    for code in CODES:
        (tmp_path / f"{code}.json").write_text("{}")
    (tmp_path / "th.json").unlink()
    if text is not None:
        (tmp_path / "th.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(Misconfigured, match=r"th\.json"):
        Languages(tmp_path)

"""Brands: a network's own over that of all, checked as a whole, live from memory; pictures that a page shows stay."""

import pytest

from routerd.brand.document import Unfit
from routerd.brand.model import Brand
from routerd.brand.records import BrandRow, PictureRow
from routerd.brand.service import PICTURES_MOST, Brands
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.store.database import Store
from tests.brand.files import picture
from tests.fakes.clock import FakeClock


@pytest.fixture
def store():
    store = Store("sqlite:///:memory:")
    yield store
    store.stop()


@pytest.fixture
def brands(store):
    return Brands(store, FakeClock(), ("en", "de", "ar"), ("main", "staff"))


@pytest.mark.parametrize(("model", "table"), [(BrandRow, "brand"), (PictureRow, "picture")])
def test_the_models_are_the_migrated_tables(store, model, table):
    columns = {column.name: column for column in store.db.get_columns(table)}
    assert set(columns) == set(model._meta.columns)
    for name, declared in model._meta.columns.items():
        assert columns[name].null == declared.null
        assert columns[name].primary_key == declared.primary_key


def test_a_networks_own_page_lies_over_that_of_all(brands):
    brands.set("", {"accent": "#0b5cad", "welcome": {"en": "Welcome"}})
    brands.set("staff", {"welcome": {"en": "Staff only"}})
    assert (brands.of("main").accent, brands.of("main").welcome) == ("#0b5cad", {"en": "Welcome"})
    assert (brands.of("staff").accent, brands.of("staff").welcome) == ("#0b5cad", {"en": "Staff only"})
    assert brands.own("staff").accent == ""


def test_what_was_set_is_there_after_a_start(store, brands):
    changed = brands.set("main", {"terms": {"de": "  Regeln\n\nmehr  ", "en": "  "}, "must_accept": True})
    assert changed.before["must_accept"] is False
    assert changed.after["terms"] == {"de": "Regeln\n\nmehr"}
    again = Brands(store, FakeClock(), ("en", "de", "ar"), ("main", "staff"))
    assert again.of("main") == brands.of("main") == Brand(terms={"de": "Regeln\n\nmehr"}, must_accept=True)


def test_an_empty_page_is_none(store, brands):
    brands.set("main", {"accent": "#0b5cad"})
    brands.set("main", {})
    assert BrandRow.select().count(store.db) == 0


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"accent": "#0b5cad;background:url(//x)"}, "accent"),
        ({"accent": 5}, "accent"),
        ({"landing_url": "javascript:alert(1)"}, "landing_url"),
        ({"landing_url": "//evil.example"}, "landing_url"),
        ({"landing_url": "https://good.example@evil.example/"}, "landing_url"),
        ({"landing_url": "data:text/html,x"}, "landing_url"),
        ({"advert": {"link": "file:///etc/passwd"}}, "advert.link"),
        ({"advert": {"image": "a" * 32, "alt": "x"}}, "advert.image"),
        ({"advert": {"size": 1}}, "size"),
        ({"advert": []}, "advert"),
        ({"logo": "../../etc/passwd"}, "logo"),
        ({"logo": "a" * 32}, "logo"),
        ({"welcome": "text"}, "welcome"),
        ({"welcome": {"en": 5}}, "welcome"),
        ({"welcome": {"xx": "text"}}, "welcome"),
        ({"welcome": {"en": "x" * 1001}}, "welcome.en"),
        ({"terms": {"en": "a\u202eb"}}, "terms.en"),
        ({"must_accept": "yes"}, "must_accept"),
        ({"must_accept": True}, "must_accept"),
        ({"html": "<b>"}, "html"),
        ([], "page"),
        ("x", "page"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_name(brands, document, field):
    with pytest.raises(Unfit) as caught:
        brands.set("", document)
    assert caught.value.field == field
    assert brands.own("") == Brand()
    with pytest.raises(Unfit):
        brands.draft("main", document)


def test_markup_in_texts_is_only_text(brands):
    brands.set("", {"welcome": {"en": "<script>alert(1)</script> & <b>x</b>"}})
    assert brands.of("main").welcome["en"] == "<script>alert(1)</script> & <b>x</b>"


def test_a_draft_shows_without_being_kept(brands):
    brands.set("", {"accent": "#0b5cad"})
    draft = brands.draft("main", {"welcome": {"en": "New"}})
    assert (draft.accent, draft.welcome) == ("#0b5cad", {"en": "New"})
    assert brands.of("main").welcome == {}


@pytest.mark.parametrize("call", [lambda b: b.own("gone"), lambda b: b.set("gone", {}), lambda b: b.draft("gone", {})])
def test_a_network_that_is_not_there_has_no_page(brands, call):
    with pytest.raises(NotFound, match="no guest network 'gone'"):
        call(brands)


def test_a_picture_is_kept_once_and_told_whether_it_is_used(brands):
    logo = brands.add("logo", picture())
    assert brands.add("logo", picture()).kind == "logo"
    assert (logo.used, logo.width) == (False, 40)
    brands.set("main", {"logo": logo.id})
    assert [each.used for each in brands.pictures() if each.id == logo.id] == [True]
    media_type, content = brands.picture(logo.id)
    assert media_type in ("image/png", "image/jpeg")
    assert len(content) == logo.octets
    with pytest.raises(Conflict, match="take it off the page first"):
        brands.drop(logo.id)
    brands.set("main", {})
    brands.drop(logo.id)
    for call in (brands.picture, brands.drop):
        with pytest.raises(NotFound):
            call(logo.id)


def test_the_very_same_picture_is_no_second_one(brands):
    raw = picture()
    assert brands.add("logo", raw).id == brands.add("logo", raw).id
    assert len(brands.pictures()) == 1


def test_there_is_an_end_to_pictures(brands):
    for at in range(PICTURES_MOST):
        brands.add("logo", picture(size=(10 + at, 10)))
    with pytest.raises(Conflict, match=f"{PICTURES_MOST} pictures already"):
        brands.add("logo", picture(size=(99, 10)))


def test_a_kind_that_is_none_is_refused(brands):
    with pytest.raises(BadInput, match="no kind of picture"):
        brands.add("favicon", picture())

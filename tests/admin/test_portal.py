"""The page editor: pages and pictures are checked and on record; the preview is the portal's own page, and can do nothing."""

from dataclasses import replace

import pytest

from routerd.admin.premises import Premises
from routerd.app.premises import LANGUAGES
from routerd.core.clock import SystemClock
from routerd.portal.routes import build as build_portal
from tests.admin.browser import API, Browser
from tests.admin.house import House
from tests.brand.files import SVG, picture, png


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    services = made.services
    entrance = build_portal(
        services.settings.guest,
        services.settings.portal,
        finder=None,
        sessions=services.sessions,
        vouchers=services.vouchers,
        free_users=services.guests,
        atomically=services.store.write,
        publish=services.bus.publish,
        clock=SystemClock(),
    )
    made.close()
    second = House(tmp_path, premises=replace(Premises(), languages=LANGUAGES, preview=entrance.preview))
    yield second
    second.close()


def upload(browser: Browser, kind: str, octets: bytes):
    return browser.send("POST", f"{API}/portal/images/{kind}", body=octets, headers={"Content-Type": "application/octet-stream"})


def test_a_page_is_stored_shown_and_on_record(owner):
    told = owner.get("/portal/page").json
    assert told["networks"] == [{"name": "main", "title": "Guest Wi-Fi"}]
    assert {"code": "ar", "name": "العربية", "rtl": True} in told["languages"]
    answer = owner.post("/portal/page", {"network": "", "page": {"accent": "#0b5cad", "welcome": {"de": "Hallo"}}})
    assert answer.json["page"]["welcome"] == {"de": "Hallo"}
    assert owner.get("/portal/page", network="main").json["inherited"]["accent"] == "#0b5cad"
    row = owner.get("/audit").json["rows"][0]
    assert (row["action"], row["target"], row["after"]["accent"]) == ("portal.page", "all networks", "#0b5cad")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"page": {"landing_url": "javascript:alert(1)"}}, "landing_url"),
        ({"page": {"accent": "red"}}, "accent"),
        ({"page": {"html": "<b>"}}, "html"),
        ({"page": None}, "page"),
        ({"page": {}, "path": "/etc"}, "path"),
    ],
)
def test_a_page_that_cannot_be_shown_is_refused_with_its_field(owner, body, where):
    for path in ("/portal/page", "/portal/preview"):
        answer = owner.post(path, body)
        assert (answer.status, answer.json["error"]["field"]) == (400, where)


def test_a_network_that_is_not_there_is_not_found(owner):
    assert owner.get("/portal/page", network="gone").status == 404
    assert owner.post("/portal/page", {"network": "gone", "page": {}}).status == 404


def test_a_picture_is_taken_shown_used_and_deleted(owner):
    made = upload(owner, "logo", picture(size=(900, 300))).json
    assert (made["width"], made["height"], made["kind"]) == (600, 200, "logo")
    shown = owner.send("GET", made["url"])
    assert shown.headers["Content-Type"] == made["media_type"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    owner.post("/portal/page", {"network": "", "page": {"logo": made["id"]}})
    assert owner.get("/portal/page").json["images"][0]["used"]
    assert owner.delete(f"/portal/images/{made['id']}").status == 409
    owner.post("/portal/page", {"network": "", "page": {}})
    assert owner.delete(f"/portal/images/{made['id']}").status == 204
    assert owner.send("GET", made["url"]).status == 404
    assert {row["action"] for row in owner.get("/audit").json["rows"]} >= {"portal.image.add", "portal.image.delete"}


@pytest.mark.parametrize(
    ("octets", "status"),
    [(SVG, 400), (png(50_000, 50_000), 400), (b"<script>alert(1)</script>", 400), (b"x" * (5 * 1024 * 1024 + 1), 413)],
    ids=["svg", "bomb", "script", "long"],
)
def test_an_upload_that_is_no_picture_is_refused(owner, octets, status):
    answer = upload(owner, "logo", octets)
    assert answer.status == status
    assert answer.json["error"]["message"]
    assert owner.get("/portal/page").json["images"] == []


def drawn(owner, **more):
    body = {"network": "main", "page": {"welcome": {"en": "Hello & <b>welcome</b>"}, "terms": {"en": "Be kind."}}} | more
    answer = owner.post("/portal/preview", body)
    assert answer.status == 200, answer.octets
    return answer.json["url"]


def test_a_preview_is_the_portals_page_with_what_is_not_stored(owner):
    url = drawn(owner)
    page = owner.send("GET", url)
    html = page.octets.decode()
    assert "Hello &amp; &lt;b&gt;welcome&lt;/b&gt;" in html
    assert "<form" in html
    assert owner.get("/portal/page").json["page"]["welcome"] == {}
    assert 'href="portal.css' in html
    assert "prefers-color-scheme: dark" not in owner.send("GET", url + "portal.css").octets.decode()


def test_a_preview_can_do_nothing_and_is_framed_by_us_alone(owner):
    page = owner.send("GET", drawn(owner))
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "script" not in policy
    assert "X-Frame-Options" not in page.headers
    assert b"<script" not in page.octets


@pytest.mark.parametrize("language", ["en", "de", "ar", "th", "zh"])
@pytest.mark.parametrize("screen", ["signin", "status", "terms"])
def test_each_screen_in_each_language(owner, language, screen):
    html = owner.send("GET", drawn(owner, language=language, screen=screen)).octets.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html


def test_a_scheme_holds_whatever_the_owners_browser_prefers(owner):
    page = {"accent": "#0b5cad"}
    dark, light = (drawn(owner, page=page, scheme=scheme) for scheme in ("dark", "light"))
    assert "@media all" in owner.send("GET", dark + "portal.css").octets.decode()
    assert "@media not all" in owner.send("GET", light + "portal.css").octets.decode()
    assert "/brand/" not in owner.send("GET", dark + "brand.css").octets.decode()


def test_pictures_of_a_preview_come_from_the_api(owner):
    made = upload(owner, "background", picture(size=(60, 40))).json
    url = drawn(owner, page={"logo": made["id"], "background": made["id"]})
    assert made["url"] in owner.send("GET", url).octets.decode()
    assert made["url"] in owner.send("GET", url + "brand.css").octets.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [({"screen": "admin"}, 400), ({"language": "xx"}, 400), ({"scheme": "pink"}, 400), ({"screen": "terms", "page": {}}, 404)],
)
def test_a_preview_of_nothing_is_refused(owner, body, status):
    assert owner.post("/portal/preview", {"network": "main", "page": {}} | body).status == status


def test_a_preview_runs_out_is_for_the_signed_in_and_few_are_kept(house, owner):
    url = drawn(owner)
    assert house.browser().send("GET", url).status == 401
    assert owner.send("GET", url + "other.css").status == 404
    later = [drawn(owner) for _ in range(16)]
    assert owner.send("GET", url).status == 404
    house.clock.advance(601)
    assert owner.send("GET", later[-1]).status == 404

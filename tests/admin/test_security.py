"""Attacks on the admin page, each tried and refused. The walks over all routes cover new ones by themselves."""

import re

import pytest

from routerd.admin.headers import API_POLICY, PAGE_POLICY
from routerd.admin.section import ANYBODY
from routerd.admin.sections.catalogue import FACTORIES, sections
from routerd.identity.actor import OWNERS, STAFF
from routerd.identity.hashing import Hasher
from tests.admin.browser import API
from tests.admin.house import OWNER, House, everything

NAME, PASSWORD = OWNER
CREDENTIALS = {"name": NAME, "password": PASSWORD}

NEED_NO_SIGN_IN = {("GET", "/setup"), ("POST", "/setup"), ("POST", "/signin")}

FRONT_DESK_MAY = re.compile(r"/(me|signout|live|vouchers|jobs)\b.*")
"""What the front desk may reach at all: itself, making and printing vouchers, and the jobs that print them."""


@pytest.fixture
def house(tmp_path):
    """A box with everything that a box may have, so that no section is left out."""
    made = House(tmp_path, premises=everything())
    yield made
    made.close()


@pytest.fixture
def plain(tmp_path):
    """A box with real services alone."""
    made = House(tmp_path / "plain")
    yield made
    made.close()


def addresses(house):
    """Every endpoint, with something in the place of each parameter."""
    return [(route, re.sub(r"<\w+(:int)?>", "1", re.sub(r"<\w+:\w+[^>]*>", "1", route.path))) for route in house.door.routes]


def knock(browser, route, path):
    body = b"" if route.verb in ("GET", "DELETE") else b"{}"
    return browser.send(route.verb, API + path, body=body, headers={"Content-Type": "application/json"})


# Roles


def test_no_section_is_left_out_of_the_walks(house):
    assert len(sections(house.desk)) == len(FACTORIES)


def test_only_setup_and_sign_in_are_for_anybody(house):
    assert {(route.verb, route.path) for route in house.door.routes if "" in route.roles} == NEED_NO_SIGN_IN


def test_every_route_has_roles_that_exist(house):
    assert {route.roles for route in house.door.routes} <= {OWNERS, STAFF, ANYBODY}


def test_nobody_reaches_anything_without_a_sign_in(house, owner):
    before = house.accounts.audit.rows()["total"]
    for route, path in addresses(house):
        if (route.verb, route.path) in NEED_NO_SIGN_IN:
            continue
        answer = knock(house.browser(), route, path)
        assert (answer.status, answer.json["error"]["reason"]) == (401, "sign-in"), route
    assert house.accounts.audit.rows()["total"] == before


def test_a_session_that_was_signed_out_reaches_nothing(house, owner):
    thief = owner.twin()
    owner.post("/signout")
    for route, path in addresses(house):
        if (route.verb, route.path) not in NEED_NO_SIGN_IN:
            assert knock(thief, route, path).status == 401, route


def test_the_front_desk_reaches_what_is_for_owners_by_no_route(house):
    desk = house.front_desk()
    walked = 0
    for route, path in addresses(house):
        if route.roles == OWNERS:
            answer = knock(desk, route, path)
            assert (answer.status, answer.json["error"]["reason"]) == (403, "role"), route
            walked += 1
    assert walked >= 6


def test_what_is_open_to_the_front_desk_is_about_vouchers_and_itself(house):
    open_to_staff = {route.path for route in house.door.routes if route.roles == STAFF}
    assert [path for path in open_to_staff if not FRONT_DESK_MAY.fullmatch(path)] == []


def test_the_front_desk_cannot_make_itself_an_owner(house):
    desk = house.front_desk()
    number = desk.get("/me").json["person"]["id"]
    assert desk.post(f"/people/{number}", {"role": "owner"}).status == 403
    assert desk.post("/me/language", {"language": "en", "role": "owner"}).status == 400
    assert desk.post("/me/password", {"old": "x", "new": "y", "person": 1}).status == 400
    assert desk.get("/me").json["person"]["role"] == "front-desk"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/people", {"name": "Eve", "password": "quite another phrase", "role": "owner", "id": 1}),
        ("/people", {"name": "Eve", "password": "quite another phrase", "role": "owner", "totp_sealed": ""}),
        ("/people/1", {"name": "Eve"}),
        ("/people/1", {"device_key": "00"}),
        ("/signin", {**CREDENTIALS, "role": "owner"}),
        ("/me/totp/confirm", {"code": "1", "totp_sealed": ""}),
    ],
)
def test_fields_that_are_not_the_callers_to_set_are_refused(owner, path, fields):
    answer = owner.post(path, fields)
    assert answer.status == 400
    assert "is not a field of this request" in answer.json["error"]["message"]


# Sessions


def test_a_session_that_was_planted_before_the_sign_in_is_not_taken_over(house):
    house.owner().post("/signout")
    victim = house.browser()
    planted = "A" * 43
    victim.cookies["routerd"] = planted
    assert victim.post("/signin", CREDENTIALS).status == 200
    assert victim.cookies["routerd"] != planted
    attacker = house.browser("10.0.0.66")
    attacker.cookies["routerd"] = planted
    assert attacker.get("/me").status == 401


def test_the_session_cookie_is_random_and_not_in_the_database(house, owner):
    cookies = {house.owner().cookies["routerd"] for _ in range(20)}
    assert len(cookies) == 20
    assert {len(cookie) for cookie in cookies} == {43}
    told = "\n".join(house.store.db.connection().iterdump())
    assert [cookie for cookie in cookies if cookie in told] == []


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(house):
    owner = house.owner()
    assert len(owner.set_cookies or house.owner().set_cookies) <= 2
    again = house.browser()
    again.post("/signin", CREDENTIALS)
    assert len(again.set_cookies) == 2
    for each in again.set_cookies:
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(each.split("; "))
        assert "Secure" not in each


def test_over_tls_cookies_are_secure_and_for_this_host_alone(house):
    house.owner()
    browser = house.browser()
    browser.scheme = "https"
    assert browser.post("/signin", CREDENTIALS).status == 200
    assert sorted(browser.cookies) == ["__Host-routerd", "__Host-routerd-device"]
    for each in browser.set_cookies:
        assert {"Secure", "Path=/", "HttpOnly"} <= set(each.split("; "))
        assert "Domain" not in each
    assert browser.get("/me").status == 200


def test_a_header_that_claims_tls_is_not_believed(house):
    house.owner()
    browser = house.browser()
    browser.post("/signin", CREDENTIALS, headers={"X-Forwarded-Proto": "https", "Forwarded": "proto=https"})
    assert sorted(browser.cookies) == ["routerd", "routerd-device"]


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "é" * 43, "' OR 1=1 --", "A" * 10_000])
def test_a_made_up_cookie_opens_nothing(house, owner, cookie):
    stranger = house.browser()
    stranger.cookies["routerd"] = cookie
    assert stranger.get("/me").status == 401


def test_a_stream_ends_with_the_session(house, owner):
    from routerd.admin.answers import Pieces  # noqa: PLC0415 - beside its only use

    def events():
        for number in range(100):
            yield b"data: %d\n\n" % number

    token = owner.cookies["routerd"]
    stream = iter(Pieces(events(), lambda: house.accounts.who(token) is not None))
    assert next(stream) == b"data: 0\n\n"
    owner.post("/signout")
    assert list(stream) == []


# Requests that other sites' pages make


def test_every_change_needs_the_token(house, owner):
    owner.csrf = "0" * 64
    for route, path in addresses(house):
        if route.verb != "GET" and "" not in route.roles:
            answer = knock(owner, route, path)
            assert (answer.status, answer.json["error"]["reason"]) == (403, "csrf"), route


@pytest.mark.parametrize("token", [None, "", "é", "0" * 64])
def test_a_missing_or_wrong_token_changes_nothing(house, owner, token):
    people = len(house.accounts.people.all())
    fields = {"name": "Eve", "password": "quite another phrase", "role": "owner"}
    answer = owner.post("/people", fields, headers={"X-CSRF-Token": token})
    assert (answer.status, answer.json["error"]["reason"]) == (403, "csrf")
    assert len(house.accounts.people.all()) == people


def test_the_token_of_another_session_is_wrong_here(house, owner):
    owner.csrf = house.owner().csrf
    assert owner.post("/signout").json["error"]["reason"] == "csrf"


FOREIGN = [
    {"Origin": "http://evil.example", "Sec-Fetch-Site": None},
    {"Origin": "null", "Sec-Fetch-Site": None},
    {"Origin": "http://192.168.10.1:8080", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://192.168.10.1.evil.example", "Sec-Fetch-Site": None},
    {"Origin": None, "Sec-Fetch-Site": "cross-site"},
    {"Origin": None, "Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_sites_page_cannot_change_anything_nor_sign_anybody_in(house, owner, headers):
    for browser, path, fields in ((owner, "/signout", {}), (house.browser(), "/signin", CREDENTIALS)):
        answer = browser.post(path, fields, headers=headers)
        assert (answer.status, answer.json["error"]["reason"]) == (403, "origin")
    assert owner.get("/me").status == 200


def test_another_sites_page_cannot_set_the_box_up(house):
    answer = house.browser().post(
        "/setup", {"account": CREDENTIALS}, headers={"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403
    assert house.accounts.setup.is_open


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_cannot_read(owner, site):
    assert owner.get("/me", headers={"Sec-Fetch-Site": site}).json["error"]["reason"] == "origin"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_what_a_form_can_send_is_not_taken(house, owner, kind):
    body = b'{"name": "Ada", "password": "three unlikely words"}'
    answer = house.browser().send("POST", f"{API}/signin", body=body, headers={"Content-Type": kind})
    assert answer.status == 400
    assert "application/json" in answer.json["error"]["message"]


# DNS rebinding


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "192.168.10.1.evil.example", "", "[::1", "localhost.evil.example", "gate"]
)
def test_a_strangers_name_for_this_box_is_refused_everywhere(house, host):
    house.owner()
    browser = house.browser()
    for verb, path in (("GET", f"{API}/setup"), ("POST", f"{API}/signin"), ("GET", "/admin/"), ("GET", "/"), ("GET", "/admin/app.js")):
        answer = browser.send(verb, path, headers={"Host": host, "Origin": f"http://{host}"})
        assert (answer.status, answer.json["error"]["reason"]) == (403, "host")


@pytest.mark.parametrize(
    "host",
    [
        "192.168.10.1",
        "192.168.10.1:8088",
        "[fd00::1]",
        "[fd00::1]:8088",
        "localhost",
        "LOCALHOST:8088",
        "gate.example.com",
        "gate.example.com.:80",
    ],
)
def test_addresses_and_the_names_of_the_configuration_are_right(house, host):
    assert house.browser().get("/setup", headers={"Host": host}).status == 200


# Framing, sniffing, and what else headers hold


def policies(answer):
    return dict(each.split(" ", 1) if " " in each else (each, "") for each in answer.headers["Content-Security-Policy"].split("; "))


def test_everything_that_is_answered_carries_the_headers(house, owner):
    answers = [
        owner.page(),
        owner.page("/"),
        owner.page("/admin/nothing.js"),
        owner.page("/nowhere"),
        owner.get("/me"),
        owner.get("/nowhere"),
        owner.post("/people", {}),
        owner.post("/signout"),
        house.browser().get("/me"),
        owner.send("PATCH", f"{API}/me"),
    ]
    for answer in answers:
        assert policies(answer)["default-src"] == "'none'"
        assert policies(answer)["frame-ancestors"] == "'none'"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Server" not in answer.headers


def test_the_page_runs_its_own_script_alone_and_makes_no_markup_from_text():
    assert "script-src 'self';" in PAGE_POLICY
    assert "require-trusted-types-for 'script'" in PAGE_POLICY
    assert "trusted-types 'none'" in PAGE_POLICY
    for loose in ("unsafe", "*", "http:", "https:"):
        assert loose not in PAGE_POLICY
        assert loose not in API_POLICY


def test_the_apis_answers_are_kept_by_nobody(house, owner):
    assert owner.get("/me").headers["Cache-Control"] == "no-store"
    assert house.browser().get("/me").headers["Cache-Control"] == "no-store"


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"name": "\\ud800"}',
        b"\xff\xfe",
        b'{"name": NaN}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"name": 1e999}',
    ],
)
def test_a_malformed_body_is_refused_in_words(house, body):
    answer = house.browser().send("POST", f"{API}/signin", body=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]["reason"]) == (400, "input")


def test_a_huge_body_is_refused_before_it_is_read(house):
    answer = house.browser().send("POST", f"{API}/signin", body=b" " * 70_000, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]["reason"]) == (413, "too-large")


@pytest.mark.parametrize("value", [None, 1, True, [], {}, "x" * 2000])
@pytest.mark.parametrize("field", ["name", "password", "code"])
def test_a_field_of_the_wrong_kind_is_named(house, owner, field, value):
    answer = house.browser().post("/signin", {"name": "Ada", "password": "x", "code": "", field: value})
    if field == "code" and value is None:
        assert answer.status == 401
    else:
        assert (answer.status, answer.json["error"]["field"]) == (400, field)


def test_nothing_malformed_is_an_error_of_ours(plain):
    """Every route, with bodies and numbers that nobody expects: a refusal in words, never a 500."""
    bodies = (b"", b"{}", b'{"name": null, "password": [], "role": {}, "ids": 1, "macs": "x", "changes": 7}', b"\x00\xff")
    owner = plain.owner()
    for route, path in addresses(plain):
        if route.path in ("/signout", "/live"):
            continue
        for body in bodies:
            target = path.replace("/1", "/99999999999999999999")
            answer = owner.send(route.verb, API + target, "before=x&most=-1&search=%00", body, {"Content-Type": "application/json"})
            assert answer.status < 500 or answer.status == 503, (route, body, answer.octets)


# Guessing


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(house, owner, monkeypatch):
    work: list[str] = []
    matches = Hasher.matches

    def counted(self, password, kept):
        work.append(kept)
        return matches(self, password, kept)

    monkeypatch.setattr(Hasher, "matches", counted)
    verified: list[str] = []
    argon2 = type(house.accounts.people._hasher._argon2)
    verify = argon2.verify

    def spied(self, kept, password):
        verified.append(kept.rsplit("$", 2)[0])
        return verify(self, kept, password)

    monkeypatch.setattr(argon2, "verify", spied)
    for name in ("Nobody", NAME):
        house.browser("10.0.0.1").post("/signin", {"name": name, "password": "a wrong guess it is"})
    assert len(work) == 2
    assert len(verified) == 2
    assert verified[0] == verified[1]
    assert verified[0].startswith("$argon2id$v=19$m=")

"""The box's own page over TLS: the edge in front, waitress behind, and the truth about who asks on both sides."""

import contextlib
import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from routerd.app.announcing import announced
from routerd.app.build import App, build
from routerd.app.fronts import ADMIN_PURPOSE, Fronts
from routerd.app.outside import Outside
from routerd.core.clock import SystemClock
from routerd.core.settings import parse
from routerd.identity.seal import Box
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.guarding.box import free_ports
from tests.sites.authority import issued

CLIENT = "127.0.0.7"
"""Whom the owner asks from, to tell it from every address that the box itself uses."""


class Owner:
    """A browser at the page's https address."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.cookies: list[str] = []
        self.csrf = ""

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context, source_address=(CLIENT, 0))

    def headers(self, **more: str) -> dict[str, str]:
        cookie = "; ".join(each.partition(";")[0] for each in self.cookies)
        return {"Origin": f"https://127.0.0.1:{self.port}", "X-CSRF-Token": self.csrf, "Cookie": cookie} | more

    def ask(self, verb: str, path: str, fields: Any = None, **headers: str) -> Any:
        with contextlib.closing(self.connection()) as connection:
            body = json.dumps(fields or {}) if verb == "POST" else None
            connection.request(verb, f"/admin/api{path}", body, self.headers(**{"Content-Type": "application/json"} | headers))
            answer = connection.getresponse()
            told = json.loads(answer.read())
        assert answer.status == 200, told
        self.cookies += answer.headers.get_all("Set-Cookie") or []
        self.csrf = told.get("csrf", self.csrf)
        return told

    def shown(self) -> bytes:
        """The certificate."""
        with self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 5)) as connection:
            octets = connection.getpeercert(binary_form=True)
        assert octets is not None
        return octets


def made(place: Path, ports: list[int], more: str = "") -> App:
    text = (
        f'[daemon]\nrun_dir = "{place}/run"\nkey_file = "{place}/box.key"\n[store]\nurl = "sqlite:///{place}/routerd.db"\n'
        f'[management]\nlisten = ["127.0.0.1:{ports[1]}"]\nhttps = ["127.0.0.1:{ports[0]}"]\n'
    )
    settings, problems = parse(text + more)
    assert settings is not None, problems
    return build(settings, Outside(SystemClock(), None, place))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secure")


@pytest.fixture(scope="module")
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture(scope="module")
def app(place: Path, ports: list[int]) -> Iterator[App]:
    found = made(place, ports)
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def owner(app: App, ports: list[int]) -> Owner:
    found = Owner(ports[0])
    found.ask("POST", "/setup", {"account": {"name": "Ada", "password": "three unlikely words"}}, **{"X-Real-IP": "6.6.6.6"})
    found.ask("GET", "/me")
    return found


def test_cookies_are_for_tls_alone_and_cannot_be_set_by_another_host(owner: Owner) -> None:
    assert owner.cookies
    for cookie in owner.cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie.split("; ")


def test_the_trail_knows_who_asked_whatever_they_say_of_themselves(owner: Owner) -> None:
    rows = owner.ask("GET", "/signins")["rows"]
    assert {row["address"] for row in rows} == {CLIENT}


def test_the_page_comes_with_its_files(owner: Owner) -> None:
    with contextlib.closing(owner.connection()) as connection:
        connection.request("GET", "/", headers=owner.headers())
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.getheader("Location")) == (302, "/admin/")


def test_the_live_page_streams_through_and_its_end_is_noticed(owner: Owner, app: App) -> None:
    streams = app.house.data.streams
    with contextlib.closing(owner.connection()) as connection:
        connection.request("GET", "/admin/api/live?topics=overview", headers=owner.headers())
        answer = connection.getresponse()
        begun = time.monotonic()
        assert answer.getheader("Content-Type") == "text/event-stream"
        said = b""
        while b"event: overview" not in said:
            said += answer.read1(65_536)
        assert time.monotonic() - begun < 5
        assert len(streams._open) == 1
    until = time.monotonic() + 10
    while streams._open and time.monotonic() < until:
        time.sleep(0.05)
    assert len(streams._open) == 0


def test_on_loopback_the_page_stays_where_it_was_without_tls(app: App, ports: list[int]) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", ports[1], timeout=5)) as connection:
        connection.request("GET", "/admin/api/setup")
        assert connection.getresponse().status == 200


def test_nobody_else_gets_at_the_socket_behind(app: App, place: Path) -> None:
    behind = app.fronts.admin_socket
    assert behind.parent.stat().st_mode & 0o077 == 0
    assert behind.stat().st_mode & 0o077 == 0


def test_its_own_certificate_stays_and_another_takes_its_place_at_once(owner: Owner, app: App) -> None:
    first = owner.shown()
    assert owner.shown() == first
    keyring = app.fronts.sites.keyring
    number = next(each.id for each in keyring.all() if each.name.endswith(ADMIN_PURPOSE))
    given = issued("gate.example.com", now=time.time())
    keyring.replace(number, given.pem, given.key())
    until = time.monotonic() + 5
    while owner.shown() == first and time.monotonic() < until:
        time.sleep(0.02)
    assert ssl.DER_cert_to_PEM_cert(owner.shown()).split() == given.pem.split()


def test_a_certificate_of_files_is_shown_and_then_hsts_is_told(tmp_path: Path) -> None:
    given, ports = issued("gate.example.com", now=time.time()), free_ports(2)
    (tmp_path / "c.pem").write_text(given.pem)
    (tmp_path / "k.pem").write_text(given.key())
    app = made(tmp_path, ports, f'certificate = "{tmp_path}/c.pem"\nkey = "{tmp_path}/k.pem"\n')
    app.start()
    try:
        owner = Owner(ports[0])
        assert ssl.DER_cert_to_PEM_cert(owner.shown()).split() == given.pem.split()
        with contextlib.closing(owner.connection()) as connection:
            connection.request("GET", "/admin/api/setup")
            assert connection.getresponse().getheader("Strict-Transport-Security") == "max-age=15552000"
    finally:
        app.stop()


def test_a_portal_whose_certificate_ends_or_comes_right_is_told_of_anew(tmp_path: Path) -> None:
    clock, restarts = FakeClock(time.time()), []
    text = (
        f'[daemon]\nrun_dir = "{tmp_path}/run"\nkey_file = "{tmp_path}/box.key"\n[store]\nurl = "sqlite:///:memory:"\n'
        f'[management]\nhttps = ["127.0.0.1:1"]\n[uplink]\ninterface = "wan0"\n'
        f'[[guest]]\nname = "main"\ninterface = "guest0"\naddress = "192.168.88.1/24"\n'
        f'[portal]\nhttps_url = "https://p.example"\ncertificate = "{tmp_path}/c.pem"\nkey = "{tmp_path}/k.pem"\n'
    )
    settings, problems = parse(text)
    assert problems == []

    def give(days: int) -> None:
        given = issued("p.example", now=clock.now(), days=days)
        (tmp_path / "c.pem").write_text(given.pem)
        (tmp_path / "k.pem").write_text(given.key())

    def fronts() -> Fronts:
        outside = Outside(clock, None, tmp_path, restart=lambda: restarts.append(clock.now()))
        return Fronts(settings, outside, store, Box(tmp_path / "box.key"), announced(settings, clock))

    store = Store("sqlite:///:memory:")
    give(30)
    shown = fronts()
    assert shown.portal_socket is not None
    clock.advance(20 * 86_400)
    give(30)  # renewed in time
    shown.publish()
    (tmp_path / "k.pem").write_text("half of a ke")
    shown.publish()
    assert restarts == []
    clock.advance(40 * 86_400)
    shown.publish()
    shown.publish()
    assert len(restarts) == 1

    plain = fronts()
    assert plain.portal_socket is None
    plain.publish()
    give(30)
    plain.publish()
    assert len(restarts) == 2
    store.stop()

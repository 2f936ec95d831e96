"""Sites of the store are served from the moment that a verb returns, on connections that stay."""

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from routerd.app.build import App, build
from routerd.app.outside import Outside
from routerd.core.clock import SystemClock
from routerd.core.settings import parse
from tests.guarding.box import Upstream, asked, free_ports, wait
from tests.sites.authority import between, issued

SETTINGS = """
[daemon]
run_dir = "{place}/run"
key_file = "{place}/box.key"
[store]
url = "sqlite:///{place}/routerd.db"
[edge]
http = ["127.0.0.1:{http}"]
https = ["127.0.0.1:{https}"]
[waf]
mode = "off"
[bans]
kernel = false
"""


@pytest.fixture(scope="module")
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, ports: list[int]) -> Iterator[App]:
    place: Path = tmp_path_factory.mktemp("store")
    filled = SETTINGS.replace("{http}", str(ports[0])).replace("{https}", str(ports[1])).replace("{place}", str(place))
    settings, problems = parse(filled)
    assert settings is not None, problems
    made = build(settings, Outside(SystemClock(), None, place))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def upstreams() -> Iterator[list[Upstream]]:
    with Upstream() as first, Upstream() as second:
        yield [first, second]
        first.shutdown()
        second.shutdown()


def shown(port: int, name: str) -> str:
    """The certificate that a name is shown, PEM; empty: the handshake was refused."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        contextlib.suppress(ssl.SSLError),
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        octets = secure.getpeercert(binary_form=True)
        assert octets is not None
        return ssl.DER_cert_to_PEM_cert(octets)
    return ""


def test_a_site_comes_changes_rests_and_goes_on_one_connection(app: App, ports: list[int], upstreams: list[Upstream]) -> None:
    sites = app.fronts.sites
    with contextlib.closing(HTTPConnection("127.0.0.1", ports[0], timeout=10)) as connection:
        assert asked(connection, "/", "shop.test")[0] == 404
        kept = connection.sock
        site = sites.add({"name": "shop", "domain": "shop.test, *.shop.test", "target_url": upstreams[0].url + "/app"})
        assert wait(lambda: asked(connection, "/a?b=c", "www.shop.test")[0] == 200, 5)
        assert json.loads(asked(connection, "/a?b=c", "shop.test")[1])["path"] == "/app/a?b=c"
        sites.update(site.id, {"target_url": upstreams[1].url})
        before = len(upstreams[1].seen)
        assert wait(lambda: asked(connection, "/", "shop.test")[0] == 200 and "/" in upstreams[1].seen[before:], 5)
        sites.status(site.id, enabled=False)
        assert wait(lambda: asked(connection, "/", "shop.test")[0] == 503, 5)
        sites.delete(site.id)
        assert wait(lambda: asked(connection, "/", "shop.test")[0] == 404, 5)
        assert connection.sock is kept


def test_certificates_come_change_and_go(app: App, ports: list[int], upstreams: list[Upstream]) -> None:
    sites = app.fronts.sites
    site = sites.add({"name": "secure", "domain": "secure.test", "target_url": upstreams[0].url})
    assert shown(ports[1], "secure.test") == ""
    sites.https(site.id, enabled=True)
    assert wait(lambda: shown(ports[1], "secure.test"), 5)
    own = shown(ports[1], "secure.test")
    assert own.split() == sites.certificate(site.id).chain.split()
    given = issued("secure.test", above=between(), now=time.time())
    sites.upload(site.id, given.chain, given.key())
    assert wait(lambda: shown(ports[1], "secure.test").split() == given.pem.split(), 5)
    sites.update(site.id, {"force_https": True})
    with contextlib.closing(HTTPConnection("127.0.0.1", ports[0], timeout=10)) as connection:

        def sent_to() -> str | None:
            connection.request("GET", "/x?y", headers={"Host": "secure.test"})
            answer = connection.getresponse()
            answer.read()
            return answer.getheader("Location")

        assert wait(lambda: sent_to() == f"https://secure.test:{ports[1]}/x?y", 5)
    sites.https(site.id, enabled=False)
    assert wait(lambda: shown(ports[1], "secure.test") == "", 5)
    sites.delete(site.id)


def test_the_health_of_a_site_is_known_and_told(app: App, upstreams: list[Upstream]) -> None:
    fronts = app.fronts
    dead = f"http://127.0.0.1:{free_ports(1)[0]}"
    well = fronts.sites.add({"name": "well", "domain": "well.test", "target_url": upstreams[0].url})
    ill = fronts.sites.add({"name": "ill", "domain": "ill.test", "target_url": dead})
    assert wait(lambda: {each.site.id: each.is_alive for each in fronts.health()} == {well.id: True, ill.id: False}, 20)
    found = {each.site.name: each for each in fronts.health()}
    assert (found["well"].is_alive, found["well"].status) == (True, 200)
    assert 0 <= found["well"].latency_ms < 20_000
    assert (found["ill"].is_alive, found["ill"].status) == (False, 0)
    assert wait(lambda: "ill is down" in fronts.told().get("sites", ""), 10)
    for site in (well, ill):
        fronts.sites.delete(site.id)

"""The portal over TLS, as Android's client sees it: told of the API by DHCP, asks it by TLS, opens the page that it names."""

import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.lab import plan as place
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.http import Reply, fetch, forms
from tests.lab.network import Lab
from tests.sites.authority import Issued, issued

HOST = "portal.example.com"
API = f"https://{HOST}/api/captive"
CAPTIVE = {"Accept": "application/captive+json"}


@dataclass(frozen=True, slots=True)
class World:
    """A gateway with an owner's certificate, and the authority that devices trust."""

    lab: Lab
    gateway: Gateway
    root: Issued

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.root.pem)

    def certify(self, certificate: Issued) -> None:
        """Put it where the settings say."""
        (self.gateway.directory / "portal.pem").write_text(certificate.chain)
        (self.gateway.directory / "portal.key").write_text(certificate.key())


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Lab(tag=f"tls{time.monotonic_ns() % 100000}") as lab:
        root = issued("Lab Root", now=time.time(), days=3650, authority=True)
        gateway = Gateway(lab)
        names = {name: str(gateway.directory / f"portal.{kind}") for name, kind in (("certificate", "pem"), ("key", "key"))}
        gateway.configure({"portal": {"https_url": f"https://{HOST}", **names}, "management": {"https": ["127.0.0.1:8443"]}})
        made = World(lab, gateway, root)
        made.certify(issued(HOST, above=root, now=time.time()))
        gateway.start()
        yield made
        gateway.stop()


def captive(phone: Device, url: str = API) -> dict[str, object]:
    reply = phone.get(url, headers=CAPTIVE)
    assert (reply.status, reply.headers.get("content-type")) == (200, "application/captive+json"), reply
    return dict(json.loads(reply.body))


def test_androids_client_finds_the_portal_signs_in_and_is_told_that_it_is_free(world: World) -> None:
    phone = Device(world.lab)
    phone.trust = world.trust
    phone.join()
    told = bytes.fromhex(phone.lease["opt114"]).rstrip(b"\0").decode()
    assert told == API

    state = captive(phone, told)
    assert state["captive"] is True
    page = str(state["user-portal-url"])
    assert page == f"https://{HOST}/"

    shown = phone.get(page)
    assert shown.status == 200
    form = next(form for form in forms(shown.text) if "passcode" in form.fields)
    username, passcode = world.gateway.voucher(valid_for="1 day")
    done = phone.post(f"https://{HOST}{form.action}", form.encode({"username": username, "passcode": passcode}))
    assert (done.status, done.url) == (200, f"https://{HOST}/online")

    assert wait(lambda: phone.online, 5), world.gateway.tail()
    after = captive(phone)
    assert after["captive"] is False
    assert 86_000 < int(str(after["seconds-remaining"])) <= 86_400
    assert phone.address in str(world.gateway.active()[phone.mac])


def test_whoever_opens_any_page_is_led_there_by_tls(world: World) -> None:
    phone = Device(world.lab, 2)
    phone.trust = world.trust
    phone.join()
    led = phone.portal()
    assert (led.status, led.url.partition("?")[0]) == (200, f"https://{HOST}/")
    assert any("passcode" in form.fields for form in forms(led.text))


def test_over_ipv6_too(world: World) -> None:
    phone = Device(world.lab, 2)
    phone.trust = world.trust
    address = phone.wait_address6()
    assert address
    phone._lookup = lambda host: phone.net.gateway6 if host == HOST else ""  # type: ignore[method-assign]
    assert captive(phone)["captive"] is True


def test_guests_are_shown_no_other_certificate_and_reach_no_other_door(world: World) -> None:
    phone = Device(world.lab, 2)
    phone.trust = ssl.create_default_context()
    phone.trust.check_hostname, phone.trust.verify_mode = False, ssl.CERT_NONE
    reply = phone.get(f"https://{phone.net.gateway}/admin/")
    assert reply.status in (0, 302, 404)
    assert b"routerd" not in reply.body
    assert phone.get(f"https://{place.LAN_GATEWAY}/").status == 0


def test_on_the_lan_the_page_is_served_by_tls_and_the_action_api_either_way(world: World) -> None:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE

    def get(url: str) -> Reply:
        return fetch(world.lab.lan, url, lambda host: host, trust=trust)

    sent = get(f"http://{place.LAN_GATEWAY}/admin/?a=b")
    assert (sent.status, sent.headers["location"]) == (308, f"https://{place.LAN_GATEWAY}/admin/?a=b")
    assert get(f"https://{place.LAN_GATEWAY}/admin/api/setup").status == 200
    answers = [json.loads(get(f"{scheme}://{place.LAN_GATEWAY}/api/?action=nonsense").body) for scheme in ("http", "https")]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("host", "days", "why"), [(HOST, -3, "expired on"), ("other.example.com", 90, "does not stand for portal.example.com")]
)
def test_with_a_certificate_that_devices_would_not_trust_nothing_is_told_and_the_log_says_why(
    world: World, host: str, days: int, why: str
) -> None:
    world.gateway.stop()
    begun = time.time() - (10 * 86_400 if days < 0 else 0)
    world.certify(issued(host, above=world.root, now=begun, days=10 + days if days < 0 else days))
    world.gateway.start()
    assert why in world.gateway.tail(200)
    phone = Device(world.lab, 3)
    phone.trust = world.trust
    phone.join()
    assert "opt114" not in phone.lease
    led = phone.portal()
    assert (led.status, led.url.partition("?")[0]) == (200, f"http://{phone.net.gateway}/")
    assert phone.get(f"https://{phone.net.gateway}/").status == 0

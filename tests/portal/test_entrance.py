"""What happens to requests that were meant for somebody else."""

from urllib.parse import parse_qs, urlsplit

import pytest

from routerd.core.errors import Unavailable
from routerd.portal.entrance import REMEMBERED_MOST
from routerd.portal.onward import URL_LENGTH_MOST
from routerd.vouchers.model import NewVoucher


def carried(reply) -> str:
    """The URL that a redirect to the portal carries along, without its seal."""
    return parse_qs(urlsplit(reply.location).query).get("to", [""])[0][32:]


def test_each_network_is_sent_to_its_own_gateway_address(world) -> None:
    assert world.guest(10, "main").get("/", host="example.com").location.startswith("http://192.168.88.1/?to=")
    assert world.guest(10, "suite").get("/", host="example.com").location.startswith("http://192.168.89.1/?to=")


def test_an_ipv6_guest_is_sent_to_the_ipv6_address(world) -> None:
    guest = world.guest()
    guest.address = "fd00:88::1234"
    assert guest.get("/", host="example.com").location.startswith("http://[fd00:88::1]/?to=")
    guest.address = "192.168.89.44"
    assert guest.get("/", host="example.com").location.startswith("http://192.168.89.1/")


def test_somebody_from_elsewhere_gets_nothing(world) -> None:
    guest = world.guest()
    for address in ("10.0.0.1", "192.168.90.1", "fd00:99::1", "not an address"):
        guest.address = address
        assert guest.get("/").status == 403
        assert guest.get("/", host="example.com").status == 403


def test_the_original_url_is_carried_and_offered_after_sign_in(world) -> None:
    guest = world.guest()
    redirect = guest.get("/news?id=7&x=%3Cb%3E", host="example.com")
    assert carried(redirect) == "http://example.com/news?id=7&x=%3Cb%3E"
    page = guest.get(redirect.location.removeprefix("http://192.168.88.1"))
    done = guest.post("/signin", {"token": page.field("token"), "to": page.field("to"), "method": "free"})
    assert done.status == 303
    online = guest.get(done.location)
    assert 'href="http://example.com/news?id=7&amp;x=%3Cb%3E"' in online.text
    assert "Continue to example.com" in online.text


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/" + "a" * URL_LENGTH_MOST, "example.com"),
        ("/", "exa mple.com"),
        ("/", 'example.com"><script>'),
        ("/", "user@example.com"),
        ("/", "example.com:99999999"),
        ("/", "[::1]:80"),
        ("/", "a" * 300 + ".com"),
    ],
)
def test_an_original_url_that_is_odd_or_long_is_not_carried(world, path, host) -> None:
    reply = world.guest().get(path, host=host)
    assert reply.status == 302
    assert reply.location == "http://192.168.88.1/"


@pytest.mark.parametrize("path", ["/%0d%0aSet-Cookie:%20a=b", "/%00", "/\u00e9\u00ff", "//evil.example/", "/a\\b"])
def test_no_path_can_break_out_of_the_location_header(world, path) -> None:
    reply = world.guest().get(path, host="example.com")
    assert reply.status == 302
    assert reply.location.startswith("http://192.168.88.1/")
    assert reply.location.isascii()
    assert reply.location.isprintable()
    assert " " not in reply.location


def test_a_device_within_a_living_grant_is_let_in_again_without_a_page(world) -> None:
    guest = world.guest()
    guest.submit("free")
    reply = guest.get("/page?x=1", host="example.com")
    assert reply.status == 302
    assert reply.location == "http://example.com/page?x=1"


def test_a_device_is_not_sent_in_circles(world) -> None:
    guest = world.guest()
    guest.submit("free")
    assert guest.get("/", host="example.com").location == "http://example.com/"
    assert guest.get("/", host="example.com").location.startswith("http://192.168.88.1/")
    world.clock.advance(11)
    assert guest.get("/", host="example.com").location == "http://example.com/"


def test_a_device_turned_away_is_not_looked_up_again_at_once(world, monkeypatch) -> None:
    guest, asked = world.guest(), []
    monkeypatch.setattr(world.sessions, "resume", asked.append)
    for _ in range(5):
        guest.get("/", host="example.com")
    assert len(asked) == 1
    world.clock.advance(1.1)
    guest.get("/", host="example.com")
    assert len(asked) == 2


def test_a_sign_in_is_noticed_at_once(world) -> None:
    guest = world.guest()
    assert guest.get("/generate_204", host="www.gstatic.com").status == 302
    guest.submit("free")
    assert guest.get("/generate_204", host="www.gstatic.com").status == 204


@pytest.mark.parametrize("error", [Unavailable("the kernel refused"), RuntimeError("a defect")])
def test_when_letting_in_fails_the_guest_still_gets_the_portal(world, monkeypatch, error) -> None:
    def fail(device):
        raise error

    monkeypatch.setattr(world.sessions, "resume", fail)
    assert world.guest().get("/generate_204", host="www.gstatic.com").location == "http://192.168.88.1/"


def test_an_unknown_device_is_redirected_and_told_so_there(world) -> None:
    guest = world.guest()
    world.finder.devices.clear()
    assert guest.get("/", host="example.com").status == 302
    page = guest.get("/")
    assert page.status == 404
    assert "cannot identify your device" in page.text
    assert guest.post("/signin", {"method": "free"}).status == 404
    assert guest.get("/api/captive").status == 200


@pytest.mark.parametrize("host", ["192.168.88.1", "192.168.88.1:80", "[fd00:88::1]", "-"])
def test_the_portals_own_names_and_no_name_at_all_reach_its_pages(world, host) -> None:
    assert "Sign in" in world.guest().get("/", host=host).text


def test_another_networks_gateway_is_a_foreign_host(world) -> None:
    assert world.guest(10, "main").get("/", host="192.168.89.1").status == 302


def test_memory_of_addresses_is_bounded(world) -> None:
    guest = world.guest()
    for number in range(REMEMBERED_MOST + 10):
        guest.address = f"fd00:88::{number:x}"
        guest.get("/", host="example.com")
    assert len(world.app._turned_away) <= REMEMBERED_MOST


def test_a_seal_made_for_one_guest_means_nothing_to_another(world) -> None:
    one, other = world.guest(10), world.guest(11)
    redirect = one.get("/", host="evil.example")
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    page = other.get(redirect.location.removeprefix("http://192.168.88.1"))
    done = other.post(
        "/signin", {"token": page.field("token"), "to": page.field("to"), "method": "voucher", "username": "room", "passcode": "pass"}
    )
    assert "evil.example" not in other.get(done.location).text


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/", "//evil.example", "javascript:alert(1)", "0" * 32 + "http://evil.example/", "data:text/html,x", "\r\nX: y"],
)
def test_a_forged_continue_address_leads_nowhere(world, target) -> None:
    guest = world.guest()
    page = guest.get("/signin")
    done = guest.post("/signin", {"token": page.field("token"), "to": target, "method": "free"})
    assert done.location.startswith("/online")
    assert done.location.isprintable()
    online = guest.get(done.location)
    assert online.status == 200
    assert "evil" not in online.text
    assert "javascript:" not in online.text

"""A guest's way through the door: joins, is met by the portal, signs in, surfs, and is cut off when the grant is used up."""

import json

import pytest

from routerd.portal.probes import PROBES
from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import signed_in
from tests.lab.device import NAME, Device
from tests.lab.gateway import Gateway

MB = 1024 * 1024


def test_dhcp_gives_address_router_and_name_server(guest: Device) -> None:
    assert guest.lease["ip"].startswith("192.168.88.")
    assert guest.lease["router"] == guest.lease["dns"] == "192.168.88.1"


def test_any_page_leads_to_the_portal_before_sign_in(guest: Device) -> None:
    reply = guest.get(f"http://{NAME}/some/page?x=1")
    assert reply.status == 302
    assert reply.headers["location"].startswith("http://192.168.88.1/")


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.client} {probe.host}{probe.path}")
def test_an_operating_systems_probe_finds_the_portal(captive: Device, probe) -> None:
    reply = captive.get(f"http://{probe.host}{probe.path}")
    assert reply.status == 302, reply
    assert reply.headers["location"].startswith("http://192.168.88.1/")
    assert len(reply.body) > 4, "Android takes a body of four octets or less for a failed probe"


@pytest.fixture(scope="module")
def captive(lab, gateway) -> Device:
    device = Device(lab, 3)
    device.join()
    return device


def test_a_voucher_brings_a_guest_online(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher(valid_for="1 hour")
    assert not guest.online
    guest.sign_in(username, passcode)
    assert guest.online
    assert guest.probe().status == 204
    assert guest.mac in gateway.active()


def test_surfing_by_curl_after_sign_in(surfer: Device) -> None:
    assert "The internet" in surfer.curl(f"http://{NAME}/").stdout
    assert packets.tcp(surfer.where, place.NET_ADDRESS, 443) == packets.OPEN
    assert packets.udp(surfer.where, place.NET_ADDRESS, 7) == packets.OPEN
    assert packets.icmp(surfer.where, place.NET_ADDRESS) == packets.OPEN
    assert surfer.download(10 * MB)[0] == 10 * MB


def test_a_wrong_passcode_opens_nothing(guest: Device, gateway: Gateway) -> None:
    username, _ = gateway.voucher()
    page = guest.sign_in(username, "not-the-passcode")
    assert not guest.online
    unknown = guest.sign_in("nobody-of-that-name", "not-the-passcode")
    assert page.status == unknown.status
    assert page.text.replace(username, "") == unknown.text.replace("nobody-of-that-name", "")


def test_the_download_limit_cuts_off_to_the_packet(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway, download_limit=5)
    came, _ = guest.download(20 * MB, timeout=5)
    assert 5 * MB * 0.9 < came <= 5 * MB
    assert not guest.online
    assert guest.get(f"http://{NAME}/").status == 302


def test_the_upload_limit_cuts_off(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway, upload_limit=3)
    file = gateway.directory / "upload"
    file.write_bytes(bytes(8 * MB))
    done = guest.curl("-T", str(file), "-X", "POST", f"http://{place.NET_ADDRESS}/up", timeout=4)
    assert done.returncode != 0
    assert not guest.online


def test_a_voucher_that_is_used_up_is_told_so_and_stays_shut(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher(download_limit=1)
    guest.sign_in(username, passcode)
    guest.download(4 * MB, timeout=3)
    page = guest.sign_in(username, passcode)
    assert "used up" in page.text.lower()
    assert not guest.online


def test_data_limits_are_totals_over_devices_and_sessions(guest: Device, other: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher(download_limit=8)
    guest.sign_in(username, passcode)
    first, _ = guest.download(5 * MB)
    gateway.cli("kick", guest.mac)
    other.sign_in(username, passcode)
    second, _ = other.download(20 * MB, timeout=4)
    assert first == 5 * MB
    assert 8 * MB * 0.9 < first + second <= 8 * MB


def test_the_status_page_tells_what_is_left_and_lets_out(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway, valid_for="1 hour", download_limit=100)
    page = guest.get(guest.portal_url("/"), follow=True)
    assert page.status == 200
    assert "MB" in page.text
    guest.submit(page, {}, wanted="logout")
    assert not guest.online
    assert guest.mac not in gateway.active()


def captive_json(device: Device) -> dict[str, object]:
    reply = device.get(device.portal_url("/api/captive"), headers={"Accept": "application/captive+json"})
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("application/captive+json")
    assert reply.headers["cache-control"] in ("private", "no-store", "private, no-store")
    return dict(json.loads(reply.body))


def test_rfc_8908_before_and_after_sign_in(guest: Device, gateway: Gateway) -> None:
    before = captive_json(guest)
    assert before["captive"] is True
    assert str(before["user-portal-url"]).startswith("http")
    signed_in(guest, gateway, valid_for="1 hour", download_limit=100)
    after = captive_json(guest)
    assert after["captive"] is False
    assert 3500 < int(str(after["seconds-remaining"])) <= 3600
    assert 99 * MB < int(str(after["bytes-remaining"])) <= 100 * MB


def test_two_vouchers_are_no_secret_to_each_other(guest: Device, other: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway)
    assert not other.online

"""The portal's newer ways, through the real gateway: a scanned voucher, another language, and going on before the end."""

import json
from urllib.parse import urlencode

from tests.lab.conftest import signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway

MB = 1024 * 1024


def test_the_address_in_a_printed_voucher_s_qr_code_signs_in(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher(valid_for="1 day")
    page = guest.get(guest.portal_url(f"/back/voucher?{urlencode({'username': username, 'passcode': passcode})}"), follow=True)
    assert "You are online" in page.text
    assert guest.online


def test_the_portal_speaks_the_guest_s_language(guest: Device) -> None:
    arabic = {"Accept-Language": "ar-EG,ar;q=0.9,en;q=0.5"}
    assert '<html lang="ar" dir="rtl">' in guest.get(guest.portal_url("/"), headers=arabic).text
    assert '<html lang="zh"' in guest.get(guest.portal_url("/?lang=zh"), headers=arabic).text
    assert '<html lang="zh"' in guest.portal().text


def test_a_guest_short_of_data_is_told_and_goes_on_with_another_voucher_without_a_break(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway, valid_for="1 hour", download_limit=10)
    downloaded, _ = guest.download(9 * MB + MB // 4)
    assert downloaded == 9 * MB + MB // 4

    def told() -> bool:
        return "Your data is nearly used up." in guest.get(guest.portal_url("/status")).text

    assert wait(told, 10)
    assert left(guest) < MB

    username, passcode = gateway.voucher(valid_for="2 hours", download_limit=30)
    page = guest.get(guest.portal_url("/signin"))
    guest.submit(page, {"username": username, "passcode": passcode})
    assert guest.online
    assert left(guest) > 29 * MB
    assert not told()
    downloaded, _ = guest.download(20 * MB)
    assert downloaded == 20 * MB


def left(guest: Device) -> int:
    """What the device is told that it may still use."""
    state = json.loads(guest.get(guest.portal_url("/api/captive")).body)
    assert state["can-extend-session"] is True
    return int(state["bytes-remaining"])

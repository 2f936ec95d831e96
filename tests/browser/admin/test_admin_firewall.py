"""Firewall: what an owner reads there, and lets a blocked device in again; on a desk and on a phone."""

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal

pytestmark = pytest.mark.browser


def test_the_rules_are_told_in_words_with_their_counts(page: Page, screen) -> None:
    page.visit("firewall", ".walls .count")
    page.read("The firewall is in force.")
    page.read("The source address does not belong to the device that sent the packet.")
    page.read("4,932")
    page.press("23 lists")
    page.read("Signed-in devices")
    page.read("41 of 44")
    page.fits()


def test_counts_change_in_place_when_asked(page: Page) -> None:
    page.visit("firewall", ".walls .count")
    page.chromium.run("window.kept = document.querySelector('.walls')")
    page.box.answers["GET /firewall"]["chains"][0]["rows"][0]["packets"] = 98765
    page.press("Count anew")
    page.read("98,765")
    assert page.chromium.run("window.kept.isConnected")


def test_a_blocked_device_is_let_in_again(page: Page, screen) -> None:
    def unblock(call: Call) -> None:
        told = page.box.answers["GET /firewall"]
        page.box.answers["GET /firewall"] = told | {"blocked": [row for row in told["blocked"] if row["mac"] not in call.body["macs"]]}

    page.box.answers["POST /guests/unblock"] = unblock
    page.visit("firewall", ".walls .count")
    page.press("Unblock Kindle")
    page.read("Unblocked: Kindle")
    assert page.sent("/guests/unblock") == {"macs": ["02:00:00:00:00:09"]}
    page.press("Unblock 02:00:00:00:00:13")
    page.read("No device is blocked.")


def test_the_rules_themselves_are_shown_on_request_alone(page: Page, screen) -> None:
    page.visit("firewall", ".walls .count")
    assert "/firewall/rules" not in [call.path for call in page.box.calls]
    page.press("Show the rules")
    page.see("dialog pre")
    page.read("table inet routerd")
    page.fits()


@pytest.mark.parametrize(
    ("state", "words"),
    [({"enforced": False}, "The firewall was removed by hand."), ({"intact": False}, "Somebody has changed the rules.")],
    ids=["removed", "changed"],
)
def test_a_firewall_that_is_not_as_it_should_be_is_told_at_the_top(page: Page, state: dict, words: str) -> None:
    page.visit("firewall", ".notice.good")
    page.box.answers["GET /firewall"] |= state
    page.press("Count anew")
    page.see(".notice:not(.good)")
    page.read(words)


def test_a_box_that_is_no_gateway_says_so(page: Page) -> None:
    def refuse(_: Call) -> None:
        raise Refusal(404, message="there is none", reason="not-found")

    page.box.answers["GET /firewall"] = refuse
    page.visit("firewall", ".nothing")
    page.read("This box is no gateway")

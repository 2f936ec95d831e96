"""Settings of messages: what contradicts what, said before a guest finds out."""

import pytest

from routerd.core.settings import parse
from routerd.core.verify import verify

METHODS = ("voucher", "free", "email", "mobile")
GATEWAY = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
"""


def problems(text: str) -> dict[str, str]:
    settings, found = parse(GATEWAY + text)
    assert settings is not None
    return {problem.key: problem.expected for problem in [*found, *verify(settings, METHODS)]}


@pytest.mark.parametrize(
    "text",
    [
        '[portal]\nmethods = ["email"]',
        '[portal]\nmethods = ["email"]\n[portal.email]\nverify = "link"\n[mail]\nhost = "mail.x.de"\nsender = "a@x.de"',
        '[sms]\nprovider = "twilio"\nsender = "+1555"\n[sms.twilio]\naccount = "AC1"\nsecret = "x"',
        '[portal]\nmethods = ["mobile"]\n[portal.mobile]\ncountry = "DE"\n[sms]\nprovider = "smstools"',
        '[portal.mobile]\ncountries = ["DE", "AT"]',
    ],
)
def test_what_is_right(text) -> None:
    assert problems(text) == {}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('[portal]\nmethods = ["email"]\n[portal.email]\nverify = "code"', ["mail.host"]),
        (
            '[[guest]]\nname = "b"\ninterface = "b"\naddress = "10.1.0.1/24"\n[guest.portal]\nmethods = ["mobile"]',
            ["sms.provider", "portal.mobile.country"],
        ),
        ('[mail]\nhost = "mail.x.de"', ["mail.sender"]),
        ('[mail]\nhost = "mail.x.de"\nsender = "nobody"', ["mail.sender"]),
        ('[portal]\nmethods = ["mobile"]', ["sms.provider", "portal.mobile.country"]),
        ('[portal.mobile]\ncountry = "Germany"\ncountries = ["49"]', ["portal.mobile.country", "portal.mobile.countries[0]"]),
        ('[sms]\nprovider = "http"', ["sms.http.url"]),
        (
            '[sms]\nprovider = "http"\n[sms.http]\nurl = "ftp://x/"\nheaders = ["Name", "A b: c", "A: b\\r\\nC: d"]',
            ["sms.http.url", *(f"sms.http.headers[{at}]" for at in range(3))],
        ),
        ('[sms]\nprovider = "twilio"', ["sms.sender", "sms.twilio.account", "sms.twilio.secret"]),
        ('[sms]\nprovider = "smpp"', ["sms.smpp.host", "sms.smpp.system_id"]),
        ('[sms]\nprovider = "kannel"', ["sms.kannel.username"]),
        ('[sms]\nprovider = "smstools"\n[sms.smstools]\nspool = "outgoing"', ["sms.smstools.spool"]),
        ('[sms]\nprovider = "pigeon"', ["sms.provider"]),
        ("[mail]\nbox_day = 0", ["mail.box_day"]),
    ],
)
def test_what_contradicts_itself_is_named(text, keys) -> None:
    assert sorted(problems(text)) == sorted(keys)


def test_a_box_without_guests_needs_no_messages() -> None:
    settings, found = parse('[portal]\nmethods = ["mobile"]')
    assert settings is not None
    assert found == []
    assert verify(settings, METHODS) == []

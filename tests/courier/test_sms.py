"""Text messages over each provider's protocol, against stand-ins that speak it."""

import json
import shutil
import socket
from dataclasses import replace
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import Unavailable
from routerd.core.messaging import (
    HttpSmsSettings,
    KannelSettings,
    MailSettings,
    SmppSettings,
    SmsSettings,
    SmstoolsSettings,
    TwilioSettings,
)
from routerd.courier.service import Courier
from routerd.courier.sms import pdu
from routerd.courier.sms.catalogue import CATALOGUE, make
from routerd.courier.sms.smstools import message
from routerd.courier.sms.template import _WRITTEN, filled
from tests.courier.certificates import make as make_certificate
from tests.courier.standins import Centre, Provider, Twilio, centre, serving
from tests.fakes.clock import FakeClock

NUMBER = "+491711234567"
TEXT = 'Your code: 123456 "Café & <Co>" 100% {secret}'


def complaint(call) -> str:
    with pytest.raises(Unavailable) as caught:
        call()
    return str(caught.value)


def http_settings(url: str, **more) -> SmsSettings:
    own = {"url": url, "secret": "s3cr&t", "body": '{"to": "{number}", "text": "{text}", "from": "{sender}"}', **more}
    return SmsSettings(provider="http", sender="Hotel", timeout_s=2, http=HttpSmsSettings(**own))


def test_a_json_template_is_filled_in_and_stays_json() -> None:
    with serving(Provider()) as provider:
        url = f"{provider.url}/send?key={{secret}}&n={{digits}}"
        make(http_settings(url, headers=("Authorization: Bearer {secret}", "X-To: {number}"))).send(NUMBER, TEXT)
    (request,) = provider.requests
    assert json.loads(request.body) == {"to": NUMBER, "text": TEXT, "from": "Hotel"}
    assert request.query == {"key": ["s3cr&t"], "n": ["491711234567"]}
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (request.headers["Authorization"], request.headers["X-To"]) == ("Bearer s3cr&t", NUMBER)


@given(st.text())
def test_no_text_breaks_out_of_its_place(text) -> None:
    values = {"text": text, "number": NUMBER, "digits": "1", "sender": "", "secret": "hidden"}
    written = filled('{"a": "{text}", "b": "{number}"}', values, _WRITTEN["application/json"])
    assert json.loads(written) == {"a": text, "b": NUMBER}
    if not any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        form = filled("a={text}&b={number}", values, _WRITTEN["application/x-www-form-urlencoded"])
        assert parse_qs(form, keep_blank_values=True) == {"a": [text], "b": [NUMBER]}
    shown = "".join(letter for letter in text if letter.isprintable())
    tree = ET.fromstring(filled('<m a="{text}">{text}</m>', {**values, "text": shown}, _WRITTEN["application/xml"]))
    assert (tree.text or "", tree.get("a")) == (shown, shown)


def test_a_form_and_a_plain_get_are_possible_too() -> None:
    with serving(Provider()) as provider:
        make(http_settings(f"{provider.url}/f", body="to={number}&m={text}", content_type="application/x-www-form-urlencoded")).send(
            NUMBER, TEXT
        )
        make(http_settings(f"{provider.url}/g?to={{digits}}&m={{text}}", method="GET")).send(NUMBER, TEXT)
    form, get = provider.requests
    assert parse_qs(form.body.decode()) == {"to": [NUMBER], "m": [TEXT]}
    assert (get.method, get.query, get.body) == ("GET", {"to": ["491711234567"], "m": [TEXT]}, b"")


@pytest.mark.parametrize(
    ("status", "body"), [(500, "out of credit"), (200, '{"status": "failed", "why": "out of credit"}'), (403, "out of credit")]
)
def test_an_answer_that_is_not_good_is_told_in_the_provider_s_words(status, body) -> None:
    with serving(Provider()) as provider:
        provider.answer = (status, {}, body)
        said = complaint(lambda: make(http_settings(provider.url, expect='"status": "ok"')).send(NUMBER, TEXT))
    assert "out of credit" in said
    assert str(status) in said


def test_a_redirect_is_not_followed_for_the_request_carries_a_key() -> None:
    with serving(Provider()) as thief, serving(Provider()) as provider:
        provider.answer = (307, {"Location": thief.url}, "")
        assert "307" in complaint(lambda: make(http_settings(provider.url)).send(NUMBER, TEXT))
    assert thief.requests == []


def test_a_certificate_that_nobody_signed_is_not_accepted(tmp_path) -> None:
    _, context = make_certificate(tmp_path)
    with serving(Provider(), context) as provider:
        said = complaint(lambda: make(http_settings(provider.url)).send(NUMBER, TEXT))
    assert "certificate that is not trusted" in said
    assert provider.requests == []


@pytest.mark.parametrize("url", ["ftp://x/", "nonsense", "http://", "http://127.0.0.1:99999/", "file:///etc/passwd"])
def test_what_is_no_web_address_is_said_to_be_none(url) -> None:
    assert "URL" in complaint(lambda: make(http_settings(url)).send(NUMBER, TEXT))


def test_a_provider_that_does_not_answer_is_given_up_and_its_key_is_not_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/?key={{secret}}"
        said = complaint(lambda: make(replace(http_settings(url), timeout_s=1)).send(NUMBER, TEXT))
    assert "timed out" in said
    assert "s3cr" not in said


def twilio_settings(url: str, sender: str = "+15550001111", **more) -> SmsSettings:
    own = {"base": url, "account": Twilio.ACCOUNT, "secret": Twilio.TOKEN, **more}
    return SmsSettings(provider="twilio", sender=sender, timeout_s=2, twilio=TwilioSettings(**own))


@pytest.mark.parametrize("more", [{}, {"api_key": Twilio.KEY, "secret": Twilio.KEY_SECRET}])
def test_twilio_takes_a_message_by_token_and_by_api_key(more) -> None:
    with serving(Twilio()) as twilio:
        make(twilio_settings(f"{twilio.url}/", **more)).send(NUMBER, TEXT)
    form = parse_qs(twilio.requests[0].body.decode())
    assert form == {"To": [NUMBER], "From": ["+15550001111"], "Body": [TEXT]}


def test_twilio_sends_by_a_messaging_service() -> None:
    with serving(Twilio()) as twilio:
        make(twilio_settings(twilio.url, sender="MG" + "d" * 32)).send(NUMBER, TEXT)
    assert parse_qs(twilio.requests[0].body.decode())["MessagingServiceSid"] == ["MG" + "d" * 32]


@pytest.mark.parametrize(
    ("settings", "number", "said"),
    [
        ({"secret": "wrong"}, NUMBER, "401: 20003 Authenticate"),
        ({}, "0171", "400: 21211 The 'To' number"),
        ({"account": "AC"}, NUMBER, "404"),
    ],
)
def test_twilio_s_refusals_are_told_in_its_words(settings, number, said) -> None:
    with serving(Twilio()) as twilio:
        assert said in complaint(lambda: make(twilio_settings(twilio.url, **settings)).send(number, TEXT))


def smpp_settings(port: int, sender: str = "+15550001111", **more) -> SmsSettings:
    own = {"host": "127.0.0.1", "port": port, "system_id": "hotel", "password": "secret", "system_type": "wifi", **more}
    return SmsSettings(provider="smpp", sender=sender, timeout_s=2, smpp=SmppSettings(**own))


@pytest.mark.parametrize(
    ("sender", "source"),
    [
        ("+15550001111", (1, 1, "15550001111")),
        ("15550001111", (1, 1, "15550001111")),
        ("12345", (3, 0, "12345")),
        ("Hotel", (5, 0, "Hotel")),
    ],
)
def test_smpp_submits_a_message(sender, source) -> None:
    with centre(Centre(nosy=True)) as made:
        make(smpp_settings(made.port, sender)).send(NUMBER, "Your code: 123456")
    assert made.bound == [{"system_id": "hotel", "system_type": "wifi", "version": 0x34, "rest": b"\0\0\0"}]
    assert made.messages == [{"source": source, "to": (1, 1, "491711234567"), "text": "Your code: 123456", "coding": 0}]
    assert (made.goodbyes, made.answered_enquiries) == (1, 1)


@pytest.mark.parametrize("text", ["Ihr Code für Café: 123456", "รหัสของคุณ 123456", "رمزك 123456", "a@b", "x" * 300, "ü" * 200])
def test_smpp_carries_every_alphabet_and_length(text) -> None:
    with centre(Centre()) as made:
        make(smpp_settings(made.port)).send(NUMBER, text)
    assert made.messages[0]["text"] == text
    assert made.messages[0]["coding"] == (0 if set(text) == {"x"} else 8)


@pytest.mark.parametrize(
    ("more", "refusal", "said"),
    [
        ({"password": "wrong"}, 0, "the password is wrong"),
        ({"system_id": "x"}, 0, "the system_id is wrong"),
        ({}, 0x58, "too many"),
        ({}, 0x1F, "0x0000001f"),
    ],
)
def test_smpp_refusals_are_told(more, refusal, said) -> None:
    with centre(Centre(refusal=refusal)) as made:
        assert said in complaint(lambda: make(smpp_settings(made.port, **more)).send(NUMBER, TEXT))


def test_smpp_over_tls_checks_the_certificate(tmp_path) -> None:
    ca_file, context = make_certificate(tmp_path)
    with centre(Centre(), context) as made:
        make(smpp_settings(made.port, tls=True, ca_file=str(ca_file))).send(NUMBER, "hello")
        assert "not trusted" in complaint(lambda: make(smpp_settings(made.port, tls=True)).send(NUMBER, "hello"))
    assert len(made.messages) == 1


@pytest.mark.parametrize("octets", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\4" + b"\0" * 12, b"", b"\0\0\0\x10"])
def test_what_does_not_speak_smpp_is_said_not_to(octets) -> None:
    with centre(Centre()) as made:
        made.serve = lambda wire: (wire.recv(1000), wire.sendall(octets), wire.close())  # type: ignore[method-assign]
        assert "cannot be used" in complaint(lambda: make(smpp_settings(made.port)).send(NUMBER, TEXT))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_account_s_name_breaks_the_frame(system_id, password, system_type) -> None:
    body = pdu.bind_transmitter(system_id, password, system_type)
    assert body.count(b"\0") == 6
    assert len(body) <= 16 + 9 + 13 + 4


def kannel_settings(url: str) -> SmsSettings:
    return SmsSettings(provider="kannel", sender="Hotel", timeout_s=2, kannel=KannelSettings(f"{url}/cgi-bin/sendsms", "wifi", "s&cret"))


@pytest.mark.parametrize(("text", "coding"), [("Your code: 123456", "0"), ("Café 123456", "2")])
def test_kannel_is_asked_in_its_own_words(text, coding) -> None:
    with serving(Provider()) as provider:
        provider.answer = (202, {}, "0: Accepted for delivery")
        make(kannel_settings(provider.url)).send(NUMBER, text)
    wanted = {"username": "wifi", "password": "s&cret", "to": NUMBER, "from": "Hotel", "text": text, "charset": "UTF-8", "coding": coding}
    assert provider.requests[0].query == {name: [value] for name, value in wanted.items()}


def test_kannel_s_refusal_is_told() -> None:
    with serving(Provider()) as provider:
        provider.answer = (403, {}, "Authorization failed for sendsms")
        assert "Authorization failed" in complaint(lambda: make(kannel_settings(provider.url)).send(NUMBER, TEXT))


def spooled(octets: bytes) -> tuple[dict[str, str], str]:
    """A spool file read by the rules of smstools' fileformat.html."""
    head, _, body = octets.partition(b"\n\n")
    headers = dict(line.split(": ", 1) for line in head.decode("ascii").split("\n"))
    alphabet = headers.get("Alphabet", "ISO")[:3].upper()
    return headers, body.decode({"UCS": "utf-16-be", "ISO": "iso-8859-15"}[alphabet])


@pytest.mark.parametrize("text", ["Your code: 123456", "Café 123456", "รหัส 123456", "To: 491719999999\n\nhello"])
def test_a_spool_file_says_the_number_and_the_text(text) -> None:
    headers, body = spooled(message(NUMBER, text))
    assert headers["To"] == "491711234567"
    assert body == text


def test_a_message_appears_in_the_spool_complete(tmp_path) -> None:
    spool = tmp_path / "outgoing"
    spool.mkdir(mode=0o2770)
    settings = SmsSettings(provider="smstools", smstools=SmstoolsSettings(str(spool)))
    make(settings).send(NUMBER, "Your code: 123456")
    (file,) = spool.iterdir()
    assert spooled(file.read_bytes())[1] == "Your code: 123456"
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.stat().st_gid == spool.stat().st_gid
    assert list(tmp_path.iterdir()) == [spool], "nothing half-written stays beside it"
    shutil.rmtree(spool)
    assert "sms.smstools.spool" in complaint(lambda: make(settings).send(NUMBER, "x"))


def test_every_provider_of_the_settings_is_in_the_catalogue_and_none_else() -> None:
    choices = SmsSettings.__dataclass_fields__["provider"].metadata["choices"]
    assert sorted(kind.name for kind in CATALOGUE) == sorted(choices[1:])


def test_the_courier_sends_and_tests_by_the_provider_that_is_set() -> None:
    with serving(Twilio()) as twilio:
        courier = Courier(MailSettings(), twilio_settings(twilio.url), "Wi-Fi", FakeClock())
        assert courier.has_sms
        courier.send_sms(NUMBER, "Your code: 123456")
        courier.send_test_sms(NUMBER)
        assert "21211" in complaint(lambda: courier.send_test_sms("1"))
    assert len(twilio.requests) == 3
    assert "[sms] provider" in complaint(lambda: Courier(MailSettings(), SmsSettings(), "", FakeClock()).send_sms(NUMBER, "x"))

"""Settings of what goes out and comes back by e-mail and text message: [mail], [sms], [portal.email], [portal.mobile].

Limits on sending stand beside the one who sends: a portal that anybody can reach is a pump of messages to anybody otherwise.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from routerd.core.grants import GrantSettings
from routerd.core.knobs import Problem, knob


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """How many messages may leave at the wish of guests; counted in the store, so a restart does not reset them."""

    recipient_hour: int = knob(3, why="messages to one address or number in an hour", least=1, most=1000)
    recipient_day: int = knob(5, why="messages to one address or number in a day", least=1, most=1000)
    device_hour: int = knob(3, why="messages that one device may ask for in an hour", least=1, most=1000)
    network_hour: int = knob(20, why="messages that one guest network may ask for in an hour", least=1, most=100_000)
    box_hour: int = knob(20, why="messages in an hour, all guests together", least=1, most=100_000)
    box_day: int = knob(100, why="messages in a day, all guests together", least=1, most=1_000_000)


@dataclass(frozen=True, slots=True)
class MailSettings(SendingLimits):
    """[mail]: the server that takes our e-mail."""

    network_hour: int = knob(60, why="messages that one guest network may ask for in an hour", least=1, most=100_000)
    box_hour: int = knob(120, why="messages in an hour, all guests together", least=1, most=100_000)
    box_day: int = knob(1000, why="messages in a day, all guests together", least=1, most=1_000_000)
    host: str = knob("", why="name of the SMTP server; empty: no e-mail is sent")
    port: int = knob(587, why="its TCP port; usually 587 with starttls, 465 with tls", least=1, most=65_535)
    security: str = knob("starttls", why="how the connection is protected; none: not at all", choices=("starttls", "tls", "none"))
    ca_file: str = knob("", why="PEM file of the authority that signed the server's certificate; empty: those of the system")
    username: str = knob("", why="account at the server; empty: none needed")
    password: str = knob("", why="its password", secret=True)
    sender: str = knob("", why='address that mail comes from, such as "wifi@hotel.example"')
    sender_name: str = knob("", why="name beside it; empty: the portal's title")
    timeout_s: int = knob(15, why="seconds that the server may take to answer a command", least=1, most=120)


@dataclass(frozen=True, slots=True)
class HttpSmsSettings:
    """[sms.http]: any provider that takes a message by one HTTP request."""

    url: str = knob("", why="address; {number}, {digits}, {text}, {sender} and {secret} are filled in, here and below")
    method: str = knob("POST", why="HTTP method", choices=("POST", "GET", "PUT"))
    headers: tuple[str, ...] = knob((), why='"Name: value" each')
    body: str = knob("", why="body of the request")
    content_type: str = knob(
        "application/json",
        why="what the body is, and so how values are written into it",
        choices=("application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain"),
    )
    secret: str = knob("", why="key or password, for {secret}", secret=True)
    expect: str = knob("", why="words that a good answer contains; empty: status 200 to 299 is enough")


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """[sms.twilio]: Twilio's Messages API."""

    base: str = knob("https://api.twilio.com", why="address of the API")
    account: str = knob("", why="Account SID, AC…")
    api_key: str = knob("", why="API key SID, SK…; empty: the account's own token is used")
    secret: str = knob("", why="auth token of the account, or secret of the API key", secret=True)


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """[sms.smpp]: a message centre that speaks SMPP 3.4."""

    host: str = knob("", why="name or address of the message centre")
    port: int = knob(2775, why="its TCP port", least=1, most=65_535)
    tls: bool = knob(False, why="speak TLS")
    ca_file: str = knob("", why="PEM file of the authority that signed its certificate; empty: those of the system")
    system_id: str = knob("", why="account, at most 15 characters")
    password: str = knob("", why="its password, at most 8 characters", secret=True)
    system_type: str = knob("", why="what some centres want besides, at most 12 characters")


@dataclass(frozen=True, slots=True)
class KannelSettings:
    """[sms.kannel]: a Kannel gateway's sendsms service."""

    url: str = knob("http://127.0.0.1:13013/cgi-bin/sendsms", why="address of the sendsms service")
    username: str = knob("", why="sendsms-user")
    password: str = knob("", why="its password", secret=True)


@dataclass(frozen=True, slots=True)
class SmstoolsSettings:
    """[sms.smstools]: a modem on this machine, driven by SMS Server Tools."""

    spool: str = knob("/var/spool/sms/outgoing", why="directory that smsd takes messages from")


@dataclass(frozen=True, slots=True)
class SmsSettings(SendingLimits):
    """[sms]: who carries our text messages."""

    provider: str = knob(
        "",
        why="how text messages leave; empty: they do not",
        choices=("", "http", "twilio", "smpp", "kannel", "smstools"),
    )
    sender: str = knob("", why="number or name that messages come from; for twilio also a messaging service, MG…")
    timeout_s: int = knob(10, why="seconds that the provider may take to answer", least=1, most=120)
    http: HttpSmsSettings = knob(why="a provider's own HTTP interface", factory=HttpSmsSettings)
    twilio: TwilioSettings = knob(why="Twilio", factory=TwilioSettings)
    smpp: SmppSettings = knob(why="SMPP", factory=SmppSettings)
    kannel: KannelSettings = knob(why="Kannel", factory=KannelSettings)
    smstools: SmstoolsSettings = knob(why="SMS Server Tools", factory=SmstoolsSettings)


@dataclass(frozen=True, slots=True)
class IdentifiedSettings(GrantSettings):
    """What methods have in common that learn who somebody is."""

    renew_s: int = knob(
        0, why="seconds from a grant's start until the same guest may have a new one; 0: when it is over", least=0, most=31_536_000
    )
    devices: int = knob(3, why="devices that may be online at once with one proven address or number", least=1, most=1000)
    code_s: int = knob(600, why="seconds that a code may be used", least=60, most=3600)
    marketing: bool = knob(False, why="ask whether the guest wants news and offers; never ticked beforehand")


@dataclass(frozen=True, slots=True)
class EmailSettings(IdentifiedSettings):
    """[portal.email]: sign-in with an e-mail address."""

    verify: str = knob(
        "none",
        why="what proves the address: nothing, a six-digit code, or a link (with the code beside it)",
        choices=("none", "code", "link"),
    )
    grace_s: int = knob(600, why="seconds of access for reading the mail; 0: none", least=0, most=3600)
    grace_day: int = knob(3, why="times a day that a device, or an address, gets them", least=1, most=100)
    comments_label: str = knob("", why="question beside the address, such as First name; empty: not asked")
    comments_required: bool = knob(False, why="it must be answered")
    comments1_label: str = knob("", why="second question; empty: not asked")
    comments1_required: bool = knob(False, why="it must be answered")
    comments2_label: str = knob("", why="third question; empty: not asked")
    comments2_required: bool = knob(False, why="it must be answered")


@dataclass(frozen=True, slots=True)
class MobileSettings(IdentifiedSettings):
    """[portal.mobile]: sign-in with a mobile number."""

    country: str = knob("", why='the box\'s own country, such as "DE"; chosen beforehand when a number is entered')
    countries: tuple[str, ...] = knob((), why="countries whose numbers are sent codes; empty: the box's own alone")
    resend_s: int = knob(60, why="seconds before another code may be asked for", least=10, most=3600)


_NEEDED = {
    "http": ("http.url",),
    "twilio": ("sender", "twilio.account", "twilio.secret"),
    "smpp": ("smpp.host", "smpp.system_id"),
    "kannel": ("kannel.url", "kannel.username"),
    "smstools": ("smstools.spool",),
}
"""What each provider cannot do without, below [sms]."""

_COUNTRY = re.compile(r"[A-Z]{2}")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def mail_problems(mail: MailSettings, email: EmailSettings, methods: AbstractSet[str]) -> Iterator[Problem]:
    """What keeps mail from being sent, or codes from being asked for.

    Args:
        mail: the section [mail].
        email: the section [portal.email].
        methods: names of the sign-in methods that are offered anywhere.
    """
    if mail.host and not _ADDRESS.fullmatch(mail.sender):
        yield Problem("mail.sender", f'"{mail.sender}"', 'an address such as "wifi@hotel.example", since mail.host is given')
    if not mail.host and "email" in methods and email.verify != "none":
        yield Problem("mail.host", '""', f'the mail server, since portal.email.verify is "{email.verify}"')


def sms_problems(sms: SmsSettings) -> Iterator[Problem]:
    """What keeps text messages from being sent by the provider that is chosen."""
    for key in _NEEDED.get(sms.provider, ()):
        section, _, name = key.rpartition(".")
        if not getattr(getattr(sms, section) if section else sms, name):
            yield Problem(f"sms.{key}", '""', f'a value, since sms.provider is "{sms.provider}"')
    for key, url in (("http.url", sms.http.url), ("twilio.base", sms.twilio.base), ("kannel.url", sms.kannel.url)):
        if url and not re.fullmatch(r"https?://[^\s/?#]+\S*", url):
            yield Problem(f"sms.{key}", f'"{url}"', "an http or https address")
    if sms.provider == "smstools" and not sms.smstools.spool.startswith("/"):
        yield Problem("sms.smstools.spool", f'"{sms.smstools.spool}"', "an absolute path")
    for at, line in enumerate(sms.http.headers):
        if not re.fullmatch(r"[A-Za-z0-9-]+:[^\r\n]*", line):
            yield Problem(f"sms.http.headers[{at}]", f'"{line}"', '"Name: value"')


def mobile_problems(sms: SmsSettings, mobile: MobileSettings, methods: AbstractSet[str]) -> Iterator[Problem]:
    """What keeps guests from signing in with a number; arguments as for `mail_problems`."""
    for at, country in enumerate(mobile.countries):
        if not _COUNTRY.fullmatch(country):
            yield Problem(f"portal.mobile.countries[{at}]", f'"{country}"', 'two capital letters, such as "DE"')
    if mobile.country and not _COUNTRY.fullmatch(mobile.country):
        yield Problem("portal.mobile.country", f'"{mobile.country}"', 'two capital letters, such as "DE"')
    if "mobile" in methods:
        if not sms.provider:
            yield Problem("sms.provider", '""', "who carries text messages, since guests may sign in with a mobile number")
        if not mobile.country and not mobile.countries:
            yield Problem(
                "portal.mobile.country", '""', 'the box\'s own country, such as "DE", since guests may sign in with a mobile number'
            )

"""Settings of what goes out and comes back by e-mail and text message: [mail], [sms], [portal.email], [portal.mobile]."""

from dataclasses import dataclass

from routerd.core.grants import GrantSettings
from routerd.core.knobs import knob


@dataclass(frozen=True, slots=True)
class MailSettings:
    """[mail]: the server that takes our e-mail."""

    host: str = knob("", why="name of the SMTP server; empty: no e-mail is sent")


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """[sms]: who carries our text messages."""

    provider: str = knob("", why="how text messages leave; empty: they do not")


@dataclass(frozen=True, slots=True)
class EmailSettings(GrantSettings):
    """[portal.email]: sign-in with an e-mail address."""


@dataclass(frozen=True, slots=True)
class MobileSettings(GrantSettings):
    """[portal.mobile]: sign-in with a mobile number."""

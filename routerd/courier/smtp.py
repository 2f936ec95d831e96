"""Hands mail to an SMTP server (RFC 5321), over STARTTLS (RFC 3207), TLS from the start (RFC 8314) or neither, with or without an account.

One connection per mail: a guest's code comes now and then, and a connection that is kept would be the one that has just been closed.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from routerd.core.clock import Clock
from routerd.core.errors import RouterdError, Unavailable
from routerd.core.messaging import MailSettings
from routerd.courier.model import UnknownRecipient

_NO_SUCH_RECIPIENT = (550, 551, 553, 556)
"""Replies about the recipient himself (RFC 5321 4.2.3, RFC 7504); others of 5xx are about us."""

LINE_MOST = 200
"""Characters of the server's words that are passed on."""


class Smtp:
    """One mail server.

    Args:
        settings: the section [mail].
        title: name beside the sender's address when the settings have none.
        clock: dates mails.
    """

    def __init__(self, settings: MailSettings, title: str, clock: Clock) -> None:
        self._settings = settings
        self._name = settings.sender_name or title
        self._clock = clock

    def send(self, to: str, subject: str, text: str) -> None:
        """Hand one mail over.

        Raises:
            BadInput: the server does not know the recipient.
            Unavailable: anything else that went wrong, in the server's words where it has said some.
        """
        letter = self._letter(to, subject, text)
        server = f"the mail server {self._settings.host}:{self._settings.port}"
        try:
            self._hand_over(letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(error, server) from None
        except smtplib.SMTPResponseException as error:
            raise Unavailable(f"{server} said {_said(error.smtp_code, error.smtp_error)}") from None
        except ssl.SSLCertVerificationError as error:
            raise Unavailable(f"{server} has a certificate that is not trusted: {error.verify_message}") from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise Unavailable(f"{server} cannot be used: {error or type(error).__name__}") from None

    def _hand_over(self, letter: EmailMessage) -> None:
        connection = self._connected()
        try:
            connection.send_message(letter)
            with contextlib.suppress(smtplib.SMTPException, OSError):  # the mail is theirs now, however they say goodbye
                connection.quit()
        finally:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_s, context=self._trust(), local_hostname=_own_name()
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s, local_hostname=_own_name())
        try:
            if settings.security == "starttls":
                connection.starttls(context=self._trust())
            if settings.username:
                connection.login(settings.username, settings.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise Unavailable(f"[mail] ca_file: {Path(self._settings.ca_file)} cannot be used: {error}") from None

    def _letter(self, to: str, subject: str, text: str) -> EmailMessage:
        letter = EmailMessage()
        try:
            letter["From"] = Address(self._name, addr_spec=self._settings.sender)
        except (ValueError, IndexError, HeaderParseError):
            raise Unavailable(f"[mail] sender: '{self._settings.sender}' is no e-mail address") from None
        try:
            letter["To"] = Address(addr_spec=to)
        except (ValueError, IndexError, HeaderParseError):  # a line break, or no address at all
            raise UnknownRecipient(f"'{to}' is no e-mail address") from None
        letter["Subject"] = " ".join(subject.split())
        letter["Date"] = formatdate(self._clock.now(), localtime=False)
        letter["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2] or "localhost")
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        letter.set_content(text)
        return letter


def _refused(error: smtplib.SMTPRecipientsRefused, server: str) -> RouterdError:
    code, words = next(iter(error.recipients.values()))
    said = _said(code, words)
    enhanced = re.match(r"\d{3} [245]\.(\d{1,3})\.\d{1,3}\b", said)  # RFC 3463: the second number says what is the matter
    about_him = enhanced[1] in ("1", "2") if enhanced else True
    if code in _NO_SUCH_RECIPIENT and about_him:
        return UnknownRecipient(f"{server} said {said}")
    return Unavailable(f"{server} said {said}")


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:LINE_MOST]


def _own_name() -> str:
    """What we call ourselves in EHLO, without asking DNS: smtplib's own way waits for a resolver."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"

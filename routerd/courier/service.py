"""Carries mail and text messages out: the one way by which words leave the box at a guest's wish or an owner's.

Verification sends codes through it, the admin page its tests. It never decides whether a message may be sent; it sees to it that a server
that hangs holds up nobody for long, and that what a server says reaches whoever can do something about it.
"""

import logging
from typing import TYPE_CHECKING

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.messaging import MailSettings, SmsSettings
from routerd.courier.model import UnknownRecipient
from routerd.courier.pool import Pool

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.courier.sms.carrier import Carrier
    from routerd.courier.smtp import Smtp

log = logging.getLogger(__name__)

TEST_PATIENCE_S = 40.0
"""An owner who tests wants to hear how it went, and waits for it."""

TEST_SUBJECT = "Test"
TEST_TEXT = "This message shows that the guest network can send messages."


class Courier:
    """Hands messages over; may be called from any thread, never inside `Store.write`.

    Args:
        mail: the section [mail]; without `host` no mail is sent.
        sms: the section [sms]; without `provider` no text message is.
        title: of the portal, for the sender's name.
        clock: dates mails.
        carrier: sends text messages; made from the settings unless given.

    Raises:
        Misconfigured: there is no such provider.
    """

    def __init__(self, mail: MailSettings, sms: SmsSettings, title: str, clock: Clock, carrier: "Carrier | None" = None) -> None:
        self._smtp = _smtp(mail, title, clock) if mail.host else None
        self._carrier = carrier or (_carrier(sms) if sms.provider else None)
        self._mails, self._texts = Pool("mail"), Pool("sms")
        self._tests = Pool("test", TEST_PATIENCE_S)

    @property
    def has_mail(self) -> bool:
        """Whether mail can be sent at all."""
        return self._smtp is not None

    @property
    def has_sms(self) -> bool:
        """Whether text messages can be sent at all."""
        return self._carrier is not None

    def send_mail(self, to: str, subject: str, text: str) -> None:
        """Hand a mail to the server; returns when it has it, or after PATIENCE_S when it takes longer.

        Raises:
            BadInput: the server does not know the recipient.
            Unavailable: it could not be handed over.
        """
        smtp = self._mail_server()
        try:
            self._mails.run(lambda: smtp.send(to, subject, text))
        except UnknownRecipient as error:
            log.warning("a mail was refused: %s", error.words)
            raise
        except Unavailable as error:
            log.warning("a mail was not sent: %s", error)
            raise

    def send_sms(self, number: str, text: str) -> None:
        """Hand a text message to the provider; returns when it has it, or after PATIENCE_S when it takes longer.

        Args:
            number: E.164 with the plus sign.
            text: what is to be read.

        Raises:
            Unavailable: it could not be handed over.
        """
        carrier = self._sms_provider()
        try:
            self._texts.run(lambda: carrier.send(number, text))
        except Unavailable as error:
            log.warning("a text message was not sent: %s", error)
            raise

    def send_test_mail(self, to: str) -> None:
        """Send a mail that only says that it came; waits for the server.

        Raises:
            Unavailable: it did not work, in the server's words.
        """
        smtp = self._mail_server()
        try:
            self._tests.run(lambda: smtp.send(to, TEST_SUBJECT, TEST_TEXT))
        except UnknownRecipient as error:
            raise Unavailable(error.words) from None

    def send_test_sms(self, number: str) -> None:
        """Send a text message that only says that it came; waits for the provider. It costs what any message costs.

        Raises:
            Unavailable: it did not work, in the provider's words.
        """
        carrier = self._sms_provider()
        self._tests.run(lambda: carrier.send(number, TEST_TEXT))

    def _mail_server(self) -> "Smtp":
        if self._smtp is None:
            raise Unavailable("no mail server is configured: [mail] host")
        return self._smtp

    def _sms_provider(self) -> "Carrier":
        if self._carrier is None:
            raise Unavailable("no provider of text messages is configured: [sms] provider")
        return self._carrier


def _smtp(settings: MailSettings, title: str, clock: Clock) -> "Smtp":
    from routerd.courier.smtp import Smtp  # noqa: PLC0415 - as above

    return Smtp(settings, title, clock)


def _carrier(settings: SmsSettings) -> "Carrier":
    from routerd.courier.sms.catalogue import make  # noqa: PLC0415 - as above

    return make(settings)

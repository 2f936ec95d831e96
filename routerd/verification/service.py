"""Has people prove that they receive mail at an address, or messages at a number: sends a code, judges the answer, counts both.

The portal's methods call it: `issue` and `examine` before their transaction, because a message takes seconds to hand over and a wrong
answer must stay counted when nothing else is kept; `consume` inside it, so that a code is used up by the sign-in that it allowed and by
nothing else. It knows neither SMTP nor who pays for a text message, but it is what stands between a stranger and that bill: every
message is counted in the store before it is sent, whether it then arrives or not.

No code, ticket or number is kept in a form that tells it: fingerprints are keyed, and the key is not in the store.
"""

import unicodedata
from collections.abc import Callable

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, Limited, RouterdError, Unavailable
from routerd.core.messaging import SendingLimits
from routerd.store.database import Store
from routerd.verification import model, records
from routerd.verification.counts import Counts
from routerd.verification.model import Ask, Challenge, Issued, Proven
from routerd.verification.numbers import Numbers
from routerd.verification.ports import Keys, Mail, Sms

Compose = Callable[[str, str], tuple[str, str]]
"""Makes subject and text of a message from a code and a link's ticket; a text message has no subject."""


class Verification:
    """The verbs; may be called from any thread.

    Args:
        store: where challenges and counts are kept.
        clock: tells the time.
        keys: gives the key of the fingerprints.
        mail: carries e-mail; None when none can be sent.
        sms: carries text messages; None when none can be sent.
        limits: of each channel.
        numbers: knows telephone numbers; None where none are asked for.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keys: Keys,
        *,
        mail: Mail | None,
        sms: Sms | None,
        limits: dict[str, SendingLimits],
        numbers: Numbers | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._keys = keys
        self._mail = mail
        self._sms = sms
        self._limits = limits
        self._counts = Counts(store, self._sign)
        self._numbers = numbers

    @property
    def numbers(self) -> Numbers:
        """Who knows telephone numbers.

        Raises:
            Unavailable: nobody here does.
        """
        if self._numbers is None:
            raise Unavailable("nobody here knows telephone numbers")
        return self._numbers

    def issue(self, ask: Ask, compose: Compose) -> Issued:
        """Send a code, unless one that was sent a moment ago still counts. A new code makes the device's former one worthless.

        Args:
            ask: who wants whom to prove itself.
            compose: writes the message.

        Raises:
            Limited: too many messages, and no earlier one can be answered.
            BadInput: the carrier knows no such recipient.
            Unavailable: it could not be handed over; it is counted all the same.
        """
        code, ticket = tokens.digits(model.CODE_DIGITS), tokens.nonce()
        number, issued = self._store.write(lambda: self._register(ask, code, ticket))
        if issued.sent:
            try:
                self._send(ask, *compose(code, ticket))
            except RouterdError:
                self._store.write(lambda: records.drop_challenge(self._store.db, number))
                raise
        return issued

    def open_for(self, purpose: str, mac: str) -> Issued | None:
        """The code that a device has been sent and may still answer; None when there is none."""
        found = self._open(purpose, mac)
        return None if found is None else Issued(found.recipient, found.expires_at, sent=False, wait_s=0)

    def carried(self, purpose: str, mac: str) -> str:
        """What the device's open code was asked for with; empty without one."""
        found = self._open(purpose, mac)
        return "" if found is None else found.carried

    def cancel(self, purpose: str, mac: str) -> None:
        """Make the device's code worthless: the guest wants to begin anew."""

        def work() -> None:
            found = records.challenge(self._store.db, purpose, mac)
            if found is not None:
                records.drop_challenge(self._store.db, found.id)

        self._store.write(work)

    def examine(self, purpose: str, mac: str, *, code: str = "", ticket: str = "") -> Proven:
        """Judge an answer, and count it when it is wrong; the code stays unused.

        Args:
            purpose: the method.
            mac: the device that answers.
            code: as typed; only its digits count, in any script.
            ticket: of the link that was followed.

        Raises:
            Denied: ``wrong-code``, ``code-expired``, ``other-device``.
        """
        verdict = self._store.write(lambda: self._judge(purpose, mac, code, ticket))
        if isinstance(verdict, Denied):
            raise verdict
        return verdict

    def consume(self, proven: Proven) -> None:
        """Use a code up; called inside the transaction of the sign-in that it allows.

        Raises:
            Denied: ``code-used``: another request was faster.
        """
        if not self._store.write(lambda: records.drop_challenge(self._store.db, proven.challenge)):
            raise Denied("This code has been used already. Please ask for another one.", "code-used")

    def since(self, purpose: str, holder: str, mac: str | None = None) -> int | None:
        """When a holder's newest grant began, or the newest that a certain device used as that holder; None when there is none."""
        if mac is None:
            return records.holding_since(self._store.db, purpose, holder)
        return records.device_since(self._store.db, purpose, holder, mac)

    def hold(self, purpose: str, holder: str, mac: str, starts_at: int) -> None:
        """A device uses the holder's grant that began then; within that grant it need not prove anything again."""
        self._store.write(lambda: records.put_holding(self._store.db, purpose, holder, mac, starts_at))

    def may_have_grace(self, recipient: str, mac: str, most: int) -> bool:
        """Whether the device, and the recipient, had fewer than `most` grace sessions within a day."""
        now = int(self._clock.now())
        return self._counts.wait_s("grace", self._counts.graces(recipient, mac, most), now) == 0

    def note_grace(self, recipient: str, mac: str) -> None:
        """A grace session begins."""
        bounds = self._counts.graces(recipient, mac, 0)
        self._store.write(lambda: self._counts.add("grace", bounds, int(self._clock.now())))

    def _register(self, ask: Ask, code: str, ticket: str) -> tuple[int, Issued]:
        now = int(self._clock.now())
        records.forget_old(self._store.db, now, now - model.KEPT_S, now - model.HOLDINGS_KEPT_S)
        before = self._open(ask.purpose, ask.mac)
        same = before is not None and before.recipient == ask.recipient
        if before is not None and same and now < before.issued_at + ask.pause_s:
            return before.id, self._again(before, before.issued_at + ask.pause_s - now)
        found = list(model.bounds(self._limits[ask.channel], self._counts.recipient(ask.recipient), ask.mac, ask.network))
        wait_s = self._counts.wait_s(ask.channel, found, now)
        if wait_s > 0:
            if before is not None and same:
                return before.id, self._again(before, wait_s)
            raise Limited("No more codes can be sent for now. Please try again later, or ask the staff.", wait_s)
        self._counts.add(ask.channel, found, now)
        number = records.put_challenge(
            self._store.db,
            purpose=ask.purpose,
            mac=ask.mac,
            recipient=ask.recipient,
            code_print=self._print(ask.purpose, ask.mac, code),
            ticket_print=self._print(ask.purpose, ask.mac, ticket),
            carried=ask.carried,
            issued_at=now,
            expires_at=now + ask.valid_s,
            tries=0,
        )
        return number, Issued(ask.recipient, now + ask.valid_s, sent=True, wait_s=ask.pause_s)

    @staticmethod
    def _again(before: Challenge, wait_s: int) -> Issued:
        return Issued(before.recipient, before.expires_at, sent=False, wait_s=wait_s)

    def _send(self, ask: Ask, subject: str, text: str) -> None:
        if ask.channel == "mail":
            if self._mail is None:
                raise Unavailable("no mail server is configured: [mail] host")
            try:
                self._mail.send_mail(ask.recipient, subject, text)
            except BadInput:
                raise BadInput("The mail server does not accept this address. Please check it.") from None
        else:
            if self._sms is None:
                raise Unavailable("no provider of text messages is configured: [sms] provider")
            self._sms.send_sms(ask.recipient, text)

    def _judge(self, purpose: str, mac: str, code: str, ticket: str) -> Proven | Denied:
        found = records.challenge(self._store.db, purpose, mac)
        answer = _digits(code) if code else ticket
        expected = "" if found is None else found.code_print if code else found.ticket_print
        right = tokens.same(self._print(purpose, mac, answer), expected)  # also when there is nothing to compare with
        if found is None:
            return (
                Denied("This code no longer counts. Please ask for another one.", "code-expired")
                if code
                else Denied(
                    "This link no longer counts, or it was sent to another device. Please open it on the device that asked for it.",
                    "other-device",
                )
            )
        if not found.is_open(self._clock.now()):
            return Denied("This code no longer counts. Please ask for another one.", "code-expired")
        if right:
            return Proven(found.id, found.recipient, found.carried)
        if not code:  # an older mail's link, perhaps followed again and again; nobody guesses 128 bits
            return Denied(
                "This link no longer counts, or it was sent to another device. Please open it on the device that asked for it.",
                "other-device",
            )
        records.missed(self._store.db, found.id)
        return Denied("This code is not right.", "wrong-code")

    def _open(self, purpose: str, mac: str) -> Challenge | None:
        found = records.challenge(self._store.db, purpose, mac)
        return found if found is not None and found.is_open(self._clock.now()) else None

    def _print(self, purpose: str, mac: str, answer: str) -> str:
        return self._sign(f"answer|{purpose}|{mac}|{answer}")

    def _sign(self, text: str) -> str:
        return tokens.sign(self._keys.derived("verification"), text)


def _digits(typed: str) -> str:
    """The digits of a code as typed, whatever stands between them and whichever script they are in."""
    return "".join(str(unicodedata.decimal(letter)) for letter in typed if letter.isdecimal())

"""Carries messages nowhere, and remembers them."""

import re

from routerd.core.errors import RouterdError


class FakeCarrier:
    """Fulfils `verification.ports.Mail` and `Sms`.

    Attributes:
        mails: recipient, subject and text of each.
        texts: number and text of each.
        trouble: raised instead of carrying, when given.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.trouble: RouterdError | None = None

    def send_mail(self, to: str, subject: str, text: str) -> None:
        self._carry()
        self.mails.append((to, subject, text))

    def send_sms(self, number: str, text: str) -> None:
        self._carry()
        self.texts.append((number, text))

    def code(self) -> str:
        """The code in the newest message."""
        newest = self.texts[-1][1] if self.texts else self.mails[-1][2]
        found = re.search(r"\b\d{6}\b", newest)
        assert found is not None, newest
        return found[0]

    def _carry(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class FakeKeys:
    """Fulfils `verification.ports.Keys` with a key that every test knows."""

    def derived(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")

"""Sign-in with a voucher: username and passcode, or one code; typed, or scanned as a QR code.

A single code is a voucher whose username and passcode are the same (`vouchers.model.Voucher.single`). In single-code mode the one
field takes such a code, in groups or not, and also the two words of a voucher from before, with a space between them. A code of ten
characters has 49 bits; with five guesses in five minutes, and pauses that double from there, nobody finds one by trying.
"""

from collections.abc import Iterator
from typing import Any

from routerd.core.errors import BadInput, Denied
from routerd.core.terms import Terms
from routerd.portal.methods.method import Asked, Method

_UNKNOWN = "no-such-voucher"


class VoucherMethod(Method):
    """Redeems a voucher. An unknown username and a wrong passcode are refused in the same words."""

    name = "voucher"
    template = "voucher.tpl"
    extends = True
    comes_back = True
    guesses = frozenset({_UNKNOWN, "no-such-code"})

    def authenticate(self, asked: Asked) -> Terms:
        code = asked.form.get("code", "").strip()
        terms = self._by_code(code) if code else self._by_words(asked)
        self.desk.vouchers.note_login(int(terms.subject), asked.device.mac)
        return terms

    def login(self, asked: Asked) -> str:
        return (asked.form.get("code", "").strip().partition(" ")[0] or asked.form.get("username", "")).strip()

    def values(self) -> dict[str, Any]:
        return {"single": self.desk.settings.voucher.single_code}

    def _by_words(self, asked: Asked) -> Terms:
        username, passcode = (asked.form.get(name, "").strip() for name in ("username", "passcode"))
        if not username or not passcode:
            if self.desk.settings.voucher.single_code:
                raise BadInput("Please enter the code of your voucher.")
            raise BadInput("Please enter both the username and the passcode of your voucher.")
        return self.desk.vouchers.redeem(username, passcode)

    def _by_code(self, code: str) -> Terms:
        for username, passcode in _readings(code):
            try:
                return self.desk.vouchers.redeem(username, passcode)
            except Denied as error:
                if error.reason != _UNKNOWN:
                    raise
        raise Denied("There is no voucher with this code.", "no-such-code")


def _readings(code: str) -> Iterator[tuple[str, str]]:
    """What may be meant: the code as it was typed, the code printed in groups, or two words."""
    yield code, code
    words = code.split()
    joined = "".join(words).replace("-", "")
    if joined != code:
        yield joined, joined
    if len(words) == 2:
        yield words[0], words[1]

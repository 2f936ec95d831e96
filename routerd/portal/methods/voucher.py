"""Sign-in with a voucher's username and passcode."""

from routerd.core.errors import BadInput
from routerd.core.terms import Terms
from routerd.portal.methods.method import Asked, Method


class VoucherMethod(Method):
    """Redeems a voucher. An unknown username and a wrong passcode are refused in the same words."""

    name = "voucher"
    template = "voucher.tpl"
    extends = True
    guesses = frozenset({"no-such-voucher"})

    def authenticate(self, asked: Asked) -> Terms:
        username, passcode = (asked.form.get(name, "").strip() for name in ("username", "passcode"))
        if not username or not passcode:
            raise BadInput("Please enter both the username and the passcode of your voucher.")
        terms = self.desk.vouchers.redeem(username, passcode)
        self.desk.vouchers.note_login(int(terms.subject), asked.device.mac)
        return terms

    def login(self, asked: Asked) -> str:
        return asked.form.get("username", "").strip()

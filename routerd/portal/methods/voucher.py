"""Sign-in with a voucher's username and passcode."""

from collections.abc import Mapping

from routerd.core.errors import BadInput
from routerd.core.terms import Device, Terms
from routerd.portal.methods.method import Method


class VoucherMethod(Method):
    """Redeems a voucher. An unknown username and a wrong passcode are refused in the same words."""

    name = "voucher"
    template = "voucher.tpl"
    extends = True
    guesses = frozenset({"no-such-voucher"})

    def authenticate(self, form: Mapping[str, str], device: Device, now: int) -> Terms:
        username, passcode = form.get("username", "").strip(), form.get("passcode", "").strip()
        if not username or not passcode:
            raise BadInput("Please enter both the username and the passcode of your voucher.")
        terms = self.desk.vouchers.redeem(username, passcode)
        self.desk.vouchers.note_login(int(terms.subject), device.mac)
        return terms

    def login(self, form: Mapping[str, str], device: Device) -> str:
        return form.get("username", "").strip()

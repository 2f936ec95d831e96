"""The address in a printed voucher's QR code: whoever scans it on the guest network is signed in. Pure.

Used by whoever prints vouchers. It is as good as the voucher itself, so it belongs on the voucher and nowhere else.
"""

from urllib.parse import urlencode

from routerd.vouchers.model import Voucher


def scan_url(base: str, voucher: Voucher) -> str:
    """Where a voucher's QR code leads.

    Args:
        base: the portal's own address on the guest network without a slash at the end, such as ``http://192.168.88.1``.
        voucher: which.
    """
    carried = {"code": voucher.username} if voucher.single else {"username": voucher.username, "passcode": voucher.passcode}
    return f"{base}/back/voucher?{urlencode(carried)}"

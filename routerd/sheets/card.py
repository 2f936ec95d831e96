"""What stands on a printed voucher, as frozen values in words that are ready to print. Knows nothing of vouchers or paper."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """One voucher to print.

    Attributes:
        username: to sign in with; with `single` it is the code.
        passcode: empty with `single`.
        single: one code instead of two words.
        url: what the QR code leads to; empty: none is printed.
        lines: limits in words, such as ``1 day`` and ``500 MB``; two lines fit on a card.
    """

    username: str
    passcode: str
    single: bool
    url: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What is the same on all cards of a run.

    Attributes:
        title: the house's name.
        ssid: name of the Wi-Fi network; empty: not printed.
        network: the word before it.
        username: the word before a username.
        passcode: the word before a passcode.
        code: the word before a single code.
    """

    title: str
    ssid: str = ""
    network: str = "Wi-Fi"
    username: str = "Username"
    passcode: str = "Passcode"
    code: str = "Code"

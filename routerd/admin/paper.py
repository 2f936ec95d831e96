"""Vouchers as they are printed: which words stand on a card, and where its QR code leads.

The page hands in the words in the owner's language; what it leaves out is English. Nothing here draws.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from routerd.admin.section import BadField
from routerd.core.settings import GuestNetwork, Settings
from routerd.sheets.card import Card, Heading
from routerd.vouchers.model import Voucher
from routerd.vouchers.scan import scan_url

WORDS = {
    "network": "Wi-Fi",
    "username": "Username",
    "passcode": "Passcode",
    "code": "Code",
    "valid": "Valid for {time}",
    "always": "Valid without end",
    "down": "{mb} MB to download",
    "up": "{mb} MB to upload",
    "speed": "{kbit} kbit/s",
    "devices": "{count} devices",
}
"""Words on paper, and their English."""

WORD_MOST = 60
WORDS_MOST = 200
"""With the names of all validities."""


class Paper:
    """Makes cards.

    Args:
        settings: the networks, and what the house is called.
        network: name of the guest network whose portal codes lead to; empty: the first.
        words: in the owner's language: those of WORDS, and names of validities such as ``1 day``.
        title: the house's name; empty: that of the portal.
        ssid: name of the Wi-Fi network; empty: not printed.

    Raises:
        BadField: there is no such network, or a word is none.
    """

    def __init__(self, settings: Settings, network: str, words: Mapping[str, Any], title: str, ssid: str) -> None:
        self._words = WORDS | _checked(words)
        place = _network(settings, network)
        self.base = _base(settings, place)
        named = title or (place.portal.title if place else "") or settings.portal.title
        fixed = {name: self._words[name] for name in ("network", "username", "passcode", "code")}
        self.heading = Heading(named, ssid, **fixed)

    def card(self, voucher: Voucher) -> Card:
        """A voucher's card."""
        url = scan_url(self.base, voucher) if self.base else ""
        return Card(voucher.username, "" if voucher.single else voucher.passcode, voucher.single, url, self._lines(voucher))

    def _lines(self, voucher: Voucher) -> tuple[str, ...]:
        words = self._words
        time = words.get(voucher.valid_for, voucher.valid_for)
        limits = [words["always"] if voucher.lasts_s is None else words["valid"].replace("{time}", time)]
        if voucher.devices > 1:
            limits.append(words["devices"].replace("{count}", str(voucher.devices)))
        bounds = [words[name].replace("{mb}", str(mb)) for name, mb in _data(voucher) if mb]
        if voucher.down_kbit:
            bounds.append(words["speed"].replace("{kbit}", str(voucher.down_kbit)))
        return (", ".join(limits), ", ".join(bounds))


def _data(voucher: Voucher) -> Sequence[tuple[str, int]]:
    return (("down", voucher.download_limit_mb), ("up", voucher.upload_limit_mb))


def _checked(words: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(words, Mapping) or len(words) > WORDS_MOST:
        raise BadField("words", f"words: expected an object of at most {WORDS_MOST} texts")
    for name, word in words.items():
        if not isinstance(word, str) or not 1 <= len(word) <= WORD_MOST or not word.isprintable():
            raise BadField("words", f"words: expected texts of 1 to {WORD_MOST} characters, found another for {str(name)[:40]}")
    return dict(words)


def _network(settings: Settings, name: str) -> GuestNetwork | None:
    found = next((each for each in settings.guest if not name or each.name == name), None)
    if found is None and name:
        raise BadField("network", f"network: there is no guest network {name[:40]}")
    return found


def _base(settings: Settings, network: GuestNetwork | None) -> str:
    """The portal's address; empty on a box that is no gateway."""
    if settings.portal.https_url:
        return settings.portal.https_url.rstrip("/")
    return f"http://{network.address.ip}" if network else ""

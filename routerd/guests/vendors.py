"""Who made a device, by the first half of its MAC address. Reads Debian's ieee-data, when it is installed, without keeping it.

The list has 37,000 makers in 6 MB of text; a small index (prefix, place in the file) of about 0.4 MB is built at first use.
"""

import re
import threading
from array import array
from bisect import bisect_left
from pathlib import Path

from routerd.guests.model import is_randomised

OUI_FILE = Path("/usr/share/ieee-data/oui.txt")

VENDOR_LENGTH_MOST = 64
"""The column's width; a few makers have longer names."""

_LINE = re.compile(rb"^([0-9A-F]{6})\s+\(base 16\)", re.MULTILINE)


class Vendors:
    """Looks makers up.

    Args:
        path: the IEEE's list; a missing one leaves every maker unknown.
    """

    def __init__(self, path: Path = OUI_FILE) -> None:
        self._path = path
        self._prefixes = array("L")
        self._places = array("L")
        self._loaded = False
        self._lock = threading.Lock()

    def of(self, mac: str) -> str:
        """The maker of `mac`; ``randomised`` for a made-up address; empty unknown."""
        if is_randomised(mac):
            return "randomised"
        self._load()
        prefix = int(mac[:8].replace(":", ""), 16)
        at = bisect_left(self._prefixes, prefix)
        if at == len(self._prefixes) or self._prefixes[at] != prefix:
            return ""
        try:
            with self._path.open("rb") as text:
                text.seek(self._places[at])
                line = text.readline()
        except OSError:
            return ""
        return line.partition(b"(base 16)")[2].strip().decode(errors="replace")[:VENDOR_LENGTH_MOST]

    def _load(self) -> None:
        with self._lock:
            if self._loaded:
                return
            self._loaded = True
            try:
                text = self._path.read_bytes()
            except OSError:
                return
            found = sorted((int(match.group(1), 16), match.start()) for match in _LINE.finditer(text))
            self._prefixes = array("L", (prefix for prefix, _place in found))
            self._places = array("L", (place for _prefix, place in found))

"""Which telephone numbers a code may be sent to: valid ones, of mobile telephones, in the countries that the owner named.

The portal's mobile method asks. What costs the owner more than a message (premium, shared-cost and satellite numbers) is refused by kind
and by country: a country code alone would not do, for +1 is also the Caribbean. Who knows about numbers is a program beside the daemon,
for its library's licence does not go with GPL-2.0-only; it is asked once for what people type, and its answers are kept for a while.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from routerd.core.errors import BadInput
from routerd.verification.ports import Book

TYPED_MOST = 40
"""Characters; the longest number has 15 digits, and people group them."""

KEPT_MOST = 500
"""Answers: people correct what they typed, and ask for the code again."""

WAIT_S = 5.0
"""The program answers in a millisecond, and in a tenth of a second when it has to be started; a box that pages takes longer."""


class Numbers:
    """Judges numbers; may be called from any thread.

    Args:
        book: the program that knows them.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._codes: Mapping[str, int] = {}

    def normalised(self, typed: str, country: str, allowed: Sequence[str]) -> str:
        """A number as typed, in E.164 with the plus sign.

        Args:
            typed: national, or international with + or 00.
            country: that a national one is of, such as ``DE``.
            allowed: countries whose numbers are served.

        Raises:
            BadInput: it is none that a code may be sent to.
            Unavailable: nobody can tell now.
        """
        found = self._judged(typed, country) if len(typed) <= TYPED_MOST and len(country) <= TYPED_MOST else {}
        if not found:
            raise BadInput("This is no mobile number. Please check the number and the country.")
        if found["region"] not in allowed:
            raise BadInput("Codes cannot be sent to numbers of this country.")
        if not found["mobile"]:
            raise BadInput("Codes can be sent to mobile numbers only.")
        return str(found["number"])

    def calling_codes(self) -> Mapping[str, int]:
        """Each country's, such as 49 for ``DE``; asked for once.

        Raises:
            Unavailable: nobody can tell now.
        """
        if not self._codes:
            self._codes = self._book.ask({}, wait_s=WAIT_S).words["codes"]
        return self._codes

    def _judged(self, typed: str, country: str) -> Mapping[str, Any]:
        key = (typed, country)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._book.ask({"typed": typed, "country": country}, wait_s=WAIT_S).words
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT_MOST:
                self._kept.popitem(last=False)
        return found

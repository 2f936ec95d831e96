"""Kept: what the portal remembers of guests, in memory, and keeps when it is made anew from changed settings.

Owned by whoever builds the portal (`app.gateway`), handed to `routes.build`. Everything in it is bounded and may be lost at any
moment at no more cost than that somebody chooses or types again.
"""

import threading
from collections import OrderedDict

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.portal.pending import Pending
from routerd.web.limits import Attempts

REMEMBERED_MOST = 8192
"""Devices in each memory; the one unheard of for longest is forgotten."""

SUBMITTED_MOST = 300
"""Forms that a device may submit in SUBMITTED_WINDOW_S, right or wrong: each costs a durable change and a row in the login log."""

SUBMITTED_WINDOW_S = 60


class Memory:
    """A word for each device, for the devices heard of last."""

    def __init__(self) -> None:
        self._words: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, device: str, word: str) -> None:
        """Remember `word`."""
        with self._lock:
            self._words[device] = word
            self._words.move_to_end(device)
            while len(self._words) > REMEMBERED_MOST:
                self._words.popitem(last=False)

    def get(self, device: str) -> str:
        """What is remembered; empty nothing."""
        with self._lock:
            word = self._words.get(device, "")
            if word:
                self._words.move_to_end(device)
            return word


class Kept:
    """What survives a change of settings.

    Args:
        clock: tells the time.

    Attributes:
        key: of form tokens and seals.
        pending: sign-ins that wait for a decision.
        submitted: counts forms by device.
        languages: the language that a device chose, as its code.
        accepted: the version of the terms that a device accepted.
    """

    def __init__(self, clock: Clock) -> None:
        self.key = tokens.key_octets()
        self.pending = Pending(clock)
        self.submitted = Attempts(clock, SUBMITTED_MOST, SUBMITTED_WINDOW_S)
        self.languages = Memory()
        self.accepted = Memory()
        self._clock = clock
        self._guesses: tuple[tuple[int, int], Attempts] | None = None

    def guesses(self, most: int, window_s: int) -> Attempts:
        """The count of wrong guesses; it begins anew only when its own limits have changed."""
        if self._guesses is None or self._guesses[0] != (most, window_s):
            self._guesses = (most, window_s), Attempts(self._clock, most, window_s)
        return self._guesses[1]

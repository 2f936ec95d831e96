"""Credentials that were right but met "too many devices", kept until the guest decides, so that no page has to carry a passcode.

In memory only, for minutes, for one device, good for one use.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routerd.core import tokens
from routerd.core.clock import Clock

KEPT_S = 300
"""Time to decide."""

KEPT_MOST = 1000
"""Undecided guests at once; the oldest loses its place and has to type again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in as it was submitted.

    Attributes:
        mac: the device that submitted it.
        method: the method's name.
        form: the fields.
        came_back: they came by a link.
        proof: what the method's `prepare` made of them; what it asked of the outside cannot be asked twice.
    """

    mac: str
    method: str
    form: Mapping[str, str]
    came_back: bool = False
    proof: Any = None


class Pending:
    """Attempts waiting for a decision, by ticket."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._attempts: OrderedDict[str, tuple[float, Attempt]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, attempt: Attempt) -> str:
        """Keep it; returns the ticket that fetches it."""
        ticket = tokens.nonce()
        with self._lock:
            self._attempts[ticket] = (self._clock.monotonic() + KEPT_S, attempt)
            while len(self._attempts) > KEPT_MOST:
                self._attempts.popitem(last=False)
        return ticket

    def take(self, ticket: str, mac: str) -> Attempt | None:
        """What `ticket` stands for, once; None when it is unknown, too old or another device's."""
        with self._lock:
            until, attempt = self._attempts.get(ticket, (0.0, None))
            if attempt is None or attempt.mac != mac:
                return None
            del self._attempts[ticket]
        return attempt if until > self._clock.monotonic() else None

"""What rules ask of the outside: the country of an address, and block lists in the DNS.

Rules are asked on the edge's loop, which may not wait: a name that is not known yet is looked up on a thread, and known at the next
request that asks for it.
"""

import queue
import socket
import threading
from collections import OrderedDict

from routerd.core.clock import Clock
from routerd.defence.ports import Countries
from routerd.waf.files import NOTHING, Outside

KNOWN_MOST = 20_000
"""Names whose answer is remembered."""

KNOWN_S = 900.0
WAITING_MOST = 256
"""Names that wait to be looked up; more are unknown for now."""


class Resolver:
    """Answers of the DNS, remembered.

    Args:
        clock: tells when an answer is too old.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, bytes | None]] = OrderedDict()
        self._waiting: queue.Queue[bytes] = queue.Queue(WAITING_MOST)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def resolve(self, name: bytes) -> bytes | None:
        """The first IPv4 address of a name, as far as it is known; it never waits."""
        now = self._clock.monotonic()
        with self._lock:
            known = self._known.get(name)
            if known is not None and now - known[0] < KNOWN_S:
                return known[1]
            self._known[name] = (now, known[1] if known else None)
            self._known.move_to_end(name)
            while len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="block-lists", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(name)
        except queue.Full:
            with self._lock:
                self._known.pop(name, None)
        return known[1] if known else None

    def _serve(self) -> None:
        while True:
            name = self._waiting.get()
            found = _asked(name)
            with self._lock:
                self._known[name] = (self._clock.monotonic(), found)


def _asked(name: bytes) -> bytes | None:
    try:
        return socket.gethostbyname(name.decode("ascii")).encode()
    except (OSError, UnicodeError):
        return None


def outside(countries: Countries | None, clock: Clock, *, rbl: bool) -> Outside:
    """What rules may ask.

    Args:
        countries: None: no address is known.
        clock: for the resolver.
        rbl: whether block lists are asked.
    """
    country = NOTHING.country if countries is None else countries.members
    return Outside(country, Resolver(clock).resolve if rbl else NOTHING.resolve)

"""Sign-ins that are at a provider: what each began with, kept until its guest comes back, for that device, once.

In memory only: a restart of the daemon makes guests begin again.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.errors import Denied, Limited
from routerd.core.terms import Device

KEPT_S = 600
"""Time to sign in at the provider, with a second factor if need be."""

KEPT_MOST = 2000
"""Guests at providers at once; the one who has been there for longest has to begin again."""

BEGUN_MOST, BEGUN_WINDOW_S = 4, 3600.0
"""How often a device may set out in an hour without arriving: each time opens the provider's pages for KEPT_S, and they are not meant to
be had for nothing all day."""

DEVICES_MOST = 4096
"""Devices whose setting out is remembered; the one unheard of for longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One sign-in that was begun.

    Attributes:
        kind: the method's name.
        provider: whose account.
        device: who began it.
        redirect_uri: where the guest comes back to.
        verifier: of PKCE (RFC 7636).
        nonce: that the ID token must carry.
        until: monotonic seconds.
    """

    kind: str
    provider: str
    device: Device
    redirect_uri: str
    verifier: str
    nonce: str
    until: float


class Pending:
    """What was begun, by state.

    Args:
        clock: for monotonic time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: OrderedDict[str, Begun] = OrderedDict()
        self._of_device: dict[str, str] = {}
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, mac: str) -> None:
        """A device sets out.

        Raises:
            Limited: it has done so too often.
        """
        now = self._clock.monotonic()
        with self._lock:
            times = self._times.setdefault(mac, deque())
            while times and times[0] <= now - BEGUN_WINDOW_S:
                times.popleft()
            if len(times) >= BEGUN_MOST:
                raise Limited("That was tried too often.", times[0] + BEGUN_WINDOW_S - now)
            times.append(now)
            self._times.move_to_end(mac)
            while len(self._times) > DEVICES_MOST:
                self._times.popitem(last=False)

    def arrived(self, mac: str) -> None:
        """A device has signed in: it may set out as often as before."""
        with self._lock:
            self._times.pop(mac, None)

    def put(self, state: str, begun: Begun) -> None:
        """Keep it in place of what the device began before."""
        with self._lock:
            self._drop(self._of_device.get(begun.device.mac, ""))
            self._begun[state] = begun
            self._of_device[begun.device.mac] = state
            while len(self._begun) > KEPT_MOST:
                self._drop(next(iter(self._begun)))

    def take(self, state: str, kind: str, device: Device) -> Begun:
        """What `state` stands for, once.

        Raises:
            Denied: nothing, nothing any more, or something of another device, which stays as it is.
        """
        with self._lock:
            begun = self._begun.get(state)
            if begun is None or begun.kind != kind or begun.until <= self._clock.monotonic():
                raise Denied("This sign-in took too long or is over already. Please begin again.", "unknown-state")
            if not _is_same(begun.device, device):
                raise Denied("This sign-in was begun on another device. Please begin again on this one.", "other-device")
            self._drop(state)
        return begun

    def _drop(self, state: str) -> None:
        begun = self._begun.pop(state, None)
        if begun is not None and self._of_device.get(begun.device.mac) == state:
            del self._of_device[begun.device.mac]


def _is_same(one: Device, other: Device) -> bool:
    """The same device at the same place. Between IPv4 and IPv6 a browser chooses anew each time, so only addresses of one kind count."""
    comparable = (":" in one.address) == (":" in other.address)
    return (one.mac, one.network) == (other.mac, other.network) and (one.address == other.address or not comparable)

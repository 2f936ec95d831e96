"""The one way to sign in, whatever the method: prove, complete the terms, open the session; all of it durable, or nothing of it.

Called by the portal's pages. It keeps wrong guesses apart from right ones only by counting them: what a guest is told never says
which half of the credentials was wrong.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, Limited
from routerd.core.events import LoginRefused
from routerd.core.terms import Device, Terms
from routerd.portal.methods.method import Asked, Method
from routerd.portal.ports import Atomically
from routerd.portal.venues import Venue
from routerd.sessions.service import Sessions
from routerd.web.limits import Attempts

SUBMITTED_MOST = 300
"""Forms that a device may submit in SUBMITTED_WINDOW_S, right or wrong: each costs a durable change and a row in the login log."""

SUBMITTED_WINDOW_S = 60

LOGIN_LENGTH_MOST = 64
"""Characters of a claimed name that go to the log."""

TURNS = 64
"""Locks that make one device's attempts wait for each other, so that guesses sent at once are counted one by one."""


class SignIn:
    """Signs devices in.

    Args:
        methods: by name.
        sessions: opens sessions.
        atomically: `Store.write`.
        publish: `Bus.publish`.
        guesses: counts wrong guesses per device and per address.
        clock: tells the time.
    """

    def __init__(
        self,
        *,
        methods: Mapping[str, Method],
        sessions: Sessions,
        atomically: Atomically,
        publish: Callable[[object], None],
        guesses: Attempts,
        clock: Clock,
    ) -> None:
        self._methods = methods
        self._sessions = sessions
        self._atomically = atomically
        self._publish = publish
        self._guesses = guesses
        self._submitted = Attempts(clock, SUBMITTED_MOST, SUBMITTED_WINDOW_S)
        self._clock = clock
        self._turns = tuple(threading.Lock() for _ in range(TURNS))

    def sign_in(self, name: str, form: Mapping[str, str], device: Device, venue: Venue, *, replace_others: bool = False) -> None:
        """Sign `device` in; it is online when this returns.

        Args:
            name: the method's name.
            form: the submitted fields.
            device: who asks.
            venue: the guest network that it is on.
            replace_others: end another session of the same grant if there are too many.

        Raises:
            Denied: the method or the session said no; the refusal is in the login log.
            Limited: too many wrong guesses, or too many forms.
            BadInput: no such method here, or the form lacks something.
        """
        method = self._methods.get(name)
        if method is None or name not in venue.methods:
            raise BadInput("This way to sign in is not offered here.")
        self._submitted.check(device.mac)
        self._submitted.failed(device.mac)
        with self._turns[hash(device.mac) % TURNS]:
            self._attempt(method, Asked(form, device, int(self._clock.now())), venue, replace_others=replace_others)

    def _attempt(self, method: Method, asked: Asked, venue: Venue, *, replace_others: bool) -> None:
        keys = (f"mac {asked.device.mac}", f"address {asked.device.address}")
        try:
            if method.guesses:
                self._guesses.check(*keys)
            self._atomically(lambda: self._open(method, asked, venue, replace_others=replace_others))
        except Limited:
            self._refused(method, asked, "limited")
            raise
        except Denied as error:
            if error.reason in method.guesses:
                self._guesses.failed(*keys)
            self._refused(method, asked, error.reason)
            raise
        # A success does not wipe the slate: else whoever holds one voucher could guess at others for ever, four at a time.

    def _open(self, method: Method, asked: Asked, venue: Venue, *, replace_others: bool) -> None:
        self._sessions.open(completed(method.authenticate(asked), venue), asked.device, replace=replace_others)

    def _refused(self, method: Method, asked: Asked, reason: str) -> None:
        event = LoginRefused(method.name, method.login(asked)[:LOGIN_LENGTH_MOST], asked.device, reason)
        self._atomically(lambda: self._publish(event))


def completed(terms: Terms, venue: Venue) -> Terms:
    """`terms` with what they leave open filled in from the guest network."""
    return replace(
        terms,
        down_kbit=terms.down_kbit or venue.down_kbit,
        up_kbit=terms.up_kbit or venue.up_kbit,
        idle_timeout_s=venue.idle_timeout_s,
    )

"""The one way to sign in, whatever the method: prove, complete the terms, open the session; all of it durable, or nothing of it.

Called by the portal's pages. It keeps wrong guesses apart from right ones only by counting them: what a guest is told never says
which half of the credentials was wrong. What a method asks of the outside, it asks before the transaction begins.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, Limited, Unavailable
from routerd.core.events import LoginRefused
from routerd.core.terms import Terms
from routerd.portal.methods.method import Asked, Method, Redirect, Step
from routerd.portal.ports import Atomically
from routerd.portal.turns import Turns
from routerd.portal.venues import Venue
from routerd.portal.visit import Visit
from routerd.sessions.service import Sessions
from routerd.web.limits import Attempts

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN_LENGTH_MOST = 64
"""Characters of a claimed name that go to the log."""

OUTSIDE_MOST = 12
"""Guests whose method waits for the outside (a mail server, RADIUS) at once. Fewer than the portal has threads: when the outside
hangs, everybody else's pages still come."""


class SignIn:
    """Signs devices in.

    Args:
        methods: by name.
        sessions: opens sessions.
        atomically: `Store.write`.
        publish: `Bus.publish`.
        guesses: counts wrong guesses per device and per address.
        submitted: counts forms per device.
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
        submitted: Attempts,
        clock: Clock,
    ) -> None:
        self._methods = methods
        self._sessions = sessions
        self._atomically = atomically
        self._publish = publish
        self._guesses = guesses
        self._submitted = submitted
        self._clock = clock
        self._turns = Turns()
        self._outside = threading.BoundedSemaphore(OUTSIDE_MOST)

    def sign_in(self, guest: Visit, *, replace_others: bool = False) -> Step | Redirect | None:
        """Sign the guest's device in with what was submitted.

        Args:
            guest: who asks, with method and form; it is told the method's proof.
            replace_others: end another session of the same grant if there are too many.

        Returns:
            None when the device is online; else what the guest has to do next.

        Raises:
            Denied: the method or the session said no; the refusal is in the login log.
            Limited: too many wrong guesses, or too many forms.
            BadInput: no such method here, or the form lacks something.
            Unavailable: what the method needs of the outside does not answer.
        """
        method = self._methods.get(guest.method)
        if method is None or guest.method not in guest.venue.methods:
            raise BadInput("This way to sign in is not offered here.")
        mac = guest.known_device().mac
        self._submitted.check(mac)
        self._submitted.failed(mac)
        with self._turns.of(mac):
            return self._attempt(method, guest, replace_others=replace_others)

    def _attempt(self, method: Method, guest: Visit, *, replace_others: bool) -> Step | Redirect | None:
        asked = guest.asked(self._clock.now())
        keys = (f"mac {asked.device.mac}", f"address {asked.device.address}")
        try:
            if method.guesses:
                self._guesses.check(*keys)
            further = self._prepare(method, guest)
            if further is None:
                asked = guest.asked(self._clock.now())
                self._atomically(lambda: self._open(method, asked, guest.venue, replace_others=replace_others))
        except Limited:
            self._refused(method, asked, "limited")
            raise
        except Denied as error:
            if error.reason in method.guesses:
                self._guesses.failed(*keys)
            self._refused(method, asked, error.reason)
            raise
        # A success does not wipe the slate: else whoever holds one voucher could guess at others for ever, four at a time.
        return further

    def _prepare(self, method: Method, guest: Visit) -> Step | Redirect | None:
        """Let the method ask the outside, unless it did so before; its proof is the guest's from then on."""
        if guest.proof is not None or type(method).prepare is Method.prepare:
            return None
        with self._place():
            prepared = method.prepare(guest.asked(self._clock.now()))
        if isinstance(prepared, (Step, Redirect)):
            return prepared
        guest.proof = prepared
        return None

    @contextmanager
    def _place(self) -> "Iterator[None]":
        if not self._outside.acquire(blocking=False):
            raise Unavailable(f"{OUTSIDE_MOST} guests already wait for what signs them in")
        try:
            yield
        finally:
            self._outside.release()

    def _open(self, method: Method, asked: Asked, venue: Venue, *, replace_others: bool) -> None:
        terms = method.authenticate(asked)
        if not method.sets_idle_timeout:
            terms = replace(terms, idle_timeout_s=0)
        self._sessions.open(completed(terms, venue), asked.device, replace=replace_others)

    def _refused(self, method: Method, asked: Asked, reason: str) -> None:
        event = LoginRefused(method.name, method.login(asked)[:LOGIN_LENGTH_MOST], asked.device, reason)
        self._atomically(lambda: self._publish(event))


def completed(terms: Terms, venue: Venue) -> Terms:
    """`terms` with what they leave open (0) filled in from the guest network."""
    return replace(
        terms,
        down_kbit=terms.down_kbit or venue.down_kbit,
        up_kbit=terms.up_kbit or venue.up_kbit,
        idle_timeout_s=terms.idle_timeout_s or venue.idle_timeout_s,
    )

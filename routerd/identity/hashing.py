"""Passwords to argon2id hashes and back to yes or no, a few at a time, so that a flood of sign-ins cannot eat the box.

`argon2` is imported at the first use only. A hash takes MEMORY_KIB and one core for as long as it lasts; each lane works on one
at a time. Whoever is known from before (`identity.entry` says who) has a lane apart, which strangers cannot fill.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from routerd.core import tokens
from routerd.core.errors import Limited

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 32_768
PASSES = 2
LANES = 1
"""argon2id with m=32 MiB, t=2, p=1: more than OWASP's least (19 MiB, t=2, p=1; Password Storage Cheat Sheet, 2024), 50 ms on a
core of 2 GHz, and with both lanes busy 64 MiB of a small box."""

WAIT_S = 3.0
"""How long a sign-in waits for its turn before it is told to come back: no thread of the server hangs for longer."""

IN_LANE_MOST = 3
"""Who is at work and who waits, in one lane: a flood keeps that many of the server's threads, and the rest serve the page."""

BUSY = "too many people are signing in at this moment; try again in a few seconds"


class Hasher:
    """Makes and verifies hashes."""

    def __init__(self) -> None:
        self._lanes = {True: threading.Lock(), False: threading.Lock()}
        self._places = {lane: threading.BoundedSemaphore(IN_LANE_MOST) for lane in (True, False)}
        self._nobodys = ""

    def hash(self, password: str) -> str:
        """The hash of a new password; waits for its turn.

        Raises:
            Limited: too many at once.
        """
        with self.turn(known=True):
            return self._argon2.hash(password)

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        """One's turn in a lane, for `matches` and what has to happen together with it.

        Args:
            known: which lane to wait in.

        Raises:
            Limited: too many at once.
        """
        lane, places = self._lanes[known], self._places[known]
        if not places.acquire(blocking=False):
            raise Limited(BUSY, WAIT_S)
        try:
            if not lane.acquire(timeout=WAIT_S):
                raise Limited(BUSY, WAIT_S)
            try:
                yield
            finally:
                lane.release()
        finally:
            places.release()

    def matches(self, password: str, kept: str) -> bool:
        """Whether `password` is the one that `kept` was made from; takes as long when there is no such account.

        Args:
            password: as presented.
            kept: the account's hash; empty when there is no account: then nothing matches.
        """
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - see the module's docstring

        nobody = self._nobody()  # made at the first sign-in, whoever comes, so that it tells nothing either
        try:
            right = self._argon2.verify(kept or nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and bool(kept)

    def _nobody(self) -> str:
        if not self._nobodys:
            self._nobodys = self._argon2.hash(tokens.nonce())
        return self._nobodys

    @cached_property
    def _argon2(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415 - see the module's docstring

        return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

"""Decides whether a request may drive the router: methods switched on, a key given, the key right.

A wrong key is counted by the address that it came from; over the limit that address is told to wait. The right key passes
whatever was counted: a flood, also one from behind the same NAT, locks nobody out, and 192 random bits are guessed by no flood.
"""

import logging
from typing import Protocol

from routerd.api import messages
from routerd.api.fields import Fields
from routerd.core.clock import Clock
from routerd.core.errors import Denied
from routerd.identity.model import ApiState
from routerd.web.limits import Attempts

log = logging.getLogger(__name__)

WINDOW_S = 60
"""`[action_api] wrong_keys` counts within a minute."""


class Access(Protocol):
    """What identity says of the action API; `identity.service.ApiAccess`."""

    def state(self) -> ApiState: ...

    def verify(self, presented: str) -> bool: ...


class Guard:
    """Lets requests pass or raises Denied.

    Args:
        access: switches and key.
        clock: for the wrong-key limit.
        wrong_keys: wrong keys that an address may send within a minute.
    """

    def __init__(self, access: Access, clock: Clock, wrong_keys: int) -> None:
        self._access = access
        self._attempts = Attempts(clock, most=wrong_keys, window_s=WINDOW_S)

    def allowed(self) -> tuple[str, ...]:
        """The methods that are switched on."""
        state = self._access.state()
        return (("GET",) if state.get_enabled else ()) + (("POST",) if state.post_enabled else ())

    def method(self, method: str) -> None:
        """Pass a request method.

        Raises:
            Denied: ``disabled`` when the API is off, ``no-key`` when only this method is.
        """
        allowed = self.allowed()
        if not allowed:
            raise Denied(messages.NOT_ENABLED, "disabled")
        if method not in allowed:
            raise Denied(messages.KEY_NOT_SET, "no-key")

    def key(self, fields: Fields, address: str) -> None:
        """Pass a request's key.

        Args:
            fields: the request's parameters.
            address: whom wrong keys are counted against.

        Raises:
            Denied: ``no-key`` or ``wrong-key``.
            Limited: a wrong key again, too often.
        """
        presented = fields.get("api-key")
        if presented is None or presented == "":
            raise Denied(messages.KEY_NOT_SET, "no-key")
        if isinstance(presented, str) and self._access.verify(presented):
            return
        self._attempts.check(address)
        self._attempts.failed(address)
        log.warning("a wrong API key came from %s", address)
        raise Denied(messages.KEY_INCORRECT, "wrong-key")

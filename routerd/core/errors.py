"""Errors by whose fault they are. Doors turn them into statuses in one table each; nobody else catches them to decide.

The message of each is meant for the person at the other end: it says what is wrong and what would be right.
"""


class RouterdError(Exception):
    """Base of every error that routerd raises on purpose."""


class BadInput(RouterdError):
    """The caller sent something that cannot be right (400).

    Args:
        message: what to tell the caller.
        field: the one field that is at fault; empty when there is no such.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Denied(RouterdError):
    """The caller may not do this (401/403).

    Args:
        message: what to tell the caller.
        reason: a stable word for logs and page choice, such as ``wrong-passcode`` or ``used-up``.
        at: the moment that the message speaks of, seconds since the epoch, where it speaks of one.
    """

    def __init__(self, message: str, reason: str = "denied", at: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.at = at


class NotFound(RouterdError):
    """What was named does not exist (404)."""


class Conflict(RouterdError):
    """What was asked contradicts what is there (409)."""


class Limited(RouterdError):
    """Too often or too much.

    Args:
        message: what to tell the caller.
        retry_after_s: seconds after which it is worth trying again.
    """

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(RouterdError):
    """Something outside (kernel, disk, peer) failed; trying again later may help (503)."""


class Misconfigured(RouterdError):
    """The configuration cannot work; raised at start-up only."""

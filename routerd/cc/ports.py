"""What counters need of others."""

from collections.abc import Sequence
from typing import Protocol

from routerd.core.ruling import Ruling


class Head(Protocol):
    """The head of a request, as far as counters look at it: `edge.head.Head`."""

    @property
    def method(self) -> bytes: ...

    @property
    def target(self) -> bytes:
        """As it came, in origin form."""
        ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...

    @property
    def client(self) -> bytes:
        """The client's address as text, once trusted proxies are taken off."""
        ...

    @property
    def peer(self) -> bytes:
        """The address of the TCP peer as text."""
        ...

    @property
    def scheme(self) -> bytes:
        """``http`` or ``https``."""
        ...

    @property
    def host(self) -> bytes:
        """Lower case, without the port."""
        ...


class Seal(Protocol):
    """Seals the key in the store; `identity.seal.Box`."""

    def seal(self, secret: str, purpose: str) -> str:
        """As text that only this box opens."""
        ...

    def open(self, sealed: str, purpose: str) -> str:
        """What was sealed for the same purpose.

        Raises:
            Unavailable: the box's key is another.
        """
        ...


class Bans(Protocol):
    """Who keeps clients out: `bans.service.Bans`."""

    def ban(self, client: bytes, seconds: float, why: Ruling, *, direct: bool = True) -> bool:
        """Keep a client out from now on; never waits. False: this one is never banned."""
        ...

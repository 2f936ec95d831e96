"""LivePortal: the portal that can be made anew from changed settings while it serves, without a socket being closed.

The app serves this one; whoever changes settings calls `change`. Requests that run on keep the portal that they began with. What has
to outlive a change (form tokens, counters, tickets, choices of language) is in a `Kept` that `make` hands to each portal.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from routerd.brand.model import Brand
from routerd.portal.answers import Environ, StartResponse
from routerd.portal.entrance import Entrance

S = TypeVar("S")


class LivePortal(Generic[S]):
    """A WSGI application that stands for the portal of the day.

    Args:
        make: a portal from settings.
        settings: the first.

    Raises:
        Misconfigured: as `make`.
    """

    def __init__(self, make: Callable[[S], Entrance], settings: S) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._entrance = make(settings)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self._entrance(environ, start_response)

    def change(self, settings: S) -> None:
        """Serve by these settings from the next request on.

        Raises:
            Misconfigured: no portal can be made of them; the one before goes on.
        """
        with self._lock:  # of two changes at once, the later one counts
            self._entrance = self._make(settings)

    def page(self, network: str, brand: Brand, screen: str, language: str) -> str:
        """A page for the owner's editor; see `portal.preview`."""
        return self._entrance.preview.page(network, brand, screen, language)

    def styles(self, brand: Brand) -> tuple[str, str]:
        """Its style sheets."""
        return self._entrance.preview.styles(brand)

    def forget(self) -> None:
        """Drop what is remembered of who may not come in."""
        self._entrance.forget()

"""What meets every request first: a request for somebody else's host is redirected here and now, our own goes to the pages.

The firewall sends a guest's port 80 here for as long as it is not signed in, so this is where a whole cafe's phones knock every few
seconds. It therefore answers without bottle and, for a device that was turned away a moment ago, without asking anybody. A device
that comes back within a living grant is let in again here, without a page. It must never send a device in circles.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from routerd.core.clock import Clock
from routerd.core.errors import RouterdError
from routerd.portal.answers import Answer, Environ, StartResponse, redirect
from routerd.portal.onward import seal, wanted_url
from routerd.portal.probes import probe_for
from routerd.portal.venues import Venue, Venues

if TYPE_CHECKING:  # the pages know the entrance's neighbours, not the other way round
    from routerd.portal.preview import Preview

log = logging.getLogger(__name__)

TURNED_AWAY_S = 1.0
"""A device that could not be let in again is not looked up anew for so long: phones probe in bursts, floods do nothing else."""

ONWARD_PAUSE_S = 10.0
"""A device sent back to where it wanted to go and here again within so long gets the portal instead: that road is not open yet."""

REMEMBERED_MOST = 4096
"""Addresses in each of the two short memories; a full one is emptied."""

NOWHERE = Answer("403 Forbidden", (("Content-Type", "text/plain; charset=utf-8"),), b"This address is not on a guest network.\n")

Readmit = Callable[[str], bool]
"""Lets the device at an address in again if it may, and says whether it is online."""


class Entrance:
    """The portal's WSGI application.

    Args:
        pages: WSGI application for requests to the portal itself.
        venues: guest networks.
        readmit: see `Readmit`.
        key: seals the URL that a guest wanted.
        clock: for monotonic time.

    Attributes:
        preview: the same pages for the owner's editor; set by `routes.build`.
    """

    preview: "Preview"

    def __init__(self, pages: Callable[..., Any], venues: Venues, readmit: Readmit, key: bytes, clock: Clock) -> None:
        self._pages = pages
        self._venues = venues
        self._readmit = readmit
        self._key = key
        self._clock = clock
        self._turned_away: dict[str, float] = {}
        self._sent_onward: dict[str, float] = {}
        self._lock = threading.Lock()
        self._bodies = {base: _body(base) for venue in venues.all for base in (venue.base4, venue.base6, venue.https_url)}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        address = environ["REMOTE_ADDR"]
        venue = self._venues.at(address)
        host = environ.get("HTTP_HOST", "").lower()
        if venue is None:
            return NOWHERE.send(environ, start_response)
        if not host or host in venue.hosts:  # without Host (HTTP/1.0) nobody can tell, and a redirect would come back the same
            pages: Iterable[bytes] = self._pages(environ, start_response)
            return pages
        return self._foreign(environ, host, address, venue).send(environ, start_response)

    def forget(self) -> None:
        """Drop what is remembered of who may not come in; called when somebody has signed in."""
        with self._lock:
            self._turned_away.clear()

    def _foreign(self, environ: Environ, host: str, address: str, venue: Venue) -> Answer:
        probe = probe_for(host.partition(":")[0], environ.get("PATH_INFO", "/"))
        wanted = "" if probe else wanted_url(environ, host)
        base = venue.sent_to(address)
        if self._is_online(address):
            if probe:
                return probe.online
            if wanted and self._may_go_onward(address):
                return redirect(wanted)
        query = f"?to={quote(seal(self._key, address, wanted), safe='')}" if wanted else ""
        return redirect(f"{base}/{query}", self._bodies[base])

    def _is_online(self, address: str) -> bool:
        now = self._clock.monotonic()
        if self._turned_away.get(address, 0.0) > now:
            return False
        try:
            online = self._readmit(address)
        except RouterdError as error:
            log.debug("%s was not let in again: %s", address, error)
            online = False
        except Exception:
            log.exception("letting %s in again failed", address)
            online = False
        if not online:
            self._remember(self._turned_away, address, now + TURNED_AWAY_S)
        return online

    def _may_go_onward(self, address: str) -> bool:
        now = self._clock.monotonic()
        if self._sent_onward.get(address, 0.0) > now:
            return False
        self._remember(self._sent_onward, address, now + ONWARD_PAUSE_S)
        return True

    def _remember(self, memory: dict[str, float], address: str, until: float) -> None:
        with self._lock:
            if len(memory) >= REMEMBERED_MOST:
                memory.clear()
            memory[address] = until


def _body(base: str) -> bytes:
    link = escape(f"{base}/")
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Sign in</title></head>'
        f'<body><p><a href="{link}">Sign in to use this network</a></p></body></html>\n'
    ).encode()

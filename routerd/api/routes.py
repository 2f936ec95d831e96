"""`/api/` and `/api`: guard, catalogue, statuses. Served on the LAN and management addresses, never towards guests.

Never logs or repeats a query string: with GET it holds the key.
"""

import io
from typing import Protocol

import bottle

from routerd.api import messages, shapes
from routerd.api.actions import live, people, vouchers
from routerd.api.catalogue import Catalogue
from routerd.api.fields import text
from routerd.api.guard import Access, Guard
from routerd.api.incoming import parameters
from routerd.core.clock import Clock
from routerd.core.errors import Conflict, Denied, NotFound, RouterdError
from routerd.core.settings import ActionApiSettings
from routerd.store.database import Store
from routerd.web.front import Front

HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_DENIALS = {"disabled": 403, "no-key": 405, "wrong-key": 401}

_SPOKEN = {Conflict: messages.USERNAME_EXISTS, NotFound: messages.USERNAME_UNKNOWN}
"""Only vouchers can be there already, or missing; integrations compare these two letter for letter."""


class Sessions(live.Sessions, vouchers.Grants, Protocol):
    """What all actions together need of `sessions.service.Sessions`."""


class Guests(live.Hosts, people.People, Protocol):
    """What all actions together need of `guests.service.Guests`."""


def build(
    settings: ActionApiSettings,
    clock: Clock,
    store: Store,
    access: Access,
    vouchers_: vouchers.Vouchers,
    sessions: Sessions,
    guests: Guests,
) -> Front:
    """The action API's front.

    Args:
        settings: [action_api].
        clock: for the wrong-key limit, and for how long guests have been online.
        store: makes the removal of a voucher and the end of its sessions one change.
        access: switches and key.
        vouchers_: what was sold.
        sessions: who is online.
        guests: hosts, people, the login log.

    Raises:
        ValueError: two actions share a name.
    """
    guard = Guard(access, clock, settings.wrong_keys)
    known = Catalogue(
        (
            *vouchers.actions(store, vouchers_, sessions),
            *people.actions(guests),
            *live.actions(clock, sessions, guests),
        )
    )

    def shape(status: int, error: RouterdError | None, message: str) -> bottle.HTTPResponse:
        return _failure(guard, settings.always_200, status, error, message)

    front = Front(shape)

    @front.route("/api", method="ANY")
    @front.route("/api/", method="ANY")
    def act() -> bottle.HTTPResponse:
        request = bottle.request
        guard.method(request.method)
        fields = parameters(request.method)
        guard.key(fields, request.environ.get("REMOTE_ADDR") or "")
        answer = known.find(text(fields, "action")).answer(fields)
        # A file hands the octets to waitress uncopied: a list of a thousand guests is 200 KB.
        return bottle.HTTPResponse(io.BytesIO(answer), headers={**HEADERS, "Content-Length": str(len(answer))})

    return front


def _failure(guard: Guard, always_200: bool, status: int, error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    if isinstance(error, Denied):
        status = _DENIALS.get(error.reason, status)
    answer = bottle.HTTPResponse(shapes.failure(_words(status, error, message)), 200 if always_200 else status, headers=HEADERS)
    if status == 405:
        answer.set_header("Allow", ", ".join(guard.allowed()))
    if status == 401:
        answer.set_header("WWW-Authenticate", 'ApiKey realm="action API"')
    return answer


def _words(status: int, error: RouterdError | None, message: str) -> str:
    if error is None:
        return messages.ERROR_OCCURRED if status >= 500 else message
    return _SPOKEN.get(type(error), message)

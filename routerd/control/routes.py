"""The control socket's front: JSON in, JSON out, for root on this machine alone. The socket file's mode (0600) is the guard."""

import json
from collections.abc import Callable

import bottle

from routerd.control.answers import Answer, access, admin, bans, firewall, garden, guests, status, tunnel, vouchers, waf
from routerd.control.ports import Services
from routerd.core.errors import RouterdError
from routerd.web.front import Front

HEADERS = {"Content-Type": "application/json"}


def build(services: Services) -> Front:
    """The front.

    Args:
        services: what it drives.
    """
    front = Front(_failure)
    tables = (
        status.routes(services),
        access.routes(services),
        admin.routes(services),
        vouchers.routes(services),
        guests.routes(services),
        firewall.routes(services),
        garden.routes(services),
        tunnel.routes(services),
        waf.routes(services.rules),
        bans.routes(services.bans, services.clock),
    )
    for table in tables:
        for method, path, answer in table:
            front.route(path, method, _answering(answer))
    return front


def _answering(answer: Answer) -> Callable[[], bottle.HTTPResponse]:
    return lambda: bottle.HTTPResponse(json.dumps(answer()), headers=HEADERS)


def _failure(status: int, _error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    return bottle.HTTPResponse(json.dumps({"message": message, "error": True}), status, headers=HEADERS)

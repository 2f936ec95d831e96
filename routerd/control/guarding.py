"""The control socket of a box that only guards sites: what the daemon is doing, its rules, and who is banned.

Apart from `control.routes`, which loads the services of a whole gateway.
"""

import json
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

import bottle

from routerd.control.answers import bans as banning
from routerd.control.answers import waf
from routerd.core.clock import Clock
from routerd.core.errors import RouterdError
from routerd.web.front import Front

if TYPE_CHECKING:
    from routerd.control.ports import Bans, Rules

HEADERS = {"Content-Type": "application/json"}


def build(clock: Clock, parts: Callable[[], Mapping[str, str]], rules: "Rules | None" = None, bans: "Bans | None" = None) -> Front:
    """The front; what it answers has the shape of a gateway's.

    Args:
        clock: tells for how long it has run.
        parts: what the status shows.
        rules: that sites' requests are judged by; None: they are not.
        bans: who is kept out; None: there are no sites.
    """
    begun = clock.monotonic()

    def status() -> bottle.HTTPResponse:
        told = {
            "version": version("routerd"),
            "pid": os.getpid(),
            "uptime_s": int(clock.monotonic() - begun),
            "online": 0,
            "api": {"post": False, "get": False},
            "firewall": "off",
            "setup_code": "",
            "tunnel": None,
            "parts": dict(parts()),
            "networks": [],
        }
        return bottle.HTTPResponse(json.dumps(told), headers=HEADERS)

    front = Front(_failure)
    front.get("/status", callback=status)
    for method, path, answer in (*waf.routes(rules), *banning.routes(bans, clock)):
        front.route(path, method, lambda answer=answer: bottle.HTTPResponse(json.dumps(answer()), headers=HEADERS))
    return front


def _failure(status: int, error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    if status == 404 and error is None:
        message = "this box guards sites and does nothing else: there is no such thing here"
    return bottle.HTTPResponse(json.dumps({"message": message, "error": True}), status, headers=HEADERS)

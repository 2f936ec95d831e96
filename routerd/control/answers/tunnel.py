"""The cloud endpoint: its address, this box's key, the lines to the relays."""

from dataclasses import asdict
from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Services, Tunnel
from routerd.core.errors import Conflict


def routes(services: Services) -> Routes:
    """/tunnel and /tunnel/rotate."""
    return (("GET", "/tunnel", partial(_show, services)), ("POST", "/tunnel/rotate", partial(_rotate, services)))


def _show(services: Services) -> dict[str, object]:
    return asdict(_there(services).state())


def _rotate(services: Services) -> dict[str, object]:
    return {"endpoint": _there(services).rotate()}


def _there(services: Services) -> Tunnel:
    if services.tunnel is None:
        raise Conflict("there is no cloud endpoint: the configuration has no [tunnel] section")
    return services.tunnel

"""The walled garden."""

from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Garden, Services
from routerd.core.errors import BadInput, Conflict
from routerd.web.body import json_fields


def routes(services: Services) -> Routes:
    """/garden and /garden/remove."""
    return (
        ("GET", "/garden", partial(_list, services)),
        ("POST", "/garden", partial(_add, services)),
        ("POST", "/garden/remove", partial(_remove, services)),
    )


def _list(services: Services) -> dict[str, object]:
    return {"garden": [entry.target for entry in _there(services).list()]}


def _add(services: Services) -> dict[str, object]:
    return {"target": _there(services).add(_target()).target}


def _remove(services: Services) -> dict[str, object]:
    target = _target()
    _there(services).remove(target)
    return {"target": target}


def _target() -> str:
    target = json_fields().get("target")
    if not isinstance(target, str):
        raise BadInput("target: expected a text")
    return target


def _there(services: Services) -> Garden:
    if services.garden is None:
        raise Conflict("there is no walled garden: the configuration has no [[guest]] section")
    return services.garden

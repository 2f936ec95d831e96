"""Integrations, API Access: the action API's two switches, where it is, its key, and how to call it, with examples to copy.

Where the API is reached from the internet, the cloud endpoint, is shown too, and given a new address.

The key is told by `reveal` and `rotate` alone, each of which is put on record.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol

from routerd.admin.reading import flag
from routerd.admin.section import Asked, Route, only
from routerd.admin.sections.actions import documentation
from routerd.core.errors import NotFound
from routerd.core.settings import Settings
from routerd.identity.audit import Audit
from routerd.identity.service import ApiAccess
from routerd.store.database import Store


class Cloud(Protocol):
    """The cloud endpoint."""

    def shown(self) -> dict[str, Any]:
        """It as ``{"url", "state", "lines"}``."""
        ...

    def rotate(self) -> str:
        """Take a new address, which is returned. Raises what `tunnel.service.Tunnel.rotate` does; the address is another one even so."""
        ...


class IntegrationsSection:
    """GET and POST /integrations/api, reveal, rotate; POST /integrations/cloud/rotate.

    Args:
        access: switches and key.
        settings: say where the box listens.
        audit: is told of every change.
        store: for changes with their audit in one.
        cloud: the cloud endpoint; None while there is none.
    """

    def __init__(self, access: ApiAccess, settings: Settings, audit: Audit, store: Store, cloud: Cloud | None) -> None:
        self._access = access
        self._endpoints = endpoints(settings)
        self._audit = audit
        self._store = store
        self._cloud = cloud

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/integrations/api", self._show),
            Route("POST", "/integrations/api", self._switch),
            Route("POST", "/integrations/api/reveal", self._reveal),
            Route("POST", "/integrations/api/rotate", self._rotate),
            Route("POST", "/integrations/cloud/rotate", self._move),
        )

    def _show(self, _asked: Asked) -> dict[str, Any]:
        where = self._endpoints[0]["url"] if self._endpoints else "http://192.168.10.1/api/"
        return self._told() | {"documentation": documentation(where)}

    def _switch(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "post", "get")
        wanted = {name: flag(asked.fields, name) for name in ("post", "get") if name in asked.fields}

        def work() -> None:
            state = self._access.state()
            before = {"post": state.post_enabled, "get": state.get_enabled}
            self._access.set(**wanted)
            self._audit.note(asked.actor, "api.switch", "action API", before, before | wanted)

        self._store.write(work)
        return self._show(asked)

    def _reveal(self, asked: Asked) -> dict[str, str]:
        only(asked.fields)
        key = self._access.reveal()
        self._audit.note(asked.actor, "api.reveal", "action API key")
        return {"key": key}

    def _rotate(self, asked: Asked) -> dict[str, str]:
        only(asked.fields)

        def work() -> str:
            self._audit.note(asked.actor, "api.rotate", "action API key")
            return self._access.rotate()

        return {"key": self._store.write(work)}

    def _move(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields)
        if self._cloud is None:
            raise NotFound("this box has no cloud endpoint: its configuration has no [tunnel]")
        before = self._cloud.shown()["url"]
        try:
            self._cloud.rotate()
        finally:
            after = self._cloud.shown()
            self._audit.note(asked.actor, "cloud.rotate", "cloud endpoint", {"url": before}, {"url": after["url"]})
        return after

    def _told(self) -> dict[str, Any]:
        state = asdict(self._access.state())
        switches = {"post": state["post_enabled"], "get": state["get_enabled"]}
        return switches | {
            "has_key": state["has_key"],
            "rotated_at": state["rotated_at"],
            "endpoints": self._endpoints,
            "cloud": self._cloud.shown() if self._cloud else None,
        }


def endpoints(settings: Settings) -> list[dict[str, str]]:
    """Where the action API answers: the LAN address first."""
    found = [{"place": "lan", "url": f"http://{settings.lan.address.ip}/api/"}] if settings.lan else []
    return found + [{"place": "management", "url": f"http://{listen}/api/"} for listen in settings.management.listen]

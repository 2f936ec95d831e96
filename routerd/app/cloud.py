"""The cloud endpoint's service and parts. Loaded only when a relay is configured."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from routerd.api.cloud import Cloud
from routerd.app.house import House
from routerd.core.parts import Part
from routerd.tunnel.service import Tunnel
from routerd.web.mount import Wsgi
from routerd.web.server import WebServer, bind_unix

THREADS = 4


def tunnel(house: House) -> Tunnel:
    """The lines to the relays."""
    settings = house.settings
    assert settings.tunnel is not None
    return Tunnel(settings.tunnel, Path(settings.daemon.run_dir), house.store, house.clock)


def parts(house: House, lines: Tunnel, api: Wsgi) -> list[Part]:
    """The server behind the tunnel first, then the lines."""
    assert house.settings.tunnel is not None
    door = Cloud(api, house.settings.tunnel, house.clock)
    return [WebServer("cloud", door, [bind_unix(lines.socket)], THREADS), *lines.parts()]


def shown(lines: Tunnel) -> dict[str, Any] | None:
    """The cloud endpoint as the admin page shows it; None without a name."""
    state = lines.state()
    if not state.endpoint:
        return None
    up = any(line.up for line in state.lines)
    return {"url": state.endpoint, "state": "up" if up else "down", "lines": [asdict(line) for line in state.lines]}

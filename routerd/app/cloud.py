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


class Shown:
    """The cloud endpoint as the admin page shows it. Fulfils `admin.sections.integrations.Cloud`."""

    def __init__(self, lines: Tunnel) -> None:
        self._lines = lines
        self.rotate = lines.rotate

    def shown(self) -> dict[str, Any]:
        """Its address, whether any line is up, and each line."""
        state = self._lines.state()
        up = any(line.up for line in state.lines)
        return {"url": state.endpoint, "state": "up" if up else "down", "lines": [asdict(line) for line in state.lines]}

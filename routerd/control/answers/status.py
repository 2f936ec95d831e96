"""What the daemon is doing."""

import os
from collections import Counter
from dataclasses import asdict
from functools import partial
from importlib.metadata import version

from routerd.control.answers import Routes
from routerd.control.ports import Services


def routes(services: Services) -> Routes:
    """GET /status."""
    return (("GET", "/status", partial(_tell, services, services.clock.monotonic())),)


def _tell(services: Services, started: float) -> dict[str, object]:
    online = Counter(entry.session.device.network for entry in services.sessions.online())
    state = services.access.state()
    return {
        "version": version("routerd"),
        "pid": os.getpid(),
        "uptime_s": int(services.clock.monotonic() - started),
        "online": sum(online.values()),
        "api": {"post": state.post_enabled, "get": state.get_enabled},
        "firewall": _firewall(services),
        "setup_code": services.accounts.setup.code if services.accounts else "",
        "tunnel": asdict(services.tunnel.state()) if services.tunnel else None,
        "parts": dict(services.parts()),
        "networks": [
            {
                "name": network.name,
                "interface": network.interface,
                "address": str(network.address),
                "address6": str(network.address6 or ""),
                "online": online[network.name],
            }
            for network in services.settings.guest
        ],
    }


def _firewall(services: Services) -> str:
    if services.firewall is None:
        return "off"
    return "removed by hand; nothing is forwarded for guests" if services.firewall.removed else "guarding"

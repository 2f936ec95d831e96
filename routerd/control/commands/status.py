"""`routerd status`."""

import argparse
from typing import Any

from routerd.control.connect import connect
from routerd.control.output import plain, say, say_json, table
from routerd.core.durations import routeros_duration


def run(arguments: argparse.Namespace) -> int:
    """Print what the daemon is doing."""
    told = connect(arguments.config).get("/status")
    if arguments.json:
        say_json(told)
    else:
        say(_lines(told))
    return 0


def _lines(told: dict[str, Any]) -> str:
    api = [name.upper() for name in ("post", "get") if told["api"][name]]
    lines = [
        f"routerd {told['version']}, process {told['pid']}, up {routeros_duration(told['uptime_s'])}",
        f"guests online: {told['online']}",
        f"firewall: {told['firewall']}",
        f"action API: {' and '.join(api) if api else 'off'}",
    ]
    lines += _tunnel(told["tunnel"])
    if told["setup_code"]:
        lines.append(f"setup: waiting for the owner; from outside the LAN the admin page asks for the code {told['setup_code']}")
    lines += [f"{name}: {plain(value)}" for name, value in told["parts"].items()]
    if told["networks"]:
        columns = (("name", "NETWORK"), ("interface", "INTERFACE"), ("address", "ADDRESS"), ("address6", "ADDRESS6"), ("online", "ONLINE"))
        lines.append(table(told["networks"], columns))
    return "\n".join(lines)


def _tunnel(told: dict[str, Any] | None) -> list[str]:
    if told is None:
        return []
    relays = [
        f"{plain(line['relay'])} {'up' if line['up'] else 'down'}{'; ' + plain(line['error']) if line['error'] else ''}"
        for line in told["lines"]
    ]
    return [f"cloud endpoint: {plain(told['endpoint'])}", *(f"relay: {relay}" for relay in relays)]

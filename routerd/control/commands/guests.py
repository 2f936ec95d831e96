"""`routerd guests`, `kick`, `block` and `unblock`."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import say, say_json, table
from routerd.core.durations import routeros_duration
from routerd.core.terms import mac_address

COLUMNS = (
    ("mac", "MAC"),
    ("address", "ADDRESS"),
    ("hostname", "HOSTNAME"),
    ("vendor", "VENDOR"),
    ("network", "NETWORK"),
    ("status", "STATUS"),
    ("login", "LOGIN"),
    ("uptime", "ONLINE"),
    ("idle", "IDLE"),
    ("down_octets", "DOWN"),
    ("up_octets", "UP"),
)


def run(arguments: argparse.Namespace) -> int:
    """Print every device known."""
    told = connect(arguments.config).get("/guests")
    if arguments.json:
        say_json(told)
        return 0
    rows = [{**row, "uptime": _lasting(row["uptime_s"]), "idle": _lasting(row["idle_s"])} for row in told["guests"]]
    say(table(rows, COLUMNS))
    return 0


def kick(arguments: argparse.Namespace) -> int:
    """End a guest's sessions."""
    told = connect(arguments.config).post("/kick", {"who": arguments.who})
    say(f"ended {told['ended']} session{'' if told['ended'] == 1 else 's'}")
    return 0


def block(arguments: argparse.Namespace) -> int:
    """Keep a device out."""
    connect(arguments.config).post("/hosts/block", {"mac": mac_address(arguments.mac)})
    say(f"blocked {arguments.mac}")
    return 0


def unblock(arguments: argparse.Namespace) -> int:
    """Let a blocked device sign in again."""
    connect(arguments.config).post("/hosts/unblock", {"mac": mac_address(arguments.mac)})
    say(f"unblocked {arguments.mac}")
    return 0


def _lasting(seconds: float | None) -> str | None:
    return None if seconds is None else routeros_duration(seconds)

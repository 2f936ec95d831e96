"""`routerd bans`, `ban` and `unban`: clients that are kept out of every site for a while."""

import argparse
from collections.abc import Mapping
from typing import Any

from routerd.control.connect import connect
from routerd.control.output import plain, say, say_json, table
from routerd.core.durations import routeros_duration
from routerd.web.moments import local

COLUMNS = (("client", "CLIENT"), ("since", "SINCE"), ("left", "LEFT"), ("rule_id", "RULE"), ("reason", "REASON"))


def listing(arguments: argparse.Namespace) -> int:
    """Print every ban that holds."""
    told = connect(arguments.config).get("/bans")
    if arguments.json:
        say_json(told)
    else:
        say(table([_row(each) for each in told["bans"]], COLUMNS))
    return 0


def ban(arguments: argparse.Namespace) -> int:
    """Keep a client out."""
    asked = {"client": arguments.address, "seconds": arguments.seconds, "reason": arguments.reason}
    told = connect(arguments.config).post("/bans/add", asked)
    say(f"banned {plain(told['client'])} for {routeros_duration(told['seconds_left'])}")
    return 0


def unban(arguments: argparse.Namespace) -> int:
    """Let a client in again."""
    told = connect(arguments.config).post("/bans/remove", {"client": arguments.address})
    say(f"{plain(told['client'])} may come in again")
    return 0


def _row(told: Mapping[str, Any]) -> dict[str, object]:
    return {**told, "since": local(int(told["began"])), "left": routeros_duration(told["seconds_left"])}

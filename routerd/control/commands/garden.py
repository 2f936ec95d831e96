"""`routerd garden add|list|remove`: what is reachable before sign-in."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import say, say_json


def listing(arguments: argparse.Namespace) -> int:
    """Print every entry, one a line."""
    told = connect(arguments.config).get("/garden")
    if arguments.json:
        say_json(told)
    else:
        say("".join(f"{target}\n" for target in told["garden"]) or "nothing is reachable before sign-in")
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Let something be reached."""
    told = connect(arguments.config).post("/garden", {"target": arguments.target})
    say(f"added {told['target']}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Take an entry away."""
    told = connect(arguments.config).post("/garden/remove", {"target": arguments.target})
    say(f"removed {told['target']}")
    return 0

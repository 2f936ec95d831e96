"""`routerd tunnel show|rotate`: the cloud endpoint."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import plain, say, say_json
from routerd.web.moments import local


def show(arguments: argparse.Namespace) -> int:
    """Print the endpoint, the key to enrol, and how each line stands."""
    told = connect(arguments.config).get("/tunnel")
    if arguments.json:
        say_json(told)
        return 0
    say(f"endpoint: {plain(told['endpoint'])}\nkey:      {plain(told['key'])}")
    for line in told["lines"]:
        state = "up" if line["up"] else "down"
        since = f" since {local(line['since'])}" if line["since"] else ""
        say(f"relay:    {plain(line['relay'])} {state}{since}" + (f"; {plain(line['error'])}" if line["error"] else ""))
    return 0


def rotate(arguments: argparse.Namespace) -> int:
    """Take another name; the old one leads nowhere from now on."""
    say(f"the endpoint is now {connect(arguments.config).post('/tunnel/rotate')['endpoint']}")
    return 0

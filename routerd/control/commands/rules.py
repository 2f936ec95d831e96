"""`routerd waf status` and `routerd waf reload`: the rules that the running daemon judges by."""

import argparse
from collections.abc import Mapping
from typing import Any

from routerd.control.connect import connect
from routerd.control.output import plain, say, say_json
from routerd.web.moments import local

COMPILING_S = 600
"""The rules of the OWASP CRS take seconds, or more on a machine that has other work; whoever asks at the same time waits for his turn."""


def status(arguments: argparse.Namespace) -> int:
    """Print how the rules are."""
    return _told(connect(arguments.config).get("/waf"), arguments)


def reload(arguments: argparse.Namespace) -> int:
    """Have the files read again, and print how the rules are then; 1 when a file has a fault."""
    told = connect(arguments.config, COMPILING_S).post("/waf/reload")
    _told(told, arguments)
    return 1 if told["faults"] else 0


def _told(told: Mapping[str, Any], arguments: argparse.Namespace) -> int:
    if arguments.json:
        say_json(dict(told))
        return 0
    for fault in told["faults"]:
        say(plain(fault))
    if not told["ready"]:
        say("no rules are in use: sites that are to be judged answer 503")
        return 0
    files = "files that were good last" if told["from_shelf"] else "files"
    say(f"{told['rules']} rules of {told['files']} {files}, {plain(told['hash'])}")
    say(f"compiled {local(int(told['compiled_at']))} in {told['took_s']} s")
    say(f"{told['sets']} set{'' if told['sets'] == 1 else 's'} in use, matcher {plain(told['matcher'])}{_coming(told)}")
    for ejected in told["ejected"]:
        say(f"asked each time: rule {plain(ejected)}")
    return 0


def _coming(told: Mapping[str, Any]) -> str:
    return "; a faster one is being made" if told["making"] else ""

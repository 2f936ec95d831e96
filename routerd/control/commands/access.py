"""`routerd api-access`: shows the key too, for only root can ask."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import plain, say, say_json


def run(arguments: argparse.Namespace) -> int:
    """Change what was asked, then print what holds."""
    control = connect(arguments.config)
    wanted: dict[str, object] = {name: value == "on" for name in ("post", "get") if (value := getattr(arguments, name)) is not None}
    if arguments.rotate_key:
        wanted["rotate"] = True
    told = control.post("/api-access", wanted) if wanted else control.get("/api-access")
    if arguments.json:
        say_json(told)
        return 0
    say(f"POST: {'on' if told['post'] else 'off'}\nGET:  {'on' if told['get'] else 'off'}")
    say(f"key:  {plain(told['key'] or told['key_note'])}")
    for endpoint in told["endpoints"]:
        say(f"at:   {endpoint}")
    return 0

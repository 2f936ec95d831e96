"""`routerd admin list` and `routerd admin reset-password`: the way back in for an owner who is locked out, by root on the box."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import say, say_json, table

_COLUMNS = (("name", "NAME"), ("role", "ROLE"), ("code", "CODE"), ("sessions", "SESSIONS"), ("last_login", "LAST SIGN-IN"))


def listing(arguments: argparse.Namespace) -> int:
    """Print the accounts of the admin page."""
    told = connect(arguments.config).get("/admin")
    if arguments.json:
        say_json(told)
    elif told["people"]:
        say(table(told["people"], _COLUMNS))
    else:
        say(f"nobody yet: open the admin page; from outside the LAN it asks for the setup code {told['setup_code']}")
    return 0


def reset_password(arguments: argparse.Namespace) -> int:
    """Print a new random password for an account."""
    asked = {"name": arguments.name, "without_code": arguments.without_code}
    told = connect(arguments.config).post("/admin/reset", asked)
    say(f"{told['name']}: the password is now {told['password']}\nAll browsers are signed out; choose another at the page.")
    return 0

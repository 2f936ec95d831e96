"""`routerd voucher add|list|remove`."""

import argparse

from routerd.control.connect import connect
from routerd.control.output import say, say_json, table

NUMBERS = ("download_limit", "upload_limit", "down_kbit", "up_kbit", "devices")
TEXTS = ("username", "passcode", "fullname", "valid_for", "valid_from", "comment", "batch")

ADDED = (
    ("username", "USERNAME"),
    ("passcode", "PASSCODE"),
    ("fullname", "FULLNAME"),
    ("valid_for", "VALID FOR"),
    ("valid_from", "VALID FROM"),
)
LISTED = (
    *ADDED,
    ("download_limit", "DOWN MB"),
    ("upload_limit", "UP MB"),
    ("devices", "DEVICES"),
    ("first_login", "FIRST LOGIN"),
    ("batch", "BATCH"),
)


def add(arguments: argparse.Namespace) -> int:
    """Make vouchers and print them."""
    fields = {name: value for name in (*TEXTS, *NUMBERS, "count") if (value := getattr(arguments, name)) is not None}
    return _show(connect(arguments.config).post("/vouchers", fields), arguments.json, ADDED)


def listing(arguments: argparse.Namespace) -> int:
    """Print every voucher."""
    return _show(connect(arguments.config).get("/vouchers"), arguments.json, LISTED)


def remove(arguments: argparse.Namespace) -> int:
    """Withdraw one and end its sessions."""
    told = connect(arguments.config).post("/vouchers/remove", {"username": arguments.username})
    say(f"removed {arguments.username}; {told['ended']} of its sessions ended")
    return 0


def _show(told: dict[str, object], as_json: bool, columns: tuple[tuple[str, str], ...]) -> int:
    rows = told["vouchers"]
    if as_json:
        say_json(told)
    else:
        assert isinstance(rows, list)
        say(table(rows, columns))
    return 0

"""`routerd firewall show|remove`: through the daemon when it runs, straight at the kernel when it does not."""

import argparse

from routerd.control.client import NotRunning
from routerd.control.connect import connect, read
from routerd.control.output import say
from routerd.core.clock import SystemClock
from routerd.core.settings import Settings


def show(arguments: argparse.Namespace) -> int:
    """Print the table."""
    try:
        table = str(connect(arguments.config).get("/firewall")["table"])
    except NotRunning:
        from routerd.firewall.service import show_table  # noqa: PLC0415 - loads netlink; needed only without a daemon

        table = show_table()
    say(table or "there is no table inet routerd")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Take the table away; guests are offline from then on."""
    try:
        connect(arguments.config).post("/firewall/remove")
    except NotRunning:
        _remove(read(arguments.config))
        say("removed; routerd is not running, and puts the table back when it starts")
    else:
        say("removed; routerd goes on without guarding, and forwards nothing for guests, until `systemctl reload routerd` or a restart")
    return 0


def _remove(settings: Settings) -> None:
    from routerd.firewall.service import Firewall, remove_table  # noqa: PLC0415 - as above

    if settings.uplink and settings.guest:
        Firewall(settings, SystemClock()).remove()  # forbids forwarding from the guest networks, too
    else:
        remove_table()

"""Tells systemd how the daemon is (sd_notify): ready, reloading, stopping, still alive. Without systemd it does nothing."""

import logging
import os
import socket
import time

log = logging.getLogger(__name__)


def notify(*lines: str) -> None:
    """Send lines such as ``READY=1`` to the service manager named by NOTIFY_SOCKET."""
    target = os.environ.get("NOTIFY_SOCKET", "")
    if not target:
        return
    address = "\0" + target[1:] if target.startswith("@") else target
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.sendall("\n".join(lines).encode())
        except OSError as error:
            log.warning("the service manager does not listen: %s", error)  # no reason to end a daemon that serves guests


def ready() -> None:
    """Guests can be served."""
    notify("READY=1", f"MAINPID={os.getpid()}")


def reloading() -> None:
    """The configuration is being read again; `ready` follows."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def stopping() -> None:
    """The daemon ends."""
    notify("STOPPING=1")


def alive() -> None:
    """The main thread goes round."""
    notify("WATCHDOG=1")


def watchdog_s() -> float | None:
    """Seconds between signs of life (half of what systemd allows), or None when nobody watches."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 2_000_000 if allowed.isdigit() and int(allowed) > 0 else None

"""The tunnel's rules, pure: ssh's command line, what its complaints mean, how long to wait before the next attempt.

The client is the stock `ssh`. It asks the relay to listen on the one loopback address that is this box's, and holds an idle session
open beside it: with `-N` alone sshd leaves Nagle's algorithm on, and each request waits 40 ms for an acknowledgement.
"""

from dataclasses import dataclass
from pathlib import Path

from routerd.core.cloud import RelaySettings

RELAY_PORT = 8080
"""On each box's own loopback address of the relay; its key line says so, too (`permitlisten`)."""

ALIVE_S, ALIVE_MISSED = 15, 2
"""A relay that is silent for longer than both multiplied is gone, though TCP has not noticed."""

CONNECT_S = 3

PAUSE_LEAST_S, PAUSE_MOST_S = 0.2, 30.0
PATIENCE = 60.0
"""A relay that has been away for so many seconds is asked a second less often, and so on: a short outage ends at once, a long one
does not end in a stampede."""

SPREAD = 0.25
"""Pauses vary by so much, so that boxes that lost their relay together do not come back together."""


@dataclass(frozen=True, slots=True)
class Files:
    """What one line keeps on the disk.

    Attributes:
        key: this box's private key.
        known_hosts: the relay's pinned key.
        heard: what the relay said on standard output.
        errors: what ssh complained of.
        socket: the unix socket that requests are handed to.
    """

    key: Path
    known_hosts: Path
    heard: Path
    errors: Path
    socket: Path


def known_hosts(relay: RelaySettings) -> str:
    """The file in which ssh finds the pinned key, and no other."""
    return f"{alias(relay)} {relay.host_key.strip()}\n"


def alias(relay: RelaySettings) -> str:
    """What the relay is called in that file, whatever its address is."""
    return f"routerd-relay-{relay.address}"


def order(name: str, *, allow_get: bool) -> str:
    """What the relay is told about this box."""
    return f"{name} {'get' if allow_get else 'post'}"


def holding(ssh: str, relay: RelaySettings, files: Files, said: str) -> list[str]:
    """The command that holds the tunnel open until its standard input ends."""
    forward = f"{relay.address}:{RELAY_PORT}:{files.socket}"
    return [*_common(ssh, relay, files), "-o", "ExitOnForwardFailure=yes", "-R", forward, _account(relay), f"hold {said}"]


def naming(ssh: str, relay: RelaySettings, files: Files, said: str) -> list[str]:
    """The command that only tells the relay this box's name."""
    return [*_common(ssh, relay, files), "-n", _account(relay), f"name {said}"]


def _common(ssh: str, relay: RelaySettings, files: Files) -> list[str]:
    options = {
        "BatchMode": "yes",
        "CheckHostIP": "no",
        "ConnectTimeout": CONNECT_S,
        "GlobalKnownHostsFile": "none",
        "HostKeyAlias": alias(relay),
        "IdentitiesOnly": "yes",
        "LogLevel": "ERROR",
        "PreferredAuthentications": "publickey",
        "ServerAliveCountMax": ALIVE_MISSED,
        "ServerAliveInterval": ALIVE_S,
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "UserKnownHostsFile": files.known_hosts,
    }
    words = [ssh, "-F", "none", "-T", "-p", str(relay.port), "-i", str(files.key)]
    for name, value in options.items():
        words += ["-o", f"{name}={value}"]
    return words


def _account(relay: RelaySettings) -> str:
    return f"{relay.user}@{relay.host}"


_MEANINGS = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "the relay's host key is not the pinned one: either `host_key` is out of date or somebody is in between",
    ),
    (
        "Host key verification failed",
        "the relay's host key is not the pinned one: either `host_key` is out of date or somebody is in between",
    ),
    ("No ED25519 host key is known", "the relay's host key is of another type than the pinned one"),
    ("Permission denied", "the relay does not know this box's key: enrol it there (`routerd tunnel show` prints the key)"),
    (
        "remote port forwarding failed",
        "the relay does not give this box `address`: another of its connections still holds it, or it is not the one enrolled",
    ),
    ("Connection refused", "the relay does not answer on this port"),
    ("timed out", "the relay does not answer"),
    ("not responding", "the relay fell silent"),
    ("Could not resolve hostname", "the relay's name cannot be resolved"),
    ("No route to host", "there is no route to the relay"),
    ("Network is unreachable", "there is no route to the relay"),
)


def trouble(complaints: str) -> str:
    """What ssh's complaints mean for whoever runs this box; its own last words when they are not among those known."""
    for sign, meaning in _MEANINGS:
        if sign in complaints:
            return meaning
    lines = complaints.strip().splitlines()
    return lines[-1][:200] if lines else "the relay ended the connection"


def pause_s(failures: int, away_s: float, chance: float) -> float:
    """Seconds until the next attempt.

    Args:
        failures: attempts that failed since the line was last up, this one included.
        away_s: seconds since it was last up.
        chance: 0..1, drawn anew each time.
    """
    eager = PAUSE_LEAST_S * 2.0 ** min(failures - 1, 20)
    bound = min(1.0 + away_s / PATIENCE, PAUSE_MOST_S)
    return min(eager, bound) * (1 - SPREAD + 2 * SPREAD * chance)

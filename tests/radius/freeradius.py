"""A real FreeRADIUS with a configuration of its own in a directory of its own; what it was told by accounting, as records."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECRET = "s3cret-of-the-test"

CONFIG = """
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {directory}
run_dir = {directory}
max_request_time = 5
cleanup_delay = 1
log {{
    destination = stdout
    auth = yes
}}
security {{
    reject_delay = 0
}}
thread pool {{
    start_servers = 1
    max_servers = 4
    min_spare_servers = 1
    max_spare_servers = 2
}}
modules {{
    pap {{
    }}
    chap {{
    }}
    files {{
        filename = {directory}/users
    }}
    detail {{
        filename = {directory}/detail
        escape_filenames = no
    }}
}}
client all {{
    ipaddr = 0.0.0.0/0
    secret = {secret}
}}
server default {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {port}
    }}
    listen {{
        type = acct
        ipaddr = {address}
        port = {accounting_port}
    }}
    authorize {{
        chap
        files
        pap
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
    }}
    accounting {{
        detail
    }}
    post-auth {{
        update reply {{
            &Message-Authenticator := 0x00
        }}
        Post-Auth-Type REJECT {{
            update reply {{
                &Message-Authenticator := 0x00
            }}
        }}
    }}
}}
"""

USERS = """
alice Cleartext-Password := "wonderland"
    Session-Timeout = 1800,
    Idle-Timeout = 300,
    WISPr-Bandwidth-Max-Down = 8000000,
    WISPr-Bandwidth-Max-Up = 2000000,
    Class = 0x3078666666,
    Class += 0x00ff,
    Acct-Interim-Interval = 60

bob Cleartext-Password := "builder"
    ChilliSpot-Max-Total-Octets = 3000000

carol Cleartext-Password := "short"
    User-Name := "carol@example.org",
    Session-Timeout = 600,
    Class = 0x6361726f6c

frank Cleartext-Password := "brief"
    Session-Timeout = 6

dave Auth-Type := Reject
    Reply-Message = "Your <b>account</b> is closed."

3c0754aabbcc Cleartext-Password := "3c0754aabbcc"
    Session-Timeout = 900,
    User-Name := "printer"
"""

Start = Callable[..., "subprocess.Popen[Any]"]


class FreeRadius:
    """One server.

    Args:
        directory: for its files; made.
        address: to listen on.
        port: for authentication; accounting is one higher. 0: any free pair.
        start: starts a program, given its words and Popen's options.
        users: text of the users file.
    """

    def __init__(self, directory: Path, address: str = "127.0.0.1", port: int = 0, start: Start | None = None, users: str = USERS) -> None:
        self.directory = directory
        self.address, self.port = address, port or free_port()
        self._start = start or (lambda *words, **options: subprocess.Popen(words, **options))
        self._process: subprocess.Popen[Any] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "dictionary").write_text("")
        (directory / "users").write_text(users)
        (directory / "radiusd.conf").write_text(
            CONFIG.format(directory=directory, address=address, port=self.port, accounting_port=self.port + 1, secret=SECRET)
        )

    @property
    def name(self) -> str:
        """As [radius] servers has it."""
        return f"{self.address}:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        (self.directory / "log").unlink(missing_ok=True)
        with (self.directory / "log").open("ab") as log:
            words = ("freeradius", "-f", "-d", str(self.directory), "-l", "stdout")
            self._process = self._start(*words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + 15
        while "Ready to process requests" not in self.log:
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"freeradius did not start:\n{self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            self._process = None

    @property
    def log(self) -> str:
        """All that it said since its start."""
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def reports(self, status: str = "", session: str = "") -> list[dict[str, list[str]]]:
        """Accounting-Requests that it acknowledged, oldest first, as values by attribute name.

        Args:
            status: only those of this Acct-Status-Type.
            session: only those of this Acct-Session-Id.
        """
        path = self.directory / "detail"
        found = [_report(block) for block in path.read_text().split("\n\n") if block.strip()] if path.exists() else []
        wanted = {"Acct-Status-Type": status, "Acct-Session-Id": session}
        return [each for each in found if all(not value or each.get(name) == [value] for name, value in wanted.items())]


def _report(block: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in block.splitlines():
        name, equals, value = line.strip().partition(" = ")
        if equals:
            found.setdefault(name, []).append(value.strip('"'))
    return found


def free_port() -> int:
    """A UDP port that is free, and the one above it too."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                two.bind(("127.0.0.1", port + 1))
                return port

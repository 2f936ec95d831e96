"""A real mail server, Debian's exim4, with configuration, queue, log and mailboxes in one directory of its own."""

import contextlib
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from mailbox import mbox
from pathlib import Path
from typing import Any, Self

EXIM = "/usr/sbin/exim4"

CONFIGURATION = """
primary_hostname = mail.example.com
domainlist local_domains = example.com
spool_directory = {home}/spool
log_file_path = {home}/spool/%slog
pid_file_path = {home}/spool/exim.pid
daemon_smtp_ports = {port}
local_interfaces = {address}
deliver_drop_privilege = true
timezone = UTC
host_lookup =
keep_environment =
tls_advertise_hosts = {tls_hosts}
tls_certificate = {home}/server.pem
tls_privatekey = {home}/server.key
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = recipients
acl_smtp_data = accept

begin acl
recipients:
  deny    message = relay not permitted
          !domains = +local_domains
  deny    message = no such user here
          local_parts = nobody
  accept  authenticated = *
  accept  condition = {open}
  deny    message = sign in first

begin routers
mailboxes:
  driver = accept
  domains = +local_domains
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  file = {home}/mail/everybody
  envelope_to_add = true

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{wifi}}}}{{eq{{$auth3}}{{secret}}}}}}}}
  server_set_id = $auth2
"""


class Exim:
    """A running exim4 that keeps mail for everybody at example.com but nobody@, in one file; use it as a context manager.

    Args:
        home: an empty directory that its user can reach.
        address: to listen at.
        port: TCP port; 0 a free one.
        certified: ``server.pem`` and ``server.key`` are in `home`: TLS and an account (wifi, secret) are wanted.
        start: starts a program; `subprocess.Popen` unless it is to run elsewhere.
    """

    def __init__(
        self,
        home: Path,
        address: str = "127.0.0.1",
        port: int = 0,
        *,
        certified: bool = False,
        start: Callable[..., Any] = lambda *words, **options: subprocess.Popen(words, **options),
    ) -> None:
        self.home, self.address = home, address
        self.port = port or _free_port()
        owner = pwd.getpwnam("Debian-exim")
        for name in ("spool", "mail"):
            (home / name).mkdir()
            shutil.chown(home / name, owner.pw_uid, owner.pw_gid)
        for name in ("server.pem", "server.key"):
            if certified:
                shutil.chown(home / name, "root", owner.pw_gid)
                (home / name).chmod(0o640)
        values = {"tls_hosts": "*" if certified else "", "open": "no" if certified else "yes"}
        file = home / "exim.conf"
        file.write_text(CONFIGURATION.format(home=home, address=address, port=self.port, **values))
        file.chmod(0o644)
        self._process = start(EXIM, "-C", str(file), "-bdf", "-q1m", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def wait(self, wait_s: float = 10) -> None:
        """Until it listens; for a server on this machine's own loopback."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection((self.address, self.port), 1):
                return
            time.sleep(0.02)
        raise TimeoutError(f"exim4 does not listen:\n{self.log()}")

    def letters(self, who: str) -> list[EmailMessage]:
        """What is in somebody's mailbox, oldest first."""
        return list(self._letters(who))

    def letter(self, who: str, wait_s: float = 5) -> EmailMessage:
        """The newest letter in a mailbox, as soon as there is one."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if found := self.letters(who):
                return found[-1]
            time.sleep(0.05)
        raise TimeoutError(f"no mail came for {who}:\n{self.log()}")

    def log(self) -> str:
        """What it says about itself."""
        return "\n".join(path.read_text(errors="replace") for path in (self.home / "spool").glob("*log") if path.is_file())

    def _letters(self, who: str) -> Iterator[EmailMessage]:
        path = self.home / "mail" / "everybody"
        if path.exists():
            with contextlib.closing(mbox(path, _parsed, create=False)) as box:
                yield from (letter for letter in box if letter["Envelope-to"] == f"{who}@example.com")


def _parsed(file: Any) -> Any:
    from email import message_from_binary_file  # noqa: PLC0415 - here alone

    return message_from_binary_file(file, policy=policy.default)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

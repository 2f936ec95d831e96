"""Long-lived child processes that outlive a crash of the daemon and are found again by the next one.

The network domain keeps dnsmasq with it. A process is known by its pid, its start time and its command line, and held by a pidfd,
so that a signal can never hit another process that got the same pid. Besides this
module `kernel.commands` (programs that end at once) and `kernel.asides` (programs that are asked) start any.
"""

import contextlib
import logging
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from routerd.core.errors import Misconfigured, Unavailable

log = logging.getLogger(__name__)

PROC = Path("/proc")


class Child:
    """A running process, ours by birth or adopted.

    Args:
        pid: its process id.
        pidfd: an open pidfd of it; closed by `forget`.
        popen: what started it, when it was started here; reaps it.
    """

    def __init__(self, pid: int, pidfd: int, popen: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._pidfd = pidfd
        self._popen = popen

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end.

        Returns:
            True when it has ended.
        """
        if self._pidfd < 0:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        ended = bool(poll.poll(max(0, timeout_s) * 1000))
        if ended and self._popen is not None:
            self._popen.wait()
        return ended

    def signal(self, number: int) -> None:
        """Send a signal; one that has ended already gets none."""
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def end(self, grace_s: float) -> None:
        """SIGTERM, and SIGKILL when it is still there after `grace_s`; returns when it has ended."""
        self.signal(signal.SIGTERM)
        if not self.wait(grace_s):
            self.signal(signal.SIGKILL)
            self.wait(grace_s)
        self.forget()

    def forget(self) -> None:
        """Let go of it without ending it."""
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        if self._popen is not None and self._popen.stdin is not None:
            self._popen.stdin.close()
        if self._popen is not None and self._popen.returncode is None:
            # It goes on without us; Popen would warn of that when collected.
            self._popen.returncode = self._popen.poll() or 0


def find_program(name: str, package: str) -> str:
    """The absolute path of a program.

    Args:
        name: such as ``dnsmasq``.
        package: the Debian package that has it, for the message.

    Raises:
        Misconfigured: it is not installed.
    """
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin")
    if path is None:
        raise Misconfigured(f"{name} is not installed; on Debian: apt install {package}")
    return path


def spawn(argv: Sequence[str], errors: Path, *, output: Path | None = None, leashed: bool = False) -> Child:
    """Start a program in a session of its own, so that neither a terminal's Ctrl-C nor our end takes it along.

    Args:
        argv: absolute path and arguments.
        errors: file that gets what it writes to stderr; emptied first.
        output: likewise for stdout; None throws it away.
        leashed: give it a standard input that says nothing and ends with this process: a program that reads it ends then, too.

    Raises:
        Unavailable: it could not be started.
    """
    try:
        with errors.open("wb") as sink, (output or Path(os.devnull)).open("wb") as source:
            stdin = subprocess.PIPE if leashed else subprocess.DEVNULL
            popen = subprocess.Popen(argv, stdin=stdin, stdout=source, stderr=sink, start_new_session=True, cwd="/", close_fds=True)
        return Child(popen.pid, os.pidfd_open(popen.pid), popen)
    except OSError as error:
        raise Unavailable(f"cannot start {argv[0]}: {error}") from error


def adopt(pid: int, argv: Sequence[str]) -> Child | None:
    """Take over a process that an earlier daemon started.

    Args:
        pid: where it should be.
        argv: the exact command line that it must have.

    Returns:
        None when no such process runs under that pid.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return None
    # The pidfd is held before the check, so what is checked is what will be signalled.
    if command_line(pid) != list(argv):
        os.close(pidfd)
        return None
    child = Child(pid, pidfd)
    if child.wait(0):
        child.forget()
        return None
    return child


def command_line(pid: int) -> list[str]:
    """The arguments that a process was started with; empty when it is gone or a zombie."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(word) for word in raw.split(b"\0")[:-1]]

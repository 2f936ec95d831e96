"""One network namespace: running commands in it, opening sockets in it without leaving this process, taking it down.

`ip netns exec` is used for programs (it also puts /etc/netns/NAME/resolv.conf in place of the machine's); sockets are opened by
moving the calling thread into the namespace for the one system call, which costs microseconds instead of a fork.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A named network namespace that exists already.

    Args:
        name: as `ip netns` knows it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.etc = Path("/etc/netns") / name

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Move the calling thread, and it alone, into the namespace; never yield to a scheduler of coroutines inside."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        away = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(away)
            try:
                yield
            finally:
                _setns(home)
        finally:
            os.close(home)
            os.close(away)

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that belongs to the namespace for as long as it lives."""
        with self.entered():
            return socket.socket(family, kind, protocol)

    def sysctl(self, name: str, value: str | None = None) -> str:
        """Read, or first set, a value below /proc/sys/net, such as ``ipv4/ip_forward``."""
        path = Path("/proc/sys/net") / name
        with self.entered():
            if value is not None:
                path.write_text(value, encoding="ascii")
            return path.read_text(encoding="ascii").strip()

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` here."""
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words: str, check: bool = True, timeout: float = 20, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end; CalledProcessError with its output when it fails and `check` is on."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=timeout, check=False, **options)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(words)} in {self.name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *words: str, **options: Any) -> "subprocess.Popen[Any]":
        """Start a program that goes on running; it ends with the namespace at the latest."""
        return subprocess.Popen(self.command(*words), **options)

    def ip(self, *words: str) -> str:
        """`ip` on this namespace's interfaces, addresses and routes."""
        done = subprocess.run(["ip", "-n", self.name, *words], capture_output=True, text=True, timeout=10, check=False)
        if done.returncode:
            raise RuntimeError(f"ip {' '.join(words)} in {self.name}: {done.stderr}")
        return done.stdout

    def batch(self, lines: Sequence[str]) -> None:
        """Several `ip` lines in one process."""
        batch(lines, self.name)

    def resolvers(self, addresses: Sequence[str]) -> None:
        """What /etc/resolv.conf says to programs that are started here."""
        self.etc.mkdir(parents=True, exist_ok=True)
        (self.etc / "resolv.conf").write_text("".join(f"nameserver {address}\n" for address in addresses), encoding="ascii")

    def pids(self) -> list[int]:
        """Processes whose network this is."""
        done = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, timeout=10, check=False)
        return [int(word) for word in done.stdout.split()]

    def remove(self) -> None:
        """End every process in it, then delete it with its interfaces and its /etc/netns directory."""
        end(self.pids, grace_s=0.5)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, timeout=10, check=False)
        shutil.rmtree(self.etc, ignore_errors=True)


def end(pids: Any, grace_s: float) -> None:
    """SIGTERM to what `pids()` names, SIGKILL to what is left of it after `grace_s`; never to this process."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + grace_s
        signalled: set[int] = set()
        while time.monotonic() < until:
            left = [pid for pid in pids() if pid != os.getpid()]
            if not left:
                return
            for pid in left:
                if pid not in signalled:
                    signalled.add(pid)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
            _reap(left)
            time.sleep(0.01)


def batch(lines: Sequence[str], name: str | None = None) -> None:
    """Run `ip` lines in one process, in namespace `name` or outside any."""
    where = ["-n", name] if name else []
    text = "\n".join(lines) + "\n"
    done = subprocess.run(["ip", *where, "-batch", "-"], input=text, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise RuntimeError(f"ip -batch in {name}: {done.stderr}\n{text}")


def _reap(pids: Sequence[int]) -> None:
    """Collect those that are our own children, or they stay as zombies that still count as alive."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _setns(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)} (thread {threading.current_thread().name})")

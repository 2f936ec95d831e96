"""Keeps one dnsmasq running for each guest network that wants one.

It is started with a generated configuration, found again after a crash of this daemon (and left alone if its configuration is still
the wanted one), started anew with growing pauses when it dies, and ended with the daemon on purpose only.
"""

import logging
import os
import pwd
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routerd.core.clock import Clock
from routerd.core.errors import Misconfigured, NotFound, RouterdError, Unavailable
from routerd.core.parts import Every
from routerd.core.settings import GuestNetwork
from routerd.kernel import children
from routerd.kernel.children import Child
from routerd.network.dnsmasq import Files, render, wanted
from routerd.network.leases import script

log = logging.getLogger(__name__)

PACKAGE = "dnsmasq-base"
LOOK_S = 0.5
"""Seconds between looks at whether each still runs."""

SERVING_S = 5.0
"""dnsmasq writes its pid file within milliseconds of its start, when its sockets are open; later than this it hangs."""

END_S = 1.0
DAEMON_PID = "routerd"
"""File with this process's id: the lease script looks whether the daemon is alive."""

PAUSE_LEAST_S, PAUSE_MOST_S = 0.5, 30.0
STEADY_S = 60.0
"""One that ran so long starts over with the shortest pause."""


@dataclass(slots=True)
class _Kept:
    network: GuestNetwork
    files: Files
    child: Child | None = None
    pause_s: float = PAUSE_LEAST_S
    started_at: float = 0.0
    due_at: float = 0.0


class Servers:
    """Every network's dnsmasq; a Part.

    Args:
        networks: all guest networks.
        run_dir: for generated files; made by whoever starts first.
        state_dir: for lease files, which outlive a reboot, and lease scripts, which have to be executable.
        https_url: the portal's https address.
        names: asked for the walled garden's names whenever a configuration is written.
        providers: asked for the names of providers of accounts then.
        clock: for pauses.
        on_started: told of a network whose dnsmasq was started or adopted.
    """

    name = "dnsmasq"

    def __init__(
        self,
        networks: Sequence[GuestNetwork],
        run_dir: Path,
        state_dir: Path,
        https_url: str,
        names: Callable[[], list[str]],
        clock: Clock,
        on_started: Callable[[GuestNetwork], None],
        providers: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._directory = run_dir / "dnsmasq"
        self._https_url = https_url
        self._names = names
        self._providers = providers
        self._clock = clock
        self._on_started = on_started
        self._lock = threading.RLock()
        self._program = self._nft = ""
        self._kept = [_Kept(network, files_of(network, self._directory, state_dir)) for network in networks if wanted(network)]
        self._rounds = Every("dnsmasq", self._look, LOOK_S)

    @property
    def directory(self) -> Path:
        """Where the generated files are, and the lease FIFOs."""
        return self._directory

    def start(self) -> None:
        """Adopt or start each.

        Raises:
            Misconfigured: dnsmasq is not installed or does not take its configuration.
        """
        if self._kept:
            self._program = children.find_program("dnsmasq", PACKAGE)
            self._nft = children.find_program("nft", "nftables")
        self._directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        _write(self._directory / DAEMON_PID, f"{os.getpid()}\n", 0o600)
        self._end_strangers()
        try:
            for kept in self._kept:
                kept.files.leases.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with self._lock:
                    self._begin(kept, self._names())
        except BaseException:
            self.stop()
            raise
        self._rounds.start()

    def stop(self) -> None:
        """End them all: asked to stop, the daemon leaves no server behind."""
        self._rounds.stop()
        with self._lock:
            running = [kept.child for kept in self._kept if kept.child is not None]
            for child in running:
                child.signal(signal.SIGTERM)
            for kept in self._kept:
                if kept.child is not None:
                    kept.child.end(END_S)
                    kept.child = None
                    kept.files.pid.unlink(missing_ok=True)

    def names_changed(self, names: list[str]) -> None:
        """The walled garden changed: start each anew with it."""
        with self._lock:
            for kept in self._kept:
                if kept.child is not None and self._text(kept, names) != _read(kept.files.config):
                    self._renew(kept, names)

    def forget_answers(self) -> None:
        """Empty the DNS caches, so that walled-garden names are asked for again and their addresses reach the firewall's new sets."""
        with self._lock:
            for kept in self._kept:
                if kept.child is not None:
                    kept.child.signal(signal.SIGHUP)

    def running(self) -> dict[str, bool]:
        """Whether each network's server runs, by network."""
        return {kept.network.name: kept.child is not None for kept in self._kept}

    def restart(self, network: str) -> None:
        """End a network's server and start it anew.

        Raises:
            NotFound: there is none for that network.
        """
        with self._lock:
            kept = next((each for each in self._kept if each.network.name == network), None)
            if kept is None:
                raise NotFound(f"there is no DHCP and DNS server for '{network}'")
            self._renew(kept, self._names())

    def _end_strangers(self) -> None:
        """End those of networks that the configuration no longer has, left by a daemon that crashed."""
        wanted_files = {kept.files.pid for kept in self._kept}
        for path in self._directory.glob("*.pid"):
            if path not in wanted_files:
                pid = _pid(path)
                words = children.command_line(pid)
                if words and words[-1] == f"--conf-file={path.with_suffix('.conf')}" and (child := children.adopt(pid, words)):
                    child.end(END_S)
                path.unlink(missing_ok=True)

    def _begin(self, kept: _Kept, names: list[str]) -> None:
        running = children.adopt(_pid(kept.files.pid), self._argv(kept))
        text = self._text(kept, names)
        unchanged = text == _read(kept.files.config) and self._script(kept) == _read(kept.files.script)
        if running is not None and unchanged:
            log.info("%s: dnsmasq %d still runs; taking it over", kept.network.name, running.pid)
            kept.child, kept.started_at = running, self._clock.monotonic()
            self._on_started(kept.network)
            return
        if running is not None:
            running.end(END_S)
        self._spawn(kept, text)

    def _spawn(self, kept: _Kept, text: str) -> None:
        """Write its files and start it; on failure it stays down and the error says why."""
        _write(kept.files.script, self._script(kept), 0o755)
        _write(kept.files.config, text, 0o644)
        kept.files.pid.unlink(missing_ok=True)
        child = children.spawn(self._argv(kept), kept.files.errors)
        until = self._clock.monotonic() + SERVING_S
        while _pid(kept.files.pid) != child.pid:
            if child.wait(0.005):
                child.forget()
                raise Misconfigured(f"{kept.network.name}: dnsmasq does not start: {_last_line(kept.files.errors)}")
            if self._clock.monotonic() > until:
                child.end(END_S)
                raise Unavailable(f"{kept.network.name}: dnsmasq did not get ready within {SERVING_S:.0f} s")
        kept.child, kept.started_at = child, self._clock.monotonic()
        self._on_started(kept.network)

    def _renew(self, kept: _Kept, names: list[str]) -> None:
        """End it and start it with a new configuration; if that fails, the rounds try again."""
        if kept.child is not None:
            kept.child.end(END_S)
            kept.child = None
        try:
            self._spawn(kept, self._text(kept, names))
        except RouterdError as error:
            kept.due_at = self._clock.monotonic() + kept.pause_s
            kept.pause_s = min(PAUSE_MOST_S, kept.pause_s * 2)
            log.error("%s; next try in %.1f s", error, kept.due_at - self._clock.monotonic())  # noqa: TRY400 - the message says all

    def _look(self) -> None:
        with self._lock:
            now = self._clock.monotonic()
            for kept in self._kept:
                if kept.child is not None and kept.child.wait(0):
                    self._died(kept, now)
                if kept.child is None and now >= kept.due_at:
                    self._renew(kept, self._names())

    def _died(self, kept: _Kept, now: float) -> None:
        if kept.child is not None:
            kept.child.forget()
            kept.child = None
        if now - kept.started_at >= STEADY_S:
            kept.pause_s = PAUSE_LEAST_S
        kept.due_at = now + kept.pause_s
        log.error("%s: dnsmasq ended (%s); starting it again in %.1f s", kept.network.name, _last_line(kept.files.errors), kept.pause_s)
        kept.pause_s = min(PAUSE_MOST_S, kept.pause_s * 2)

    def _argv(self, kept: _Kept) -> list[str]:
        return [self._program, "--keep-in-foreground", f"--conf-file={kept.files.config}"]

    def _script(self, kept: _Kept) -> str:
        fifo = fifo_of(kept.network, self._directory)
        return script(str(fifo), str(self._directory / DAEMON_PID), self._nft, kept.network.interface)

    def _text(self, kept: _Kept, names: list[str]) -> str:
        return render(kept.network, names, self._https_url, kept.files, self._providers())


def files_of(network: GuestNetwork, directory: Path, state_dir: Path) -> Files:
    """Where one network's files are."""
    at = directory / network.name
    return Files(
        config=at.with_suffix(".conf"),
        pid=at.with_suffix(".pid"),
        leases=state_dir / f"{network.name}.leases",
        script=state_dir / f"{network.name}.lease.sh",  # on Debian nothing below /run can be executed
        errors=at.with_suffix(".stderr"),
        user=_other_user(),
    )


def fifo_of(network: GuestNetwork, directory: Path) -> Path:
    """Where the lease script of a network hands its records over."""
    return directory / f"{network.name}.fifo"


def _other_user() -> str:
    """Root's dnsmasq becomes the user that its package made; anybody else's cannot become another user and need not."""
    if os.geteuid() != 0:
        return ""
    try:
        return pwd.getpwnam("dnsmasq").pw_name
    except KeyError:
        return "nobody"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _write(path: Path, text: str, mode: int) -> None:
    """Put the file in place at once, so that a crash leaves the old one or the new one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(mode)
    fresh.replace(path)


def _pid(path: Path) -> int:
    text = _read(path).strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def _last_line(path: Path) -> str:
    lines = _read(path).strip().splitlines()
    return lines[-1][:500] if lines else "it said nothing"

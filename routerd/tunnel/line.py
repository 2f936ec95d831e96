"""Line: the connection to one relay, kept up. A Part; it starts ssh, watches it, and starts it again after a pause.

It never judges requests, and never stays without the daemon: ssh's standard input ends with this process, and with it the tunnel.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.cloud import RelaySettings
from routerd.core.errors import Conflict, Unavailable
from routerd.core.parts import Every
from routerd.kernel import children, commands
from routerd.tunnel import model
from routerd.tunnel.model import Files

log = logging.getLogger(__name__)

LOOK_S = 0.2
GREETING_S = 10.0
"""A relay that has not said yes so long after ssh was started hangs."""

END_S = 1.0
HEARD_OCTETS_MOST = 200

ACCEPTED = "ok"


@dataclass(frozen=True, slots=True)
class LineState:
    """How one line stands.

    Attributes:
        relay: its host.
        up: requests can come in.
        since: seconds since the epoch of its last change between up and down; None before the first.
        error: why it is down, or went down last; empty when it never did.
    """

    relay: str
    up: bool
    since: int | None
    error: str


class Line:
    """One relay.

    Args:
        relay: which.
        files: where things are.
        ssh: path of the ssh program.
        said: what the relay is told about this box, asked anew at each attempt.
        refused: told what the relay does not take.
        clock: for pauses.
    """

    def __init__(
        self, relay: RelaySettings, files: Files, ssh: str, said: Callable[[], str], refused: Callable[[str], None], clock: Clock
    ) -> None:
        self.name = f"tunnel to {relay.host}"
        self.relay = relay
        self._files = files
        self._ssh = ssh
        self._said = said
        self._refused = refused
        self._clock = clock
        self._lock = threading.Lock()
        self._child: children.Child | None = None
        self._up = False
        self._since: int | None = None
        self._error = ""
        self._told = ""
        self._failures = 0
        self._begun = self._due = self._last_up = clock.monotonic()
        self._rounds = Every(self.name, self.look, LOOK_S)

    def start(self) -> None:
        self._files.known_hosts.write_text(model.known_hosts(self.relay), encoding="ascii")
        self._rounds.start()

    def stop(self) -> None:
        self._rounds.stop()
        with self._lock:
            self._close()

    def state(self) -> LineState:
        """How it stands."""
        return LineState(self.relay.host, self._up, self._since, self._error)

    def rename(self, said: str) -> None:
        """Tell the relay this box's new name; a line that is down tells it when it comes up.

        Raises:
            Conflict: the name is another box's.
            Unavailable: the relay did not answer.
        """
        if not self._up:
            return
        answer = commands.run(model.naming(self._ssh, self.relay, self._files, said)).strip()
        if answer != ACCEPTED:
            raise Conflict(f"{self.relay.host} does not take the new name: {answer[:HEARD_OCTETS_MOST]}")
        self._told = said

    def look(self) -> None:
        """One round: start what is to run, notice what ended, hear what the relay said."""
        with self._lock:
            if self._child is None:
                if self._clock.monotonic() >= self._due:
                    self._open()
            elif not self._up:
                self._listen(ended=self._child.wait(0))
            elif self._child.wait(0):
                self._lost(model.trouble(self._complaints()))
            else:
                self._last_up = self._clock.monotonic()
                if self._told != (said := self._said()):
                    self.rename(said)

    def _open(self) -> None:
        self._begun = self._clock.monotonic()
        self._told = self._said()
        words = model.holding(self._ssh, self.relay, self._files, self._told)
        self._child = children.spawn(words, self._files.errors, output=self._files.heard, leashed=True)

    def _listen(self, *, ended: bool) -> None:
        """Hear what the relay says; one that refuses says so and ends the session, maybe both since the last look."""
        word = self._files.heard.read_bytes()[:HEARD_OCTETS_MOST].decode("ascii", errors="replace")
        if word.endswith("\n") and word.strip() != ACCEPTED:
            self._lost(f"the relay does not take this box's name: {word.strip()}")
            self._refused(self._told)
        elif ended:
            self._lost(model.trouble(self._complaints()))
        elif word.endswith("\n"):
            self._failures = 0
            self._last_up = self._clock.monotonic()
            self._turned(up=True)
            log.info("%s: up", self.name)
        elif self._clock.monotonic() - self._begun > GREETING_S:
            self._lost("the relay does not answer in time")

    def _lost(self, error: str) -> None:
        now = self._clock.monotonic()
        self._failures += 1
        self._due = now + model.pause_s(self._failures, now - self._last_up, tokens.chance())
        if error != self._error or self._up:
            log.warning("%s: %s", self.name, error)
        self._error = error
        self._close()

    def _close(self) -> None:
        if self._child is not None:
            self._child.end(END_S)
            self._child = None
        if self._up or self._since is None:
            self._turned(up=False)

    def _turned(self, *, up: bool) -> None:
        self._up = up
        self._since = int(self._clock.now())

    def _complaints(self) -> str:
        with contextlib.suppress(OSError):
            return self._files.errors.read_text(encoding="utf-8", errors="replace")
        return ""


def key(path: Path, keygen: str) -> str:
    """This box's public key, made at first use.

    Args:
        path: of the private key; the public one stands beside it.
        keygen: path of the ssh-keygen program.

    Raises:
        Unavailable: it cannot be made or read.
    """
    public = path.with_name(f"{path.name}.pub")
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            commands.run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "routerd", "-f", str(path)])
        elif not public.exists():
            public.write_text(commands.run([keygen, "-y", "-f", str(path)]), encoding="ascii")
        return public.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Unavailable(f"[tunnel] key_file: {error}") from error

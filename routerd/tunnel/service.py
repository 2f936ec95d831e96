"""The cloud endpoint as the box's owner sees it: its address, its name, the key to enrol, and how each line stands.

The doors `control` and `admin` call it. What comes through the tunnel is served by `api.cloud`, on a unix socket that nothing else uses.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.cloud import TunnelSettings
from routerd.core.errors import Conflict
from routerd.core.parts import Part
from routerd.kernel.children import find_program
from routerd.store.database import Store
from routerd.tunnel import line, model
from routerd.tunnel.line import Line, LineState
from routerd.tunnel.model import Files
from routerd.tunnel.records import TunnelRow

PACKAGE = "openssh-client"
SOCKET = "tunnel.sock"
TRIES = 3
"""New names offered before giving up; two boxes drawing the same 40 bits is a matter of millions of years, not of luck."""


@dataclass(frozen=True, slots=True)
class TunnelState:
    """How the cloud endpoint stands.

    Attributes:
        endpoint: where the action API is reached; empty without a domain.
        key: this box's public key, to enrol at the relays.
        lines: one for each relay.
    """

    endpoint: str
    key: str
    lines: tuple[LineState, ...]


class Tunnel:
    """The lines to all relays.

    Args:
        settings: [tunnel], with at least one relay.
        run_dir: for generated files; made by whoever starts first.
        store: keeps the name.
        clock: for pauses, and to date the name.

    Raises:
        Misconfigured: ssh is not installed.
        Unavailable: the key cannot be made.
    """

    def __init__(self, settings: TunnelSettings, run_dir: Path, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._naming = threading.Lock()
        self._name = ""
        self.socket = run_dir / SOCKET
        key_file = Path(settings.key_file)
        self._key = line.key(key_file, find_program("ssh-keygen", PACKAGE))
        ssh = find_program("ssh", PACKAGE)
        self._lines = [
            Line(relay, _files(run_dir, at, key_file, self.socket), ssh, self._order, self._refused, clock)
            for at, relay in enumerate(settings.relay)
        ]

    def parts(self) -> list[Part]:
        """What the supervisor starts and stops."""
        return list(self._lines)

    @property
    def endpoint(self) -> str:
        """The address of the action API from anywhere, such as ``https://2b080b3af6.w-router.com/api/``."""
        return f"https://{self.box_name()}.{self._settings.domain}/api/"

    def state(self) -> TunnelState:
        """How everything stands."""
        return TunnelState(self.endpoint, self._key, tuple(each.state() for each in self._lines))

    def rotate(self) -> str:
        """Take a new name at every relay; the old one leads nowhere from now on.

        Returns:
            The new endpoint.

        Raises:
            Conflict: the relays refuse every name offered.
            Unavailable: a relay that is up does not answer; the name is kept all the same, and it learns of it when it comes back.
        """
        with self._naming:
            for _ in range(TRIES - 1):
                try:
                    return self._renamed()
                except Conflict:
                    continue
            return self._renamed()

    def box_name(self) -> str:
        """The randomised name, drawn at first use."""
        if not self._name:
            self._name = self._kept() or self._store.write(lambda: self._kept() or self._draw())
        return self._name

    def _renamed(self) -> str:
        self._rename()
        for each in self._lines:
            each.rename(self._order())
        return self.endpoint

    def _rename(self) -> None:
        self._name = self._store.write(self._draw)

    def _refused(self, said: str) -> None:
        """Draw another name when a relay does not take this one: its operator withdrew it, or it is another box's."""
        with self._naming:
            if said == self._order():
                self._rename()

    def _order(self) -> str:
        return model.order(self.box_name(), allow_get=self._settings.allow_get)

    def _kept(self) -> str:
        rows = TunnelRow.select(TunnelRow.name).where(TunnelRow.id == 1).tuples().execute(self._store.db)
        return next((str(row[0]) for row in rows), "")

    def _draw(self) -> str:
        name = tokens.host_name()
        row = TunnelRow.insert(id=1, name=name, named_at=int(self._clock.now())).on_conflict("REPLACE")
        row.execute(self._store.db)
        return name


def _files(run_dir: Path, at: int, key_file: Path, socket: Path) -> Files:
    known_hosts, heard, errors = (run_dir / f"relay-{at}.{end}" for end in ("known_hosts", "out", "err"))
    return Files(key_file, known_hosts, heard, errors, socket)

"""The outside: everything that is not routerd itself, in one value, so that tests can hand in another.

`real` is this machine. The kernel's doors are loaded only for a gateway: what is switched off is not imported.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.app.lasting import Lasting
from routerd.core.clock import Clock, SystemClock
from routerd.core.settings import Settings
from routerd.upkeep.logs import Ring

if TYPE_CHECKING:
    from routerd.app.shields import Raise
    from routerd.network.service import Outside as Kernel


RESTART_AFTER_S = 0.5
"""The answer to the request that asks for it has been sent by then."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Outside:
    """What the application is built on.

    Attributes:
        clock: wall and monotonic time.
        kernel: interfaces, neighbours and sysctls; None without a gateway.
        state_dir: what outlives a reboot, next to the database.
        portal_port: TCP port of the portal on each guest address; the firewall's rules lead to 80.
        lan_port: TCP port of the admin page and the action API on the LAN address.
        tls_port: TCP port of TLS on the LAN address and on each guest address; the firewall's rules let guests reach 443.
        walls: makes what drops packets to the edge's ports in the kernel; None: nothing does.
        lasting: keeps the edge from one application to the next.
        restart: starts everything anew in this process, soon.
        config: the file that the settings came from; None: none.
        logs: the newest lines of the log.
    """

    clock: Clock
    kernel: "Kernel | None"
    state_dir: Path
    portal_port: int = 80
    lan_port: int = 80
    tls_port: int = 443
    walls: "Raise | None" = None
    lasting: Lasting = field(default_factory=Lasting)
    restart: Callable[[], None] = _nothing
    config: Path | None = None
    logs: Ring = field(default_factory=Ring)


def real(settings: Settings) -> Outside:
    """This machine."""
    state_dir = Path(settings.store.url.removeprefix("sqlite:///")).parent
    return Outside(
        SystemClock(),
        _kernel() if settings.guest else None,
        state_dir,
        walls=_walls() if settings.edge and settings.bans.kernel else None,
        restart=_restart,
    )


def _restart() -> None:
    """Ask `app.life`, on the main thread, to build and start everything anew."""
    later = threading.Timer(RESTART_AFTER_S, os.kill, (os.getpid(), signal.SIGUSR1))
    later.daemon = True
    later.start()


def _walls() -> "Raise":
    from routerd.kernel.walls import Walls

    return Walls


def _kernel() -> "Kernel":
    from routerd.kernel import sysctl
    from routerd.kernel.links import Links
    from routerd.kernel.neighbours import Neighbours
    from routerd.network.service import Outside as Kernel

    return Kernel(Links(), Neighbours(), sysctl)

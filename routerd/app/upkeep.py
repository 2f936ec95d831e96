"""The machine as the admin page's System section sees it, and the files that backup and restore are about, put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname, if_nameindex
from typing import TYPE_CHECKING, Any

from routerd.admin.sections.system import Service
from routerd.app.keyfile import key_file
from routerd.core.clock import Clock
from routerd.core.settings import Settings, parse
from routerd.core.verify import verify, verify_host
from routerd.identity.vault import Vault
from routerd.portal.methods import METHOD_NAMES
from routerd.preferences.service import Preferences
from routerd.store.copying import newest_schema
from routerd.upkeep.archive import BOX_KEY, CONFIG, STORE, TUNNEL_KEY, Manifest, Places
from routerd.upkeep.logs import Ring
from routerd.upkeep.machine import Machine, machine
from routerd.upkeep.service import Backups
from routerd.upkeep.updates import Updates

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.network.service import Network
    from routerd.portal.live import LivePortal


def places(settings: Settings, config: Path | None) -> Places:
    """Where this box has what a backup holds."""
    store = Path(settings.store.url.removeprefix("sqlite:///"))
    files = {STORE: store, BOX_KEY: key_file(settings)}
    if settings.tunnel is not None:
        files[TUNNEL_KEY] = Path(settings.tunnel.key_file)
    return Places(store.parent, files | ({CONFIG: config} if config else {}))


def backups(settings: Settings, config: Path | None, clock: Clock, version: str) -> Backups:
    """Backup and restore of this box."""

    def about(now: int) -> Manifest:
        return Manifest(now, version, gethostname(), tuple(network.name for network in settings.guest))

    return Backups(places(settings, config), Vault(), clock, about, lambda text: judged(text, settings))


def judged(text: str, settings: Settings) -> list[str]:
    """Why a backup's configuration file cannot be this box's."""
    fresh, problems = parse(text)
    if fresh is not None:
        problems += [*verify(fresh, METHOD_NAMES), *verify_host(fresh, {name for _index, name in if_nameindex()})]
    found = [str(problem) for problem in problems]
    if fresh is not None and places(fresh, None) != places(settings, None):
        found.append("it keeps database or keys elsewhere than this box")
    return found


@dataclass(frozen=True, slots=True)
class Box:
    """Fulfils `admin.sections.system.Box`.

    Attributes:
        started_at: when this run began.
    """

    preferences: Preferences
    clock: Clock
    backups: Backups
    logs: Ring
    updates: Updates
    restart: Callable[[], None]
    state_dir: Path
    started_at: int
    portal: "LivePortal[Any] | None" = None
    network: "Network | None" = None

    def machine(self) -> Machine:
        """The machine at this moment."""
        return machine(self.state_dir)

    def facts(self) -> Mapping[str, Any]:
        """Times and the store."""
        now = self.clock.now()
        offset = datetime.fromtimestamp(now, UTC).astimezone().utcoffset()
        store = places(self.preferences.settings, None).files[STORE]
        octets = store.stat().st_size if store.exists() else 0
        return {
            "now": now,
            "started_at": self.started_at,
            "store": {"octets": octets, "schema": newest_schema()},
            "offset_s": int(offset.total_seconds()) if offset is not None else 0,
        }

    def services(self) -> Sequence[Service]:
        """What runs, and how to start it anew."""
        found = [Service("daemon", "The whole daemon", "running", self.restart)]
        if self.portal is not None:
            portal, settings = self.portal, self.preferences.settings
            found.append(Service("portal", "The guests' portal", "running", lambda: portal.change(settings)))
        if self.network is not None:
            found += [self._server(self.network, name, runs) for name, runs in self.network.serving().items()]
        return found

    def _server(self, network: "Network", name: str, runs: bool) -> Service:
        return Service(f"dns:{name}", f"DHCP and DNS, {name}", "running" if runs else "down", lambda: network.restart(name))

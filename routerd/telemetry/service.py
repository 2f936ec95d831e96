"""How the gateway does: traffic over time, the way to the internet, what the owner should know.

The admin page asks it; `app` runs its parts and lets it hear of suspicions. It changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from routerd.core.clock import Clock
from routerd.core.parts import Every, Part
from routerd.store.database import Store
from routerd.telemetry import dns, records
from routerd.telemetry.alerts import Alerts
from routerd.telemetry.model import Wan
from routerd.telemetry.ports import Online, Pools, Uplink
from routerd.telemetry.traffic import Traffic
from routerd.telemetry.uplink import LOOK_S, UplinkWatch

SAMPLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is outside of the box, as telemetry sees it.

    Attributes:
        interface: name of the uplink.
        uplink: its counters and state.
        servers: name servers that guests depend on.
        pools: how full the networks' pools are.
    """

    interface: str
    uplink: Uplink
    servers: Callable[[], Sequence[str]]
    pools: Pools


class _Flushed(Every):
    """Rounds that write down at the end what they still hold."""

    def __init__(self, traffic: Traffic) -> None:
        super().__init__("traffic", traffic.sample, SAMPLE_S)
        self._traffic = traffic

    def stop(self) -> None:
        super().stop()
        self._traffic.flush()


class _Closing(Every):
    """Looks at the uplink, and lets go of it at the end."""

    def __init__(self, watch: UplinkWatch, outlook: Outlook) -> None:
        super().__init__("uplink", watch.look, LOOK_S)
        self._outlook = outlook

    def stop(self) -> None:
        super().stop()
        self._outlook.uplink.close()


class Telemetry:
    """The box's own view of itself.

    Args:
        store: where samples are kept.
        clock: tells the time.
        online: how many guests are online.
        outlook: what is outside; None on a box that is no gateway.

    Attributes:
        traffic: samples and speed.
        alerts: what the owner should know.
        started_at: seconds since the epoch.
    """

    def __init__(self, store: Store, clock: Clock, online: Online, outlook: Outlook | None = None) -> None:
        self._directory = Path(store.path).parent
        self._store_path = Path(store.path)
        self._outlook = outlook
        self._watch = UplinkWatch(clock, outlook.uplink, outlook.servers, dns.answers) if outlook else None
        self.started_at = int(clock.now())
        self.traffic = Traffic(store, clock, outlook.uplink if outlook else None, online)
        ran_before = records.newest(store.db) is not None
        self.alerts = Alerts(clock, self.wan if outlook else None, self.pools, self._directory, ran_before=ran_before)

    def parts(self) -> list[Part]:
        """What has to run."""
        rounds: list[Part] = [_Flushed(self.traffic)]
        if self._watch is not None and self._outlook is not None:
            rounds.append(_Closing(self._watch, self._outlook))
        return rounds

    @property
    def interface(self) -> str:
        """Name of the uplink; empty on a box that is no gateway."""
        return self._outlook.interface if self._outlook else ""

    def wan(self) -> Wan:
        """The way to the internet, as last seen."""
        return self._watch.wan if self._watch else Wan()

    def pools(self) -> dict[str, tuple[int, int]]:
        """Network name to addresses leased and addresses there are."""
        return dict(self._outlook.pools()) if self._outlook else {}

    def disk(self) -> tuple[int, int, int]:
        """Octets free, octets in all, octets of the database; zeros where they cannot be told."""
        try:
            disk = disk_usage(self._directory)
            return disk.free, disk.total, self._store_path.stat().st_size
        except OSError:
            return 0, 0, 0

"""Who is kept out for a while: banned, asked about, let in again, remembered across restarts, and told to the kernel.

`defence` asks `banned` first of all for each request; `cc` and `scanguard` ban; the management API lists, adds and lifts. What is asked
and told on the edge's loop only touches memory: the part `bans` writes to the store and to the kernel a moment later. Without root the
kernel is left alone, which is said once: bans then hold where requests are answered.
"""

import heapq
import logging
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from threading import Lock
from typing import NamedTuple

from routerd.bans import model, records
from routerd.bans.model import Ban
from routerd.bans.ports import Walls
from routerd.core.clients import counted
from routerd.core.clock import Clock
from routerd.core.errors import Conflict, Misconfigured, NotFound, Unavailable
from routerd.core.parts import Every, Part
from routerd.core.ruling import Ruling
from routerd.core.stretches import Stretch, without
from routerd.store.database import Store

log = logging.getLogger(__name__)

BANS_MOST = 65_536
"""Bans at once. One more, and the ban that ends first makes room for it; as many take about 28 MiB."""

ROUND_S = 20.0
"""Seconds between looks at what is over, when nothing happens."""

OWN_S = 10.0
"""Seconds for which this machine's own addresses are remembered: a flood from many clients is no reason to ask again and again."""

BY_HAND = "ban"
"""rule_id of a ban that was given by hand."""


class _Held(NamedTuple):
    """A ban as it is looked up: by the monotonic clock, so that setting the wall clock neither ends nor lengthens it."""

    until: float
    why: Ruling
    ban: Ban


class Bans:
    """The verbs of bans.

    Args:
        store: where they survive a restart.
        clock: tells the time.
        spared: addresses and prefixes that are never banned, beside loopback: trusted proxies.
        own: addresses of this machine, asked at each ban.
        walls: drops packets in the kernel; None: leave it alone, which is right where requests are only watched.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        spared: Sequence[str] = (),
        own: Callable[[], Iterable[str]] = tuple,
        walls: Walls | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._spared = model.networks((*model.ALWAYS_SPARED, *spared))
        self._own = own
        self._known_own: tuple[float, tuple[model.Network, ...]] = (-OWN_S, ())
        self._walls = walls
        self._walled = False
        self._dropping = True
        self._held: dict[str, _Held] = {}
        self._ends: list[tuple[float, str]] = []
        self._unkept: dict[str, Ban | None] = {}
        """What the store does not know yet; None: a ban is over, or lifted."""
        self._untold: dict[str, Ban | None] = {}
        """What the kernel does not."""
        self._blocked: tuple[Sequence[Stretch], Sequence[Stretch]] = (), ()
        self._fresh = False
        self._lock = Lock()
        self._part = Every("bans", self.round, ROUND_S)

    def parts(self) -> list[Part]:
        """What the supervisor starts and stops."""
        return [self]

    name = "bans"

    @property
    def walled(self) -> bool:
        """Whether the kernel has a table of ours."""
        return self._walled

    def start(self) -> None:
        """Take up the bans of the store; begin to tell the kernel."""
        self.load()
        self._part.start()

    def stop(self) -> None:
        """Write down what is new, and take the kernel's table away."""
        self._part.stop()
        self._keep()
        self._tear_down()

    def load(self) -> None:
        """Take up the bans of the store, and tell the kernel of them."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        with self._lock:
            for ban in records.everything(self._store.db, now):
                self._hold(ban, monotonic + ban.until - now)
        self._wall()

    def drop(self, on: bool) -> None:
        """Whether the kernel shall drop anything: not while some site only watches, for it could not."""
        if on != self._dropping:
            self._dropping = on
            self._part.wake()

    def banned(self, client: bytes) -> Ruling | None:
        """What keeps an address out; None when nothing does."""
        if not self._held:
            return None
        held = self._held.get(counted(client))
        return held.why if held is not None and held.until > self._clock.monotonic() else None

    def ban(self, client: bytes, seconds: float, why: Ruling, *, direct: bool = True) -> bool:
        """Keep a client out from now on; never waits, never raises.

        Args:
            client: its address as text; of IPv6 its /64 is banned.
            seconds: how long; one that is banned already is banned for the longer of both.
            why: what its requests are refused and logged by.
            direct: whether it is the TCP peer itself. The kernel is told of nobody else: it would see a proxy's address.

        Returns:
            False when this client is never banned: loopback, this machine itself, a trusted proxy.
        """
        who = counted(client)
        if model.is_spared(who, self._all_spared()):
            return False
        self._ban(who, seconds, why, direct)
        return True

    def add(self, client: str, seconds: int, reason: str = "") -> Ban:
        """Ban an address by hand; the store knows of it when this returns.

        Raises:
            BadInput: it is no address, or the duration is out of bounds.
            Conflict: this address is never banned.
        """
        who = model.subject(client)
        model.duration(seconds)
        if model.is_spared(who, self._all_spared()):
            raise Conflict(f"{who} is this machine's own, or a trusted proxy's; banning it would keep everybody out")
        ruling = Ruling("block", BY_HAND, reason[: model.NAME_MOST] or "banned by hand", "acl", "REMOTE_ADDR")
        ban = self._ban(who, seconds, ruling, direct=True)
        self._keep()
        return ban

    def unban(self, client: str) -> Ban:
        """Let a client in again.

        Raises:
            BadInput: it is no address.
            NotFound: it is not banned.
        """
        who = model.subject(client)
        with self._lock:
            held = self._held.pop(who, None)
            if held is None or held.until <= self._clock.monotonic():
                raise NotFound(f"{who} is not banned")
            self._note(who, None)
        self._keep()
        self._part.wake()
        return held.ban

    def listing(self) -> list[Ban]:
        """Bans that hold, the one that ends first before the others."""
        now = self._clock.monotonic()
        with self._lock:
            living = [held for held in self._held.values() if held.until > now]
        return [held.ban for held in sorted(living, key=lambda held: held.until)]

    def block(self, four: Sequence[Stretch], six: Sequence[Stretch]) -> None:
        """Have the kernel drop what these addresses send, and no others but those banned; `acl` says this of each of its lists.

        This machine, loopback and trusted proxies are taken out of it.
        """
        self._blocked = four, six
        self._fresh = True
        self._part.wake()

    def round(self) -> None:
        """Tell store and kernel what is new, and forget what is over."""
        self._forget()
        self._keep()
        self._wall()

    def _ban(self, who: str, seconds: float, why: Ruling, direct: bool) -> Ban:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        ban = Ban(who, now, now + seconds, why, direct)
        with self._lock:
            before = self._held.get(who)
            if before is not None and before.until >= monotonic + seconds:
                return before.ban
            self._hold(ban, monotonic + seconds)
            self._note(who, ban)
        self._part.wake()
        return ban

    def _hold(self, ban: Ban, until: float) -> None:
        """With the lock: remember a ban, making room."""
        while len(self._held) >= BANS_MOST and ban.client not in self._held:
            self._drop_first()
        self._held[ban.client] = _Held(until, ban.why, ban)
        heapq.heappush(self._ends, (until, ban.client))

    def _drop_first(self) -> None:
        until, who = heapq.heappop(self._ends)
        held = self._held.get(who)
        if held is not None and held.until == until:
            del self._held[who]
            self._note(who, None)

    def _forget(self) -> None:
        now = self._clock.monotonic()
        with self._lock:
            while self._ends and self._ends[0][0] <= now:
                self._drop_first()

    def _note(self, who: str, ban: Ban | None) -> None:
        """With the lock: a ban began, or is no more."""
        self._unkept[who] = ban
        if self._walls is not None:
            self._untold[who] = ban

    def _keep(self) -> None:
        """Write down what is new; what the store does not take stays in memory."""
        with self._lock:
            news, self._unkept = self._unkept, {}
        if news:
            try:
                self._store.write(lambda: self._write(news))
            except Unavailable as error:
                log.warning("bans: %d are in memory only: %s", len(news), error)

    def _write(self, news: dict[str, Ban | None]) -> None:
        records.remove(self._store.db, [who for who, ban in news.items() if ban is None])
        records.keep(self._store.db, [ban for ban in news.values() if ban is not None])
        records.remove_over(self._store.db, self._clock.now())

    def _wall(self) -> None:
        """Tell the kernel what is new, or everything; nothing at all before there is something to drop."""
        with self._lock:
            news, self._untold = self._untold, {}
        if self._walls is None:
            return
        if not self._dropping:
            self._tear_down()
        elif self._walled:
            try:
                self._tell(self._walls, news)
            except Unavailable as error:
                log.warning("bans: the kernel's table is made anew: %s", error)
                self._build(self._walls)
        elif self._held or any(self._blocked):
            self._build(self._walls)

    def _build(self, walls: Walls) -> None:
        try:
            walls.install()
            self._fresh = self._walled = True
            self._tell(walls, {held.ban.client: held.ban for held in self._held.copy().values()})
        except (Unavailable, Misconfigured) as error:
            log.warning("what banned and blocked addresses send is refused, but not dropped in the kernel: %s", error)
            self._walls = None

    def _tear_down(self) -> None:
        if self._walled and self._walls is not None:
            self._walled = False
            try:
                self._walls.remove()
            except Unavailable as error:
                log.warning("bans: the kernel's table stays: %s", error)

    def _tell(self, walls: Walls, news: dict[str, Ban | None]) -> None:
        now = self._clock.monotonic()
        lifted = [model.key(who) for who, ban in news.items() if ban is None]
        living: dict[IPv4Address | IPv6Address, float] = {}
        for who, ban in news.items():
            held = self._held.get(who)
            if ban is not None and ban.direct and held is not None and held.until > now:
                living[model.key(who)] = held.until - now
        walls.unban(lifted)
        walls.ban(living)
        if self._fresh:
            self._fresh = False
            walls.block(*self._walls_stretches())

    def _walls_stretches(self) -> tuple[list[Stretch], list[Stretch]]:
        four, six = self._blocked
        spared = self._all_spared()
        holes4 = [model.stretch(each) for each in spared if each.version == 4]
        holes6 = [model.stretch(each) for each in spared if each.version == 6]
        return without(four, holes4), without(six, holes6)

    def _all_spared(self) -> tuple[model.Network, ...]:
        now = self._clock.monotonic()
        if now - self._known_own[0] >= OWN_S:
            self._known_own = now, (*self._spared, *model.networks(self._own()))
        return self._known_own[1]

"""The guests domain's verbs: who is here, who they are, who may not come in, and the log of logins.

Doors ask it; the wiring lets it hear sightings, leases, logins and refusals. It opens and closes nothing itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routerd.core.clock import Clock
from routerd.core.errors import NotFound
from routerd.core.events import Bus, CloneSuspected, HostSighted, LeaseChanged, LoggedIn, SessionEnded
from routerd.core.terms import Device
from routerd.guests.bypass import Bypass
from routerd.guests.clones import Clones
from routerd.guests.hosts import Hosts
from routerd.guests.logins import AGE_S_MOST, Logins
from routerd.guests.model import EmailUser, FbUser, FreeUser, Host, LoginEntry, MobileUser, clean_label, state_of
from routerd.guests.people import People
from routerd.guests.ports import Activity, Barrier, Ports, SignedIn
from routerd.guests.register import Register
from routerd.guests.vendors import Vendors
from routerd.store.database import Store


class Guests:
    """Everything that is known about guests.

    Args:
        store: where it is kept.
        clock: tells the time.
        bus: where a suspicion is published.
        activity: who is signed in, all of them.
        signed_in: whether one device is.
        barrier: keeps blocked devices out.
        ports: where on a bridge a device is.
        vendors: looks makers up.

    Attributes:
        people: as sign-in methods know them.
        register: people, as owners search and forget them.
        bypass: devices that need no portal.
        log: the log of logins.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bus: Bus,
        *,
        activity: Activity,
        signed_in: SignedIn,
        barrier: Barrier,
        ports: Ports,
        vendors: Vendors | None = None,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._activity = activity
        self._signed_in = signed_in
        self._barrier = barrier
        self._ports = ports
        self._store = store
        self._hosts = Hosts(store, clock, vendors or Vendors())
        self._clones = Clones()
        self.people = People(store, clock)
        self.bypass = Bypass(store, clock)
        self.register = Register(store, clock, self._hosts, self.bypass)
        self.log = Logins(store, clock)

    def hosts(self) -> list[Host]:
        """Every device that is known, with its state."""
        idle = self._activity()
        now = self._clock.now()
        return [self._in_state(host, idle.get((host.mac, host.network)), now) for host in self._hosts.all()]

    @property
    def revision(self) -> int:
        """Grows whenever what is known of a device has changed; for callers that keep what they made of a listing."""
        return self._hosts.revision + self.bypass.revision

    def known(self) -> list[Host]:
        """Every device as it is kept, without its state: the same value again until something about it has changed."""
        return self._hosts.all()

    def find(self, mac: str) -> Host | None:
        """One device as it is kept, without its state; None for one that was never seen."""
        return self._hosts.get(mac)

    def host(self, mac: str) -> Host:
        """One device, with its state.

        Raises:
            NotFound: it was never seen.
        """
        host = self._hosts.get(mac)
        if host is None:
            raise NotFound(f"{mac} was never seen here")
        return self._in_state(host, self._activity().get((mac, host.network)), self._clock.now())

    def rename(self, mac: str, label: str) -> str:
        """Give a device a name (empty: none), durably; returns the one before.

        Raises:
            NotFound: it was never seen.
            BadInput: the name is too long, or holds what cannot be shown.
        """
        before = self._hosts.set_label(mac, clean_label(label))
        if before is None:
            raise NotFound(f"{mac} was never seen here")
        return before.label

    def label(self, mac: str, label: str) -> None:
        """Like `rename`, also for a device that was not seen yet: it is remembered by its name alone."""
        self._hosts.expect(mac)
        self.rename(mac, label)

    def block_many(self, macs: Sequence[str]) -> None:
        """Keep devices out until `unblock`; their sessions are the caller's to end."""
        for mac in macs:
            self.block(mac)

    def prune(self, kept_s: int) -> None:
        """Forget log rows, people and devices that are older than `kept_s` seconds; 0 leaves it to the log's own bounds."""
        self.log.prune(kept_s or AGE_S_MOST)
        if kept_s:
            self.register.prune(kept_s)

    def _in_state(self, host: Host, idle_s: float | None, now: float) -> Host:
        last_seen = host.last_seen if idle_s is None else max(host.last_seen, int(now - idle_s))
        state = state_of(blocked=host.blocked, idle_s=idle_s, unseen_s=now - last_seen)
        return replace(host, last_seen=last_seen, state=state)

    def block(self, mac: str, network: str = "") -> None:
        """Keep a device out until `unblock`; its session, if any, is the caller's to end."""
        self._hosts.set_blocked(mac, network, blocked=True)
        self._store.after_commit(lambda: self._barrier.block(mac))

    def unblock(self, mac: str) -> None:
        """Let a device in again."""
        self._hosts.set_blocked(mac, "", blocked=False)
        self._store.after_commit(lambda: self._barrier.unblock(mac))

    def rebuild(self) -> None:
        """Tell the barrier of every blocked device; after a start or when the ruleset was lost."""
        for host in self._hosts.all():
            if host.blocked:
                self._barrier.block(host.mac)

    def persist(self) -> None:
        """Write down what was learned since the last time; called every few seconds."""
        self._hosts.persist()

    def sighted(self, event: HostSighted) -> None:
        """Hear of a packet of a device."""
        self._hosts.sighted(event)
        # Used is as good as claimed here: a device that is busy asks for its router seldom. What a device gives itself for want of a
        # lease (RFC 3927) is no second place.
        if event.address and ":" not in event.address and not event.address.startswith("169.254."):
            self._watch(Device(event.mac, event.address, event.network))

    def lease_changed(self, event: LeaseChanged) -> None:
        """Hear of a lease."""
        self._hosts.lease_changed(event)
        if event.gone:
            self._clones.released(event.mac, event.address)

    def logged_in(self, event: LoggedIn) -> None:
        """Hear of a sign-in: the device is here, and from now on in one place, the one that it signed in from."""
        self._hosts.sighted(HostSighted(event.device.network, event.device.mac, event.device.address))
        if ":" not in event.device.address:
            self._clones.claimed(event.device.mac, event.device.address, self._clock.monotonic())

    def session_ended(self, event: SessionEnded) -> None:
        """Hear of the end of a session."""
        self._clones.forget(event.device.mac)

    def _watch(self, device: Device) -> None:
        if not self._signed_in(device.mac, device.network):
            return
        now = self._clock.monotonic()
        evidence = self._clones.claimed(device.mac, device.address, now)
        port = self._ports(device.network, device.mac)
        evidence = (self._clones.on_port(device.mac, port, now) if port else "") or evidence
        if evidence:
            self._bus.publish(CloneSuspected(device, evidence))

    def email_users(self) -> list[EmailUser]:
        """All, oldest first."""
        return self.people.email_users()

    def fb_users(self) -> list[FbUser]:
        """All, oldest first."""
        return self.people.fb_users()

    def mobile_users(self) -> list[MobileUser]:
        """All, oldest first."""
        return self.people.mobile_users()

    def free_users(self) -> list[FreeUser]:
        """All, oldest first."""
        return self.people.free_users()

    def free_since(self, mac: str) -> int | None:
        """When the device's newest free grant began; None when it never had one."""
        return self.people.free_since(mac)

    def note_free(self, mac: str, starts_at: int) -> None:
        """A free grant that began at `starts_at` is being used."""
        self.people.note_free(mac, starts_at)

    def note_email(self, email: str, mac: str, answers: Mapping[str, str], *, proven: bool) -> None:
        """Somebody signs in with an e-mail address; see `People.note_email`."""
        self.people.note_email(email, mac, answers, proven=proven)

    def prove_email(self, email: str, mac: str, answers: Mapping[str, str]) -> None:
        """A visit with an address that has been noted is proven now."""
        self.people.prove_email(email, mac, answers)

    def note_mobile(self, mobile: str, mac: str, answers: Mapping[str, str]) -> None:
        """Somebody signs in with a number that was proven; see `People.note_mobile`."""
        self.people.note_mobile(mobile, mac, answers)

    def note_social(self, provider: str, account: str, name: str, email: str, mac: str) -> None:
        """Somebody signs in with an account of a provider; see `People.note_social`."""
        self.people.note_social(provider, account, name, email, mac)

    def logins(self, most: int = 1000) -> list[LoginEntry]:
        """The login log, newest first."""
        return self.log.list(most)

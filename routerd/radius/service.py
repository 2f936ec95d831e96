"""The RADIUS client: asks servers whether a guest may in, reports what guests use, and obeys servers that end or change a session.

The portal's `radius` method calls `authenticate` (which waits for the network) and then `granted` (inside the transaction that opens
the session); `app.wiring` hands it the events, and the app starts its parts. Loaded only when servers are configured.
"""

import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from routerd.core.aaa import RadiusMethodSettings, RadiusSettings
from routerd.core.clock import Clock
from routerd.core.endpoints import listen_address
from routerd.core.errors import BadInput, Denied, Unavailable
from routerd.core.events import HostSighted, LeaseChanged, LoggedIn, SessionEnded
from routerd.core.parts import Every, Part
from routerd.core.terms import Device, Terms
from routerd.radius import model, packets, records
from routerd.radius.accounting import Accounting
from routerd.radius.client import Server, Servers
from routerd.radius.listener import Listener
from routerd.radius.macauth import MacAuth
from routerd.radius.model import Permission
from routerd.radius.nas import Nas
from routerd.radius.orders import Orders
from routerd.radius.ports import Defaults, Sessions
from routerd.radius.watch import LOOK_S, Watch
from routerd.store.database import Store

log = logging.getLogger(__name__)

LOGIN_SERVICE, CALL_CHECK = 1, 10
"""Service-Type (RFC 2865, 5.6)."""

USER_NAME_OCTETS_MOST = 253
"""What fits into an attribute."""

ACCOUNT_S = 1.0
PRUNE_S = 3600.0


class Radius:
    """The verbs; may be called from any thread.

    Args:
        settings: the section [radius], with at least one server.
        method: the section [portal.radius].
        store: where permissions and reports are kept.
        sessions: who is online.
        clock: tells the time.
        hardware: the box's own MAC address on a guest network; empty unknown.
        networks: what each guest network gives where terms leave it open.
        blocked: whether a device is kept out whatever a server says.
    """

    def __init__(
        self,
        settings: RadiusSettings,
        method: RadiusMethodSettings,
        store: Store,
        sessions: Sessions,
        clock: Clock,
        hardware: Callable[[str], str],
        networks: Mapping[str, Defaults],
        blocked: Callable[[str], bool],
    ) -> None:
        self._settings = settings
        self._method = method
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._networks = networks
        self._blocked = blocked
        self._nas = Nas(settings.nas_identifier or socket.gethostname(), hardware)
        self._servers = _servers(settings.servers, settings, clock)
        told = settings.accounting_servers or tuple(_one_higher(each) for each in settings.servers)
        reporting = _servers(told, settings, clock) if settings.accounting else None
        self._accounting = Accounting(reporting, store, sessions, self._nas, clock, settings.interim_s)
        self._watch = Watch(store, sessions, clock)
        self._mac_auth = MacAuth(self._admit, self._is_online, clock, settings.mac_auth_again_s) if settings.mac_auth else None

    def authenticate(self, username: str, password: str, device: Device) -> Permission:
        """Ask whether a guest may in; waits for up to ten seconds.

        Raises:
            Denied: ``wrong-login``: the server says no; in its own words, if it has any.
            BadInput: name or password cannot be sent.
            Unavailable: no server answers, or not in a way that can be understood.
        """
        return self._ask(username, password, device, LOGIN_SERVICE, self._settings.protocol)

    def granted(self, permission: Permission, device: Device) -> Terms:
        """Remember what a device was granted; called inside the transaction that opens the session. Returns the terms."""
        records.keep_permission(self._store.db, device.mac, device.network, permission)
        return permission.terms

    def logged_in(self, event: LoggedIn) -> None:
        """A session was opened."""
        self._accounting.logged_in(event)

    def session_ended(self, event: SessionEnded) -> None:
        """A session was closed."""
        self._accounting.session_ended(event)
        if self._mac_auth is not None:
            self._mac_auth.session_ended(event)

    def sighted(self, event: HostSighted | LeaseChanged) -> None:
        """A device was seen on a guest network."""
        if self._mac_auth is not None and not getattr(event, "gone", False):
            self._mac_auth.sighted(event.mac, event.address, event.network)

    def begin(self) -> None:
        """Look for what happened without us; called once, after sessions have been adopted."""
        self._accounting.begin()

    def finish(self) -> None:
        """Take leave; called after the parts have ended."""
        self._accounting.finish()

    def parts(self) -> list[Part]:
        """What runs beside the rest."""
        made: list[Part] = [
            Every("RADIUS accounting", self._accounting.round, ACCOUNT_S),
            Every("RADIUS limits", self._watch.round, LOOK_S),
            Every("RADIUS reports that nobody takes", self._accounting.prune, PRUNE_S),
        ]
        if self._settings.coa_listen:
            made.append(Listener(self._orders(), [listen_address(each) for each in self._settings.coa_listen]))
        if self._mac_auth is not None:
            made.append(self._mac_auth)
        return made

    def _orders(self) -> Orders:
        clients = {each: self._settings.secret.encode() for each in self._settings.coa_clients}
        for address, secret in zip(self._settings.servers, _secrets(self._settings, self._settings.servers), strict=True):
            clients.setdefault(listen_address(address)[0], secret)
        window_s, identifier = self._settings.coa_window_s, self._nas.identifier
        return Orders(clients, self._store, self._sessions, self._clock, window_s=window_s, identifier=identifier)

    def _ask(self, username: str, password: str, device: Device, service: int, protocol: str) -> Permission:
        if len(username.encode()) > USER_NAME_OCTETS_MOST or len(password.encode()) > packets.PASSWORD_OCTETS_MOST:
            raise BadInput("This user name or password is too long.")
        said: packets.Attributes = {"User-Name": (username,), "Service-Type": (service,), **self._nas.place(device)}
        signed = not self._settings.legacy_unsigned_answers

        def ask(secret: bytes, own: packets.Attributes) -> packets.Query:
            return packets.authentication(secret, {**said, **own}, password, protocol=protocol, signed=signed)

        try:
            server, answer = self._servers.ask(ask)
            return self._judged(answer, username, server)
        except BadInput as error:
            log.error("the RADIUS server's answer about '%s' cannot be understood: %s", username, error)  # noqa: TRY400 - it says all
            raise Unavailable("the RADIUS server's answer cannot be understood") from error

    def _judged(self, answer: packets.Answer, username: str, server: Server) -> Permission:
        if answer.code == packets.CHALLENGE:
            raise Denied("This account asks for a second step, which is not possible here.", "second-step")
        if answer.code not in (packets.ACCEPT, packets.REJECT):
            raise BadInput(f"it is neither Access-Accept nor Access-Reject, but has code {answer.code}")
        if answer.code == packets.REJECT:
            told = model.message(answer.attributes)
            raise Denied(told or "This user name or password is not right.", "wrong-login")
        now = int(self._clock.now())
        permission = model.permission(answer.attributes, username, self._method, self._settings.interim_s, server.name, now)
        if permission.terms.ends_at is not None and permission.terms.ends_at <= now:
            raise Denied("The time of this login is over.", "expired")
        return permission

    def _admit(self, device: Device) -> None:
        """Ask about a device by its MAC address and let it in."""
        if self._blocked(device.mac):
            raise Denied("This device may not use the network.", "blocked")
        name = model.mac_name(device.mac, self._settings.mac_auth_format)
        permission = self._ask(name, self._settings.mac_auth_password or name, device, CALL_CHECK, "pap")
        defaults = self._networks[device.network]
        self._store.write(lambda: self._sessions.open(_completed(self.granted(permission, device), defaults), device))
        log.info("%s was let in by its MAC address as %s", device.mac, permission.terms.login)

    def _is_online(self, device: Device) -> bool:
        return self._sessions.current(device.mac, device.network) is not None


def _servers(addresses: Sequence[str], settings: RadiusSettings, clock: Clock) -> Servers:
    secrets = _secrets(settings, addresses)
    made = [Server(*listen_address(address), secret) for address, secret in zip(addresses, secrets, strict=True)]
    return Servers(made, clock, timeout_s=settings.timeout_s, tries=settings.tries, dead_s=settings.dead_s)


def _secrets(settings: RadiusSettings, addresses: Sequence[str]) -> list[bytes]:
    """One for each address; where there are fewer, the one that all share."""
    own = settings.secrets if len(settings.secrets) == len(addresses) else (settings.secret,) * len(addresses)
    return [each.encode() for each in own]


def _one_higher(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + 1}"


def _completed(terms: Terms, defaults: Defaults) -> Terms:
    return replace(
        terms,
        down_kbit=terms.down_kbit or defaults.down_kbit,
        up_kbit=terms.up_kbit or defaults.up_kbit,
        idle_timeout_s=terms.idle_timeout_s or defaults.idle_timeout_s,
    )

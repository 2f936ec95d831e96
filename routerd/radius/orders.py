"""Obeys servers that end or change a session (RFC 5176): who may, whom it is about, what to answer. `listener` has the socket.

A datagram from an address that is not configured is dropped before anything is computed; one that is not signed as it must be, or
whose Event-Timestamp is too far from now, is dropped without an answer; the same datagram again gets the same answer and is not
obeyed twice.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, NotFound, Unavailable
from routerd.core.terms import Terms, mac_address
from routerd.radius import model, records
from routerd.radius.packets import PACKET_OCTETS_MOST, Order, order
from routerd.radius.ports import Grant, Session, Sessions
from routerd.radius.records import R, Report
from routerd.store.database import Store

log = logging.getLogger(__name__)

UNSUPPORTED_ATTRIBUTE, MISSING_ATTRIBUTE, WRONG_NAS, UNSUPPORTED_SERVICE, INVALID_VALUE = 401, 402, 403, 405, 407
NO_SUCH_SESSION, RESOURCES = 503, 506
"""Error-Cause (RFC 5176, 3.5)."""

ANSWERS_MOST = 1024
"""Answers remembered for repeated datagrams; each is at most some hundred octets."""

IDENTIFYING = frozenset(("Acct-Session-Id", "User-Name", "Calling-Station-Id", "Framed-IP-Address", "Framed-IPv6-Address"))
ACCOMPANYING = frozenset(
    (
        *("Message-Authenticator", "Event-Timestamp", "Proxy-State", "Class", "Reply-Message", "Acct-Terminate-Cause"),
        *("NAS-Identifier", "NAS-IP-Address", "NAS-IPv6-Address", "NAS-Port-Type", "NAS-Port", "NAS-Port-Id", "Called-Station-Id"),
    )
)
CHANGING = frozenset(
    (
        *("Session-Timeout", "Idle-Timeout", "Acct-Interim-Interval", "WISPr-Session-Terminate-Time", "Mikrotik-Rate-Limit"),
        *(f"{vendor}-Bandwidth-Max-{way}" for vendor in ("WISPr", "ChilliSpot") for way in ("Up", "Down")),
        *(f"ChilliSpot-Max-{what}-{unit}" for what in ("Input", "Output", "Total") for unit in ("Octets", "Gigawords")),
        *(f"Mikrotik-{what}-Limit{unit}" for what in ("Recv", "Xmit", "Total") for unit in ("", "-Gigawords")),
    )
)
"""What an order may say of a session, what it may say besides, and what it may change."""


class Refusal(Exception):
    """An order that is not obeyed, for the reason `cause`."""

    def __init__(self, cause: int) -> None:
        super().__init__(f"Error-Cause {cause}")
        self.cause = cause


class Orders:
    """Obeys.

    Args:
        clients: secrets by IP address.
        window_s: an order's Event-Timestamp may be off by so many seconds.
        identifier: our NAS-Identifier.
    """

    def __init__(
        self, clients: Mapping[str, bytes], store: Store, sessions: Sessions, clock: Clock, *, window_s: int, identifier: str
    ) -> None:
        self._clients = dict(clients)
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._window_s = window_s
        self._identifier = identifier
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()

    def answer(self, datagram: bytes, host: str) -> bytes | None:
        """Obey a datagram from `host`; None: no answer."""
        secret = self._clients.get(host)
        if secret is None or len(datagram) > PACKET_OCTETS_MOST:
            return None
        with self._lock:
            known = self._answers.get((host, datagram))
            if known is not None:
                return known
            asked = order(secret, datagram)
            if asked is None or not self._recent(asked):
                log.warning("a RADIUS order from %s is not signed as it must be, or too old; it is ignored", host)
                return None
            cause = self._obey(asked)
            log.info(
                "RADIUS %s from %s: %s", "Disconnect" if asked.disconnects else "CoA", host, f"Error-Cause {cause}" if cause else "ACK"
            )
            answer = asked.answer(cause)
            self._answers[host, datagram] = answer
            if len(self._answers) > ANSWERS_MOST:
                self._answers.popitem(last=False)
            return answer

    def _recent(self, asked: Order) -> bool:
        if asked.faulty:
            return True
        at = next(iter(asked.attributes.get("Event-Timestamp", ())), 0)
        return isinstance(at, int) and abs(self._clock.now() - at) <= self._window_s

    def _obey(self, asked: Order) -> int:
        """Do what is asked; returns 0, or the Error-Cause."""
        try:
            self._check(asked)
            found = self._found(asked)
            if asked.disconnects:
                self._end(found)
            else:
                self._change(asked, found)
        except Refusal as refusal:
            return refusal.cause
        except BadInput as error:
            log.info("a RADIUS order cannot be obeyed: %s", error)
            return INVALID_VALUE
        except NotFound:
            return NO_SUCH_SESSION
        except Unavailable:
            log.exception("a RADIUS order could not be obeyed")
            return RESOURCES
        return 0

    def _check(self, asked: Order) -> None:
        if asked.faulty:
            raise BadInput(asked.faulty)
        if "Service-Type" in asked.attributes:
            raise Refusal(UNSUPPORTED_SERVICE)
        allowed = IDENTIFYING | ACCOMPANYING | (frozenset() if asked.disconnects else CHANGING)
        if asked.unknown or asked.attributes.keys() - allowed:
            raise Refusal(UNSUPPORTED_ATTRIBUTE)
        if model.text(asked.attributes, "NAS-Identifier") not in ("", self._identifier):
            raise Refusal(WRONG_NAS)
        if not asked.attributes.keys() & IDENTIFYING:
            raise Refusal(MISSING_ATTRIBUTE)
        if not asked.disconnects and not asked.attributes.keys() & CHANGING:
            raise Refusal(MISSING_ATTRIBUTE)

    def _found(self, asked: Order) -> list[tuple[Report, Session]]:
        """The open sessions that every identifying attribute fits."""
        said = {name: model.text(asked.attributes, name) for name in IDENTIFYING & asked.attributes.keys()}
        where = [R.ended == 0]
        if "Acct-Session-Id" in said:
            where.append(R.acct_session_id == said["Acct-Session-Id"])
        if "User-Name" in said:
            where.append(R.user_name == said["User-Name"])
        if "Calling-Station-Id" in said:
            where.append(R.mac == mac_address(said["Calling-Station-Id"]))
        addresses = {said[name] for name in ("Framed-IP-Address", "Framed-IPv6-Address") if name in said}
        pairs = [(report, self._sessions.current(report.mac, report.network)) for report in records.find(self._store.db, *where)]
        found = [(report, session) for report, session in pairs if session is not None and session.id == report.session_id]
        found = [pair for pair in found if addresses <= {pair[1].device.address}]
        if not found:
            raise Refusal(NO_SUCH_SESSION)
        return found

    def _end(self, found: Sequence[tuple[Report, Session]]) -> None:
        if not any([self._sessions.end(session.id, "kicked") for _, session in found]):  # noqa: C419 - all of them
            raise Refusal(NO_SUCH_SESSION)

    def _change(self, asked: Order, found: Sequence[tuple[Report, Session]]) -> None:
        told = model.limits(asked.attributes)
        for report, session in found:
            terms = model.changed(terms_of(session.grant), told)
            if terms.ends_at is not None and terms.ends_at <= self._clock.now():
                self._sessions.end(session.id, "expired")
                continue
            total = report.total_octets if told.total_octets is None else told.total_octets
            try:
                self._store.write(partial(self._bring, session, terms, model.interim(asked.attributes, report.interim_s), total))
            except Denied as error:  # more is used already than it may have now
                self._sessions.end(session.id, "data-limit" if error.reason == "used-up" else "removed")

    def _bring(self, session: Session, terms: Terms, interim_s: int, total_octets: int | None) -> None:
        records.change(self._store.db, session.id, ends_at=terms.ends_at, interim_s=interim_s, total_octets=total_octets)
        self._sessions.open(terms, session.device)


def terms_of(grant: Grant) -> Terms:
    """A grant's terms."""
    return Terms(**{name: getattr(grant, name) for name in Terms.__dataclass_fields__})

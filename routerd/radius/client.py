"""Asks the servers, one after the other, until one answers or the time is up. Called by sign-in, MAC authentication and accounting.

Each question goes out on a socket of its own, connected to its server, so that nobody else's datagrams are even read, and the source
port is one more thing that a forger has to guess. A datagram that is no verified answer is passed over: it never ends the waiting.
"""

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.radius.packets import PACKET_OCTETS_MOST, Answer, Attributes, Query

log = logging.getLogger(__name__)

TOTAL_S = 10.0
"""Longest that a guest waits for all servers together."""

Ask = Callable[[bytes, Attributes], Query]
"""Makes the request for a server: its secret, and what the box says of its own address towards it."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server.

    Attributes:
        host: its IP address.
        port: its UDP port.
        secret: shared with it.
    """

    host: str
    port: int
    secret: bytes

    @property
    def name(self) -> str:
        """As the configuration has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Servers:
    """Servers that stand in for one another.

    Args:
        servers: in the order in which they are asked.
        clock: for durations.
        timeout_s: how long one may take to answer before it is asked again.
        tries: how often one is asked before the next is.
        dead_s: for how long one that did not answer is passed over.
    """

    def __init__(self, servers: Sequence[Server], clock: Clock, *, timeout_s: float, tries: int, dead_s: float) -> None:
        self._servers = tuple(servers)
        self._clock = clock
        self._timeout_s = timeout_s
        self._tries = tries
        self._dead_s = dead_s
        self._dead_until: dict[Server, float] = {}
        self._lock = threading.Lock()

    def ask(self, ask: Ask, prefer: str = "", within_s: float = TOTAL_S) -> tuple[Server, Answer]:
        """The first verified answer, and whose it is.

        Args:
            ask: makes the request.
            prefer: host of a server to ask before the others.
            within_s: how long it may take in all.

        Raises:
            Unavailable: none answered in time.
            BadInput: an answer says something that cannot be read.
        """
        deadline = self._clock.monotonic() + within_s
        servers, tries = self._order(prefer)
        for server in servers:
            answer = self._ask_one(server, ask, tries, deadline)
            if answer is not None:
                self._alive(server)
                return server, answer
            if self._clock.monotonic() >= deadline:
                break
        raise Unavailable(f"no RADIUS server answers: {', '.join(each.name for each in self._servers)}")

    def _order(self, prefer: str) -> tuple[list[Server], int]:
        """Those thought alive; all of them, asked once each, when none is."""
        now = self._clock.monotonic()
        with self._lock:
            alive = [each for each in self._servers if self._dead_until.get(each, 0.0) <= now]
        chosen = sorted(alive or self._servers, key=lambda each: each.host != prefer)
        return chosen, self._tries if alive else 1

    def _ask_one(self, server: Server, ask: Ask, tries: int, deadline: float) -> Answer | None:
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as line:
                line.connect((server.host, server.port))
                query = ask(server.secret, own_address(line.getsockname()[0]))
                for _ in range(tries):
                    until = min(deadline, self._clock.monotonic() + self._timeout_s)
                    answer = self._exchange(line, query, until)
                    if answer is not None:
                        return answer
        except OSError as error:
            log.debug("RADIUS server %s: %s", server.name, error)
        self._dead(server)
        return None

    def _exchange(self, line: socket.socket, query: Query, until: float) -> Answer | None:
        line.send(query.octets)
        while (left := until - self._clock.monotonic()) > 0:
            line.settimeout(left)
            try:
                datagram = line.recv(PACKET_OCTETS_MOST + 1)
            except TimeoutError:
                return None
            answer = query.read(datagram)
            if answer is not None:
                return answer
            log.warning("a datagram that claims to be a RADIUS answer is not signed as it should be; it is ignored")
        return None

    def _dead(self, server: Server) -> None:
        with self._lock:
            known = server in self._dead_until
            self._dead_until[server] = self._clock.monotonic() + self._dead_s
        if not known:
            log.warning("RADIUS server %s does not answer; it is passed over for %d s at a time", server.name, self._dead_s)

    def _alive(self, server: Server) -> None:
        with self._lock:
            back = self._dead_until.pop(server, None) is not None
        if back:
            log.info("RADIUS server %s answers again", server.name)


def own_address(address: str) -> Attributes:
    """The box's own address as an attribute (RFC 2865, 5.4; RFC 3162, 2.1)."""
    return {"NAS-IPv6-Address" if ":" in address else "NAS-IP-Address": (address,)}

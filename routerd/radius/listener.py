"""The UDP socket that orders come in by (RFC 5176): a Part. Reads datagrams, asks `orders`, sends what that says; decides nothing."""

import contextlib
import logging
import socket
import threading
from collections.abc import Sequence

from routerd.core.errors import Misconfigured
from routerd.radius.orders import Orders
from routerd.radius.packets import PACKET_OCTETS_MOST

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often a thread that hears nothing looks whether it should end."""

IP_FREEBIND = 15
"""The LAN's address may not be there yet."""


class Listener:
    """Listens.

    Args:
        orders: answers datagrams.
        addresses: where to listen.
    """

    name = "RADIUS orders"

    def __init__(self, orders: Orders, addresses: Sequence[tuple[str, int]]) -> None:
        self._orders = orders
        self._addresses = tuple(addresses)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Listen.

        Raises:
            Misconfigured: an address cannot be listened on.
        """
        self._stopping.clear()
        for host, port in self._addresses:
            line = _bound(host, port)
            thread = threading.Thread(target=self._serve, args=(line,), name=self.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=2)
        self._threads.clear()

    def _serve(self, line: socket.socket) -> None:
        with line:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    self._hear(line)

    def _hear(self, line: socket.socket) -> None:
        try:
            datagram, sender = line.recvfrom(PACKET_OCTETS_MOST + 1)
            answer = self._orders.answer(datagram, sender[0])
            if answer is not None:
                line.sendto(answer, sender)
        except TimeoutError:
            raise
        except Exception:  # whatever one datagram does, the next one is heard
            log.exception("a RADIUS order failed")


def _bound(host: str, port: int) -> socket.socket:
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        line.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
        line.bind((host, port))
    except OSError as error:
        line.close()
        raise Misconfigured(f"[radius] coa_listen: cannot listen on {host} port {port}: {error}") from error
    line.settimeout(LOOK_S)
    return line

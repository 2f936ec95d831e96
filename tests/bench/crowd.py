"""Many devices in one namespace, each a macvlan with a MAC and an address of its own, and the little HTTP that signing in takes.

What a device sends is prepared before the clock starts: sockets are open and bound to the device, the form was fetched and read.
"""

import contextlib
import socket
import time
from dataclasses import dataclass
from urllib.parse import urljoin

from tests.lab import http
from tests.lab import plan as place
from tests.lab.namespace import Namespace

GATEWAY = "192.168.88.1"
MIB = 1 << 20
WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Member:
    """One device of the crowd."""

    where: Namespace
    number: int

    @property
    def interface(self) -> str:
        return f"mv{self.number}"

    @property
    def mac(self) -> str:
        return f"02:cc:00:00:{self.number >> 8:02x}:{self.number & 255:02x}"

    @property
    def address(self) -> str:
        return f"192.168.{120 + self.number // 250}.{self.number % 250 + 1}"

    def socket(self, kind: socket.SocketKind) -> socket.socket:
        """A socket that sends through this device only."""
        made = self.where.socket(socket.AF_INET, kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.interface.encode())
        made.bind((self.address, 0))
        made.settimeout(WAIT_S)
        return made

    def ask(self, request: bytes) -> bytes:
        """Send a request to the portal over a connection of its own; the whole answer."""
        with self.socket(socket.SOCK_STREAM) as connection:
            return exchange(connection, request)

    def form(self) -> "Post":
        """Open the portal's page, as a browser does before its user can type."""
        page = self.ask(get("/signin"))
        form = next(form for form in http.forms(page.decode()) if "passcode" in form.fields)
        return Post(self, urljoin("/signin", form.action) or "/signin", form)


@dataclass(slots=True)
class Post:
    """A sign-in about to happen."""

    member: Member
    path: str
    form: http.Form

    def sign_in(self, username: str, passcode: str) -> float:
        """Send the form over a new connection, then a datagram to the outside; seconds until its echo is there."""
        body = self.form.encode({"username": username, "passcode": passcode})
        head = f"POST {self.path} HTTP/1.1\r\nHost: {GATEWAY}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        request = f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        with self.member.socket(socket.SOCK_STREAM) as connection, self.member.socket(socket.SOCK_DGRAM) as probe:
            begun = time.perf_counter()
            answer = exchange(connection, request)
            probe.connect((place.NET_ADDRESS, 7))
            probe.send(b"first")
            probe.recv(64)
            took = time.perf_counter() - begun
        if not answer.startswith(b"HTTP/1.1 303"):
            raise RuntimeError(f"signing in was refused: {answer[:2000].decode(errors='replace')}")
        return took


def get(path: str) -> bytes:
    """A request for a page of the portal."""
    return f"GET {path} HTTP/1.1\r\nHost: {GATEWAY}\r\nConnection: close\r\n\r\n".encode()


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """Connect, send, and read until the portal closes."""
    connection.connect((GATEWAY, 80))
    connection.sendall(request)
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def static_leases(count: int) -> list[dict[str, str]]:
    """Entries of [[guest.static]] that make the crowd's addresses its own."""
    members = (Member(Namespace(""), number) for number in range(1, count + 1))
    return [{"mac": member.mac, "address": member.address} for member in members]


def gather(where: Namespace, count: int) -> list[Member]:
    """Plug in so many devices behind the namespace's eth0."""
    for name in ("disable_ipv6", "accept_ra"):
        where.sysctl(f"ipv6/conf/default/{name}", "1" if name == "disable_ipv6" else "0")
    for name, value in (("arp_ignore", "1"), ("arp_announce", "2"), ("rp_filter", "0")):
        for scope in ("all", "default"):
            where.sysctl(f"ipv4/conf/{scope}/{name}", value)
    members = [Member(where, number) for number in range(1, count + 1)]
    lines = []
    for member in members:
        lines += [
            f"link add link eth0 name {member.interface} address {member.mac} type macvlan mode bridge",
            f"address add {member.address}/18 dev {member.interface} noprefixroute",
            f"link set {member.interface} up",
            f"route add {GATEWAY} dev {member.interface} src {member.address} metric {member.number}",
            f"route add default via {GATEWAY} dev {member.interface} src {member.address} metric {member.number}",
        ]
    where.batch(lines)
    return members

"""Four namespaces around a Firewall: a guest, a guest of another network, the internet, a trusted host. No daemon, no dnsmasq.

guest ── guest0 ┐                    203.0.113.2, 2001:db8:113::2 (internet)
other ── guest1 ┤ gw ── wan0 ── net  10.66.0.2 (private, behind the uplink)
lan ──── lan0 ──┘
"""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any, Self

from routerd.core.clock import SystemClock
from routerd.core.settings import Settings, parse
from routerd.core.terms import Pass, PassKey, Usage
from routerd.firewall.service import Firewall
from tests.lab.namespace import Namespace, batch

MAC, OTHER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
GUEST, GUEST6, OTHER = "192.168.88.10", "fd00:88::10", "192.168.89.10"
GATEWAY, GATEWAY6 = "192.168.88.1", "fd00:88::1"
NET, NET6, PRIVATE, LAN = "203.0.113.2", "2001:db8:113::2", "10.66.0.2", "192.168.10.20"
UDP_ECHO, TCP_HELLO = (7, 53), (80, 443)

CONFIG = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
address6 = "fd00:88::1/64"
[[guest]]
name = "side"
interface = "guest1"
address = "192.168.89.1/24"
[lan]
interface = "lan0"
address = "192.168.10.1/24"
"""


def settings(text: str = CONFIG) -> Settings:
    """Settings of a text that has no problems."""
    found, problems = parse(text)
    assert found is not None, problems
    return found


def grant(mark: int = 1, mac: str = MAC, network: str = "main", **words: Any) -> Pass:
    """A pass, by default for an hour without limits."""
    return Pass(**{"mark": mark, "mac": mac, "network": network, "ttl_s": 3600.0, **words})


def key(one: Pass) -> PassKey:
    return PassKey(one.mark, one.mac, one.network)


class InNamespace:
    """Calls an object's methods with the calling thread in a namespace."""

    def __init__(self, where: Namespace, inner: Any) -> None:
        self._where = where
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        def call(*words: Any, **named: Any) -> Any:
            with self._where.entered():
                found = getattr(self._inner, name)
                return found(*words, **named) if callable(found) else found

        return call


class Walls:
    """The namespaces; use as a context manager."""

    def __init__(self) -> None:
        tag = f"rdfw-{os.getpid():x}"
        roles = ("guest", "other", "net", "lan", "gw")
        self._all = self.guest, self.other, self.net, self.lan, self.gw = tuple(Namespace(f"{tag}-{role}") for role in roles)
        self._servers: list[socket.socket] = []
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        self.firewall: Any = InNamespace(self.gw, Firewall(settings(), SystemClock()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for server in self._servers:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for namespace in self._all:
            subprocess.run(["ip", "netns", "del", namespace.name], capture_output=True, check=False)

    def nft(self, text: str) -> str:
        return self.gw.run("nft", text).stdout

    def usage(self) -> Usage:
        (only,) = self.firewall.usage()
        return only

    def reset(self) -> None:
        """As after an installation with the guest's addresses bound and nobody signed in."""
        self.nft("flush ruleset")
        self.gw.run("conntrack", "-F", check=False)
        self.guest.ip("link", "set", "eth0", "address", MAC)
        self.firewall._inner._shaping.reconfigure(settings(), self.firewall._inner._networks)
        self.firewall.install()
        self.firewall.bind_many([("main", MAC, GUEST), ("main", MAC, GUEST6), ("side", OTHER_MAC, OTHER)])

    def _build(self) -> None:
        batch([f"netns add {namespace.name}" for namespace in self._all])
        gw = self.gw.name
        batch(
            [
                f"link add guest0 netns {gw} type veth peer name eth0 address {MAC} netns {self.guest.name}",
                f"link add guest1 netns {gw} type veth peer name eth0 address {OTHER_MAC} netns {self.other.name}",
                f"link add wan0 netns {gw} type veth peer name eth0 netns {self.net.name}",
                f"link add lan0 netns {gw} type veth peer name eth0 netns {self.lan.name}",
            ]
        )
        outside, inside = ["203.0.113.1", "2001:db8:113::1"], ["192.168.10.1"]
        _set_up(self.gw, guest0=[GATEWAY, GATEWAY6], guest1=["192.168.89.1"], wan0=outside, lan0=inside)
        _set_up(self.guest, eth0=[GUEST, GUEST6])
        _set_up(self.other, eth0=[OTHER])
        _set_up(self.net, eth0=[NET, NET6])
        _set_up(self.lan, eth0=[LAN])
        self.net.batch([f"address add {PRIVATE}/32 dev lo", "route add 192.168.0.0/16 via 203.0.113.1"])
        self.gw.batch([f"route add {PRIVATE}/32 via {NET}"])
        self.guest.batch([f"route add default via {GATEWAY}", f"route add ::/0 via {GATEWAY6}"])
        self.other.batch(["route add default via 192.168.89.1"])
        self.lan.batch(["route add default via 192.168.10.1"])
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.gw.sysctl(name, "1")
        for name in ("ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"):
            self.gw.sysctl(name, "0")  # else the kernel says "refused" to each host only once a second
        for where in (self.net, self.lan, self.other, self.gw):
            self._serve(where)

    def _serve(self, where: Namespace) -> None:
        for port in UDP_ECHO:
            self._echo(where, port)
        for port in TCP_HELLO:
            listener = where.socket(socket.AF_INET6, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("::", port))
            listener.listen(64)
            self._servers.append(listener)
            threading.Thread(target=_greet, args=(listener, where.name.rpartition("-")[2]), daemon=True).start()

    def _echo(self, where: Namespace, port: int) -> None:
        server = where.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        server.bind(("::", port))
        self._servers.append(server)
        threading.Thread(target=_echo, args=(server,), daemon=True).start()


def _set_up(where: Namespace, **interfaces: list[str]) -> None:
    lines = ["link set lo up"]
    for name, addresses in interfaces.items():
        lines += [f"address add {address}/{64 if ':' in address else 24} dev {name}" for address in addresses]
        lines.append(f"link set {name} up")
    where.sysctl("ipv6/conf/all/accept_dad", "0")
    where.sysctl("ipv6/conf/default/accept_dad", "0")
    for name in interfaces:
        where.sysctl(f"ipv6/conf/{name}/accept_dad", "0")
    where.batch(lines)


def _echo(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, peer = server.recvfrom(65536)
            if not peer:  # shut down
                return
            with contextlib.suppress(OSError):
                server.sendto(data, peer)


def _greet(listener: socket.socket, who: str) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(who.encode())


def greeting(where: Namespace, address: str, port: int = 80) -> str:
    """Who answers a TCP connection: ``net``, ``gw``, …; ``reset``, ``refused`` or ``silent``."""
    with where.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect((address, port))
            return probe.recv(16).decode()
        except TimeoutError:
            return "silent"
        except ConnectionError:
            return "reset"
        except OSError:
            return "refused"


class Udp:
    """A UDP socket of a namespace that counts what it sends and what comes back."""

    def __init__(self, where: Namespace, address: str = NET, port: int = 7) -> None:
        self._socket = where.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((address, port))
        self.headers = 48 if ":" in address else 28

    def send(self, count: int, octets: int) -> int:
        """Send datagrams of `octets` as IP packets; how many were echoed."""
        payload = b"x" * (octets - self.headers)
        for _ in range(count):
            while True:
                try:
                    self._socket.send(payload)
                except ConnectionRefusedError:  # of an earlier one: this one was not sent
                    continue
                break
        back = 0
        until = time.monotonic() + 0.15
        while back < count and (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            with contextlib.suppress(OSError):
                self._socket.recv(65536)
                back += 1
        return back

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def udp(where: Namespace, address: str = NET, port: int = 7) -> Iterator[Udp]:
    """A `Udp` that is closed at the end."""
    made = Udp(where, address, port)
    try:
        yield made
    finally:
        made.close()

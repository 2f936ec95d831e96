"""Builds the namespaces of a lab and takes them away again.

    guests ── guest0 (bridge) ┐
    more networks ── guest1 … ┤ gw ── wan0 ══ eth0 ── net ── priv
    lan ── lan0 ──────────────┘                       (web, DNS)

Everything is named after one tag and lives in namespaces, one directory below the temporary directory and /etc/netns. A lab whose
process was killed leaves those behind; the lock that it held is free then, and the next lab clears them away before it starts.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from tests.lab import plan as place
from tests.lab.namespace import Namespace, batch
from tests.lab.plan import GuestNet, Plan

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "rdlab-"
MAC_PREFIX = "3c:07:54:00"


class Layout:
    """Where the parts of a lab are: enough to use one that another process has built.

    Attributes:
        gw: the gateway's namespace.
        net: the uplink's other end: web and DNS server.
        priv: a private host behind `net`.
        lan: a host on the trusted LAN.
        guests: guest namespaces by network name.
        directory: for files of whoever uses the lab; goes away with it.
    """

    def __init__(self, plan: Plan, tag: str) -> None:
        self.plan = plan
        self.tag = tag
        self.directory = Path(tempfile.gettempdir()) / f"{PREFIX}{tag}"
        self._programs: list[subprocess.Popen[Any]] = []
        self.gw, self.net, self.priv, self.lan = (Namespace(f"{PREFIX}{self.tag}-{role}") for role in ("gw", "net", "priv", "lan"))
        self.guests: dict[str, list[Namespace]] = {
            net.name: [Namespace(f"{PREFIX}{self.tag}-{net.name}{at}") for at in range(1, net.guests + 1)] for net in self.plan.nets
        }

    def namespaces(self) -> list[Namespace]:
        """All of them, the gateway last: what hangs on it goes first."""
        return [*(guest for guests in self.guests.values() for guest in guests), self.lan, self.priv, self.net, self.gw]

    def adopt(self, program: "subprocess.Popen[Any]") -> None:
        """Have a program that was started in one of the namespaces waited for when the lab ends."""
        self._programs.append(program)


class Lab(Layout):
    """A running lab; use it as a context manager or call `close`.

    Args:
        plan: what it is to look like.
        tag: name that keeps it apart from others; this process's number unless given.

    Raises:
        FileExistsError: a lab of that tag is running.
    """

    def __init__(self, plan: Plan | None = None, tag: str = "") -> None:
        super().__init__(plan or Plan(), tag or f"{os.getpid():x}")
        clear_stale()
        self._lock = _claim(self.directory)
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take everything down; may be called twice."""
        for namespace in self.namespaces():
            namespace.remove()
        for program in self._programs:
            program.wait(timeout=5)
        self._programs.clear()
        if self.plan.management:
            subprocess.run(["ip", "link", "del", management_interface(self.tag)], capture_output=True, timeout=5, check=False)
        shutil.rmtree(self.directory, ignore_errors=True)
        self._lock.close()

    def serve(self, where: Namespace, *arguments: str) -> "subprocess.Popen[Any]":
        """Start `tests.lab.internet` in a namespace; returns when its ports listen."""
        program = where.start(
            sys.executable, "-m", "tests.lab.internet", *arguments, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
        )
        self._programs.append(program)
        assert program.stdout is not None
        if not program.stdout.readline():
            raise RuntimeError(f"the servers in {where.name} did not start")
        program.stdout.close()
        return program

    def _build(self) -> None:
        everybody = self.namespaces()
        batch([f"netns add {namespace.name}" for namespace in everybody])
        batch(list(self._cables()))
        for namespace in everybody:
            namespace.batch(["link set lo up"])
        self._gateway()
        self._outside()
        self._lan()
        for net in self.plan.nets:
            for guest in self.guests[net.name]:
                self._guest(net, guest)
        self._servers()

    def _cables(self) -> Iterator[str]:
        yield f"link add wan0 netns {self.gw.name} type veth peer name eth0 netns {self.net.name}"
        yield f"link add lan0 netns {self.gw.name} type veth peer name eth0 netns {self.lan.name}"
        yield f"link add priv0 netns {self.net.name} type veth peer name eth0 netns {self.priv.name}"
        if self.plan.management:
            yield f"link add {management_interface(self.tag)} type veth peer name mgmt0 netns {self.gw.name}"
        for net in self.plan.nets:
            for at, guest in enumerate(self.guests[net.name], 1):
                mac = f"{MAC_PREFIX}:{net.subnet:02x}:{at:02x}"
                port = "trunk0" if net.vlan else f"{self.plan.interface(net)}p{at}"
                end = "trunk0" if net.vlan else "eth0"
                yield f"link add {port} netns {self.gw.name} type veth peer name {end} address {mac} netns {guest.name}"

    def _gateway(self) -> None:
        self.gw.batch(
            [
                f"address add {place.UPLINK_ADDRESS}/24 dev wan0",
                f"address add {place.UPLINK_ADDRESS6}/64 dev wan0 nodad",
                "link set wan0 up",
                f"route add default via {place.NET_ADDRESS}",
                f"route add ::/0 via {place.NET_ADDRESS6}",
                "link set lan0 up",
                *(line for net in self.plan.nets for line in self._ports(net)),
            ]
        )
        if self.plan.management:
            interface = management_interface(self.tag)
            self.gw.batch([f"address add {place.MANAGEMENT_GATEWAY}/30 dev mgmt0", "link set mgmt0 up"])
            batch([f"address add {place.MANAGEMENT_HOST}/30 dev {interface}", f"link set {interface} up"])

    def _ports(self, net: GuestNet) -> Iterator[str]:
        interface = self.plan.interface(net)
        if net.vlan:
            yield "link set trunk0 up"
            yield f"link add link trunk0 name {interface} type vlan id {net.vlan}"
        else:
            yield f"link add {interface} type bridge forward_delay 0"
            for at in range(1, net.guests + 1):
                yield f"link set {interface}p{at} master {interface} up"
        yield f"link set {interface} up"

    def _outside(self) -> None:
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.net.sysctl(name, "1")
        self.net.batch(
            [
                f"address add {place.NET_ADDRESS}/24 dev eth0",
                f"address add {place.NET_ADDRESS6}/64 dev eth0 nodad",
                "link set eth0 up",
                f"address add {place.OTHER_NET_ADDRESS}/32 dev lo",
                f"address add {place.OTHER_NET_ADDRESS6}/128 dev lo",
                f"address add {place.SHOP_ADDRESS}/32 dev lo",
                f"address add {place.SHOP_ADDRESS6}/128 dev lo",
                "address add 10.66.0.1/24 dev priv0",
                "link set priv0 up",
                f"route add default via {place.UPLINK_ADDRESS}",
                f"route add ::/0 via {place.UPLINK_ADDRESS6}",
            ]
        )
        self.priv.batch([f"address add {place.PRIVATE_ADDRESS}/24 dev eth0", "link set eth0 up", "route add default via 10.66.0.1"])

    def _lan(self) -> None:
        self.lan.batch([f"address add {place.LAN_ADDRESS}/24 dev eth0", "link set eth0 up", f"route add default via {place.LAN_GATEWAY}"])
        self.lan.resolvers([place.NET_ADDRESS])

    def _guest(self, net: GuestNet, guest: Namespace) -> None:
        guest.resolvers([])
        if net.vlan:
            guest.batch(["link set trunk0 up", f"link add link trunk0 name eth0 type vlan id {net.vlan}"])
        guest.batch(["link set eth0 up"])

    def _servers(self) -> None:
        self.serve(self.net, "--http", "80", "443", "8080", "--tcp", "853", "7", "--udp", "443", "853", "7")
        self._programs.append(
            self.net.start(
                *("dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--pid-file="),
                *("--user=root", "--bind-interfaces", "--listen-address=203.0.113.2", "--listen-address=2001:db8:113::2"),
                f"--address=/#/{place.NET_ADDRESS}",
                f"--address=/#/{place.NET_ADDRESS6}",
                f"--address=/{place.SHOP}/{place.SHOP_ADDRESS}",
                f"--address=/{place.SHOP}/{place.SHOP_ADDRESS6}",
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )


def kernel_has_vlans() -> bool:
    """Whether this kernel knows 802.1Q interfaces; without them a tagged network is laid as one more plain port."""
    name = f"{PREFIX}vlan-{os.getpid():x}"
    batch([f"netns add {name}"])
    try:
        batch(["link add link lo name vlan1 type vlan id 1"], name)
    except RuntimeError as error:
        if "Unknown device type" not in str(error):
            raise
        return False
    finally:
        batch([f"netns del {name}"])
    return True


def management_interface(tag: str) -> str:
    """The machine's end of the cable to the gateway."""
    return f"rdlab{tag}"[:15]


def clear_stale() -> None:
    """Remove what labs of killed processes left behind."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            _lock(directory).close()
            _remove(directory.name.removeprefix(PREFIX))
            shutil.rmtree(directory, ignore_errors=True)


def _remove(tag: str) -> None:
    names = [entry.name for entry in Path("/run/netns").glob(f"{PREFIX}{tag}-*")]
    for name in sorted(names, key=lambda name: name.endswith("-gw")):
        Namespace(name).remove()
    subprocess.run(["ip", "link", "del", management_interface(tag)], capture_output=True, timeout=5, check=False)


def _claim(directory: Path) -> IO[str]:
    """Make the directory and hold it: locked before it has its name, so that nobody takes it for a dead lab's."""
    nameless = Path(tempfile.mkdtemp(prefix="new-lab-"))
    nameless.chmod(0o711)
    lock = _lock(nameless)
    try:
        nameless.rename(directory)
    except OSError as error:
        lock.close()
        shutil.rmtree(nameless)
        raise FileExistsError(f"{directory} belongs to a lab that is running") from error
    return lock


def _lock(directory: Path) -> IO[str]:
    """Hold the directory for this process's life; OSError when another process does."""
    handle = (directory / "lock").open("a", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise
    return handle

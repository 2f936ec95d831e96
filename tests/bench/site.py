"""A lab with routerd, or with plain forwarding in its place, and any number of guests online in it.

One guest network of 16,382 addresses, so that ten thousand guests fit. Its namespaces hold the devices that really send.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from routerd.control.client import Control
from routerd.control.place import socket_path
from tests.bench import preload
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.plan import GuestNet, Plan

MASQUERADE = (
    "add table ip plain; add chain ip plain post { type nat hook postrouting priority 100; };"
    ' add rule ip plain post oifname "wan0" masquerade'
)
PREFIX_LENGTH = 18
SETTLE_S = 120
QUIET_SHARE = 0.1
"""Of one core: less is what an idle daemon may use."""


def plan(guests: int, **settings: Any) -> Plan:
    """One guest network with so many real guests; `settings` are further keys of its [[guest]] block."""
    return Plan((GuestNet("main", guests=guests, settings={"address": f"192.168.88.1/{PREFIX_LENGTH}", **settings}),))


class Site:
    """A running daemon and its guests.

    Attributes:
        lab: where.
        gateway: the daemon.
        devices: the real guests.
        directory: the daemon's files.
    """

    def __init__(self, lab: Lab, online: int, overrides: Mapping[str, Any]) -> None:
        self.lab = lab
        self.gateway = Gateway(lab, {"daemon": {"log_level": "info"}, **overrides})
        self.directory: Path = self.gateway.directory
        preload.fill(self.directory, online)
        self.devices = [Device(lab, number) for number in range(1, lab.plan.nets[0].guests + 1)]

    def settle(self) -> None:
        """Wait until nothing works in the gateway: at its start dnsmasq runs its script once for each lease that it has."""
        before = self._work()
        for _ in range(SETTLE_S * 2):
            time.sleep(0.5)
            now = self._work()
            if now - before < QUIET_SHARE * 0.5:
                return
            before = now

    def _work(self) -> float:
        """Seconds of processor time that the gateway's processes and their children have used."""
        total = 0
        for pid in self.gateway.where.pids():
            with contextlib.suppress(OSError):
                total += sum(map(int, Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:15]))
        return total / os.sysconf("SC_CLK_TCK")

    def control(self, path: str, **fields: Any) -> dict[str, Any]:
        """Ask the daemon over its control socket, as its command line does."""
        return Control(socket_path(str(self.directory / "run"))).post(path, fields)

    def sign_in(self, device: Device, **voucher: Any) -> str:
        """Join with `device` and sign in with a new voucher; returns the voucher's username."""
        if not device.address:
            device.join()
            wait(lambda: device.resolve(NAME).addresses, 5)  # a first question may come before the lease is known
        username, passcode = self.voucher(**voucher)
        page = device.sign_in(username, passcode)
        if not wait(lambda: device.online, 3):
            raise RuntimeError(f"signing in failed: {page.status} {page.text[:2000]}\n{self.gateway.tail()}")
        return username

    def voucher(self, **parameters: Any) -> tuple[str, str]:
        """A new voucher, by the control socket: it may limit rates, which the action API cannot."""
        made = self.control("/vouchers", **parameters)["vouchers"][0]
        return str(made["username"]), str(made["passcode"])


@contextlib.contextmanager
def site(online: int = 0, guests: int = 1, overrides: Mapping[str, Any] | None = None, **settings: Any) -> Iterator[Site]:
    """A lab in which routerd runs with `online` guests adopted."""
    with Lab(plan(guests, **settings), tag=f"{os.getpid():x}{online:x}") as lab:
        made = Site(lab, online, overrides or {})
        made.gateway.start()
        try:
            made.settle()
            yield made
        finally:
            made.gateway.stop()


@contextlib.contextmanager
def plain_site(guests: int = 1) -> Iterator[Lab]:
    """The same lab with conntrack and masquerade instead, and nothing else."""
    with Lab(plan(guests), tag=f"{os.getpid():x}plain") as lab:
        lab.gw.batch([f"address add 192.168.88.1/{PREFIX_LENGTH} dev guest0"])
        lab.gw.sysctl("ipv4/ip_forward", "1")
        lab.gw.run("nft", MASQUERADE)
        for number in range(1, guests + 1):
            Device(lab, number).where.batch(
                [f"address add 192.168.88.{number + 10}/{PREFIX_LENGTH} dev eth0", "route add default via 192.168.88.1"]
            )
        yield lab

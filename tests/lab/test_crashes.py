"""kill -9 at random points of two hundred logins, logouts and creates: what was acknowledged is there afterwards, kernel, store and
API say the same, and a guest who was online all along lost not one packet."""

import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import fresh, signed_in
from tests.lab.device import Device
from tests.lab.gateway import Gateway
from tests.lab.network import Lab

OPERATIONS = 200
KILLS = 8
SEED = 20261121
"""Of what is done and when; the moments within an operation differ from run to run all the same."""

MB = 1024 * 1024


@dataclass(slots=True)
class Ledger:
    """What the daemon has acknowledged."""

    vouchers: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    done: int = 0
    failed: int = 0


class Traffic:
    """Operations one after the other on a thread of their own, until stopped.

    Args:
        gateway: whose API is used.
        device: the guest who signs in and out.
        dice: decides what comes next.
    """

    def __init__(self, gateway: Gateway, device: Device, dice: random.Random) -> None:
        self.ledger = Ledger()
        self._gateway = gateway
        self._device = device
        self._dice = dice
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def going(self) -> bool:
        """Whether there is more to come."""
        return self._thread.is_alive()

    def join(self) -> Ledger:
        """Wait until all operations were tried and acknowledged; what happened."""
        self._thread.join(120)
        assert not self._thread.is_alive()
        return self.ledger

    def _run(self) -> None:
        verbs = (self._create, self._remove, self._log_in, self._log_out)
        while self.ledger.done < OPERATIONS / 2:
            try:
                self._dice.choices(verbs, (4, 1, 3, 2))[0]()
                self.ledger.done += 1
            except (OSError, HTTPException, RuntimeError, AssertionError, ValueError):
                self.ledger.failed += 1
                time.sleep(0.02)

    def _create(self) -> None:
        name = f"crash{self._dice.getrandbits(40):x}"
        self.ledger.unsure.add(name)
        user = self._gateway.api("create_voucher", username=name, valid_for="always", download_limit=512)["user"]
        self.ledger.unsure.discard(name)
        self.ledger.vouchers[name] = user["passcode"]

    def _remove(self) -> None:
        if not self.ledger.vouchers:
            return
        name = self._dice.choice(sorted(self.ledger.vouchers))
        self.ledger.unsure.add(name)
        del self.ledger.vouchers[name]
        self._gateway.api("remove_voucher", username=name)
        self.ledger.unsure.discard(name)
        self.ledger.removed.add(name)

    def _log_in(self) -> None:
        if self.ledger.vouchers and not self._device.online:
            name = self._dice.choice(sorted(self.ledger.vouchers))
            self._device.sign_in(name, self.ledger.vouchers[name])

    def _log_out(self) -> None:
        page = self._device.get(self._device.portal_url("/"), follow=True, timeout=2)
        if "logout" in page.text:
            self._device.submit(page, {}, wanted="logout")


def test_kill_9_at_random_points_of_200_operations(crash_lab: Lab, crashing: Gateway) -> None:
    dice = random.Random(SEED)
    steady = signed_in(fresh(Device(crash_lab, 3)), crashing)
    steady.download(3 * MB)
    moments = sorted(dice.randrange(OPERATIONS) for _ in range(KILLS))
    flow = packets.Flow(steady.where, place.NET_ADDRESS)
    still = threading.Event()
    pump = threading.Thread(target=_pump, args=(flow, still))
    pump.start()
    traffic = [Traffic(crashing, fresh(Device(crash_lab, number)), random.Random(SEED + number)) for number in (1, 2)]
    for moment in moments:
        while sum(each.ledger.done for each in traffic) < moment and any(each.going for each in traffic):
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.03))
        crashing.kill()
        crashing.start()
    ledgers = [each.join() for each in traffic]
    still.set()
    pump.join()
    flow.close()
    crashing.kill()
    crashing.start()
    assert flow.lost == 0, f"{flow.lost} of {flow.sent} datagrams of a running stream were lost"
    assert sum(ledger.failed for ledger in ledgers) > 0, "no operation was hit by a kill"
    _compare(crashing, ledgers, steady)


def _pump(flow: packets.Flow, still: threading.Event) -> None:
    while not still.is_set():
        flow.pump(0.5)


def _compare(gateway: Gateway, ledgers: list[Ledger], steady: Device) -> None:
    users = {user["username"] for user in gateway.api("get_voucher_users")["users"]}
    asked: set[str] = set()
    for ledger in ledgers:
        assert set(ledger.vouchers) - users == set(), "acknowledged vouchers are gone"
        assert ledger.removed & users == set(), "removed vouchers are back"
        asked |= set(ledger.vouchers) | ledger.unsure
    assert {name for name in users if name.startswith("crash")} <= asked, "vouchers that nobody asked for"
    stored = {str(row[0]) for row in gateway.sql("select mac from session where ended_at is null")}
    active = gateway.active()
    assert set(active) == stored
    assert in_kernel(gateway, "set", "up") == stored
    assert in_kernel(gateway, "map", "session") == stored
    assert steady.mac in stored
    assert int(active[steady.mac]["bytes-out"]) >= 3 * MB
    twice = gateway.sql("select mark, count(*) from session where ended_at is null group by mark having count(*) > 1")
    assert twice == []


def in_kernel(gateway: Gateway, kind: str, name: str) -> set[str]:
    """MAC addresses in one of the kernel's own lists, whatever the daemon says."""
    text = gateway.nft("list", kind, "inet", "routerd", name)
    return set(re.findall(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", text))

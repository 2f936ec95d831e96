"""The table as a whole, in a real kernel: restarts, other settings, other set definitions, administrators, speed limits."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread
from typing import Any, Self

import pytest

from routerd.core.clock import SystemClock
from routerd.firewall import table
from routerd.firewall.guard import Guard
from routerd.firewall.ruleset import TABLE, compile_ruleset
from routerd.firewall.service import Firewall
from routerd.kernel import tables
from tests.firewall.walls import CONFIG, GUEST, MAC, NET, NET6, OTHER_MAC, Udp, Walls, grant, greeting, key, settings, udp
from tests.lab import packets
from tests.lab.packets import OPEN

pytestmark = pytest.mark.lab


def layout(walls: Walls) -> Any:
    with walls.gw.entered():
        return tables.layout(TABLE)


def test_a_restart_leaves_the_table_untouched(walls: Walls) -> None:
    before = layout(walls)
    assert walls.firewall.install() is False
    assert layout(walls) == before


def test_a_rule_that_was_slipped_in_while_nobody_watched_is_taken_out(walls: Walls) -> None:
    before = layout(walls)
    walls.nft("insert rule inet routerd forward accept")
    assert walls.firewall.intact() is False
    walls.firewall.install()
    assert walls.firewall.intact() is True
    assert len(layout(walls).rules) == len(before.rules)


def test_other_tables_are_never_touched(walls: Walls) -> None:
    walls.nft("table inet mine { chain forward { type filter hook forward priority 5; counter accept; }; }")
    before = walls.gw.run("nft", "list", "table", "inet", "mine").stdout
    walls.firewall.reconfigure(settings(CONFIG.replace("[[guest]]", "[[guest]]\nisolation = false")))
    walls.firewall.reconfigure(settings())
    walls.firewall.remove()
    walls.firewall.install()
    assert walls.gw.run("nft", "list", "table", "inet", "mine").stdout == before


class Stream:
    """Round trips on a thread, each given as long as a retransmission would take; counts those without answer."""

    def __init__(self, walls: Walls) -> None:
        self.lost = self.sent = 0
        self._walls = walls
        self._on = True
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False
        self._thread.join()

    def _run(self) -> None:
        with udp(self._walls.guest) as flow:
            while self._on:
                self.sent += 1
                self.lost += not flow.send(1, 100)


def test_other_settings_take_effect_without_losing_a_packet_or_an_element(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1 << 40)])
    with Stream(walls) as stream:
        for _ in range(5):
            walls.firewall.reconfigure(settings(CONFIG.replace("[[guest]]", "[[guest]]\nisolation = false")))
            walls.firewall.reconfigure(settings())
    assert stream.lost == 0
    assert walls.usage().up_octets == stream.sent * 100


def test_other_set_definitions_carry_the_elements_over(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1000)])
    walls.firewall.block("02:00:00:00:00:77")
    walls.firewall.garden(["198.51.100.0/24"])
    with udp(walls.guest) as flow:
        assert flow.send(4, 100) == 4
        ruleset = compile_ruleset(settings())
        other = replace(ruleset, text=ruleset.text.replace("size 131072", "size 99999"), identity="other", skeleton="other")
        with walls.gw.entered():
            table.load(other)
            assert table.intact(other)
        assert "size 99999" in walls.firewall.show()
        assert walls.usage().up_octets == 400
        assert walls.firewall.bindings() >= {(MAC, GUEST)}
        assert flow.send(10, 100) == 6
    assert "02:00:00:00:00:77" in walls.gw.run("nft", "list", "set", "inet", TABLE, "blocked").stdout
    assert "198.51.100.0" in walls.gw.run("nft", "list", "set", "inet", TABLE, "garden4_prefixes").stdout


def test_removing_shuts_guests_in_until_it_is_installed_again(walls: Walls) -> None:
    walls.firewall.open([grant()])
    assert packets.udp(walls.guest, NET, 7) == OPEN
    walls.firewall.remove()
    assert walls.firewall.show() == ""
    assert walls.firewall.intact() is True
    for address in (NET, NET6):
        assert packets.udp(walls.guest, address, 7) != OPEN
        assert packets.tcp(walls.guest, address, 80) != OPEN
    assert greeting(walls.guest, "192.168.88.1") == "gw"
    assert greeting(walls.lan, "192.168.10.1") == "gw"
    assert walls.firewall.install() is True
    walls.firewall.bind("main", MAC, GUEST)
    walls.firewall.open([grant()])
    assert packets.udp(walls.guest, NET, 7) == OPEN


def test_nft_can_print_the_table_with_sessions_in_it(walls: Walls) -> None:
    walls.firewall.open([grant(up_quota_octets=1000, up_used_octets=17)])
    shown = walls.firewall.show()
    assert "quota 1000 bytes used 17 bytes" in shown
    assert MAC in shown


@pytest.fixture
def guarded(walls: Walls) -> Iterator[Walls]:
    def restore() -> None:
        walls.firewall.bind_many([("main", MAC, GUEST)])
        walls.firewall.open([grant(up_quota_octets=10_000, up_used_octets=4_000)])

    restore()
    guard = Guard(walls.firewall._inner, restore)
    with walls.gw.entered():
        guard.start()
    yield walls
    guard.stop()


@pytest.mark.parametrize(
    "deed",
    [
        "flush ruleset",
        "delete table inet routerd",
        "flush table inet routerd",
        "flush chain inet routerd forward",
        "flush set inet routerd up",
        "flush map inet routerd session",
        "flush set inet routerd bound4",
        "chain inet routerd forward { policy accept; }",
        "insert rule inet routerd forward accept",
    ],
)
def test_what_an_administrator_does_to_the_table_lasts_five_seconds_at_most(guarded: Walls, deed: str) -> None:
    assert packets.udp(guarded.guest, NET, 7) == OPEN
    guarded.nft(deed)
    until = time.monotonic() + 5
    while time.monotonic() < until and not (guarded.firewall.intact() and packets.udp(guarded.guest, NET, 7, 0.2) == OPEN):
        time.sleep(0.05)
    assert guarded.firewall.intact()
    assert packets.udp(guarded.guest, NET, 7) == OPEN
    usage = guarded.usage()
    assert usage.up_quota_octets == 10_000
    assert usage.up_octets >= 4_000


def test_the_guard_leaves_a_removed_firewall_alone(guarded: Walls) -> None:
    guarded.firewall.remove()
    time.sleep(2.6)
    assert guarded.firewall.show() == ""
    guarded.firewall.install()
    until = time.monotonic() + 5
    while time.monotonic() < until and packets.udp(guarded.guest, NET, 7, 0.2) != OPEN:
        time.sleep(0.05)
    assert packets.udp(guarded.guest, NET, 7) == OPEN


def test_there_is_no_shaping_until_somebody_has_a_speed_limit(walls: Walls) -> None:
    walls.firewall.open([grant()])
    assert "htb" not in walls.gw.run("tc", "qdisc", "show").stdout
    assert "class_down" not in layout(walls).sets


def received_kbit(walls: Walls, seconds: float, down: bool) -> float:
    """IP packets in kbit/s that come out of the shaper while far more is put in."""
    interface = "guest0" if down else "wan0"
    with udp(walls.guest) as flow:
        flow.send(1, 100)
        peer = ("203.0.113.1", flow._socket.getsockname()[1])
        stop = time.monotonic() + seconds + 0.3

        def blast() -> None:
            if down:
                server = next(s for s in walls._servers if s.fileno() >= 0 and s.getsockname()[1] == 7 and s.family == 10)
                while time.monotonic() < stop:
                    server.sendto(b"x" * 1472, (f"::ffff:{peer[0]}", peer[1]))
                    time.sleep(0.0005)
            else:
                while time.monotonic() < stop:
                    flow._socket.send(b"x" * 1472)
                    time.sleep(0.0005)

        thread = Thread(target=blast)
        thread.start()
        begun, before = time.monotonic(), _sent(walls, interface)
        time.sleep(seconds)
        rate = (_sent(walls, interface) - before) * 8 / (time.monotonic() - begun) / 1000
        thread.join()
    return rate * 1500 / 1514


def _sent(walls: Walls, interface: str) -> int:
    line = next(line for line in walls.gw.run("cat", "/proc/net/dev").stdout.splitlines() if f"{interface}:" in line)
    return int(line.split(":")[1].split()[8])


@pytest.mark.parametrize("down", [True, False])
def test_speed_limits_hold(walls: Walls, down: bool) -> None:
    walls.firewall.open([grant(down_kbit=3000 if down else 0, up_kbit=0 if down else 3000)])
    assert received_kbit(walls, 2, down) == pytest.approx(3000, rel=0.05)


def test_speed_limits_end_with_the_session_and_survive_a_restart_of_the_daemon(walls: Walls) -> None:
    walls.firewall.open([grant(down_kbit=3000, up_kbit=2000), grant(2, "02:00:00:00:00:02", "side", down_kbit=1000)])
    assert walls.gw.run("tc", "class", "show", "dev", "guest0").stdout.count("htb") == 1
    before = layout(walls)
    with walls.gw.entered():
        again = Firewall(settings(), SystemClock())
        again.install()
        assert layout(walls) == before
        again.close([key(grant())])
    assert walls.gw.run("tc", "class", "show", "dev", "guest0").stdout == ""
    assert walls.gw.run("tc", "class", "show", "dev", "wan0").stdout == ""
    assert "5244:2" in walls.gw.run("tc", "class", "show", "dev", "guest1").stdout


def test_a_qdisc_that_somebody_took_away_comes_back_with_the_next_session(walls: Walls) -> None:
    walls.firewall.open([grant(down_kbit=3000)])
    walls.gw.run("tc", "qdisc", "del", "dev", "guest0", "root")
    walls.firewall.open([grant(2, "02:00:00:00:00:03", down_kbit=3000)])
    assert "5244:2" in walls.gw.run("tc", "class", "show", "dev", "guest0").stdout


def test_a_known_line_is_shared_fairly_by_those_without_a_limit_of_their_own(walls: Walls) -> None:
    walls.firewall.reconfigure(settings(CONFIG.replace("[uplink]", "[uplink]\nup_kbit = 4000")))
    try:
        walls.firewall.open([grant(), grant(2, OTHER_MAC, "side")])
        with udp(walls.guest) as one, udp(walls.other) as two:
            stop = time.monotonic() + 2.8
            threads = [Thread(target=_pour, args=(flow, stop, pause)) for flow, pause in ((one, 0.001), (two, 0.002))]
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            begun, before = time.monotonic(), _leaving(walls)
            time.sleep(2)
            after, took = _leaving(walls), time.monotonic() - begun
            for thread in threads:
                thread.join()
        rates = [(after[mark] - before[mark]) * 8 / took / 1000 * 1500 / 1514 for mark in (1, 2)]
        assert sum(rates) == pytest.approx(4000, rel=0.05)
        assert rates == pytest.approx([2000, 2000], rel=0.1)
    finally:
        walls.firewall.reconfigure(settings())


def _pour(flow: Udp, until: float, pause_s: float) -> None:
    while time.monotonic() < until:
        flow._socket.send(b"x" * 1472)
        time.sleep(pause_s)


def _leaving(walls: Walls) -> dict[int, int]:
    """Octets that each session's class on the uplink has let out."""
    words = walls.gw.run("tc", "-s", "class", "show", "dev", "wan0").stdout
    found = re.findall(r"class htb 5244:([0-9a-f]+) [^\n]*\n Sent (\d+) bytes", words)
    return {int(minor, 16): int(octets) for minor, octets in found}

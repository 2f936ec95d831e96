"""Bans as those who ask and those who ban meet them; the kernel and the clock are fakes."""

import logging
from ipaddress import ip_address

import pytest

from routerd.bans import records, service
from routerd.bans.service import Bans
from routerd.core.errors import BadInput, Conflict, NotFound, Unavailable
from routerd.core.ruling import Ruling
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.fakes.walls import FakeWalls

WHY = Ruling("block", "cc_1", "[cc] *: 10x / 60s", "cc", "REMOTE_ADDR")


class Desk:
    """Bans on a database in memory."""

    def __init__(self, *spared: str) -> None:
        self.store, self.clock, self.walls = Store("sqlite:///:memory:"), FakeClock(), FakeWalls()
        self.spared = spared
        self.bans = self.again()

    def again(self) -> Bans:
        return Bans(self.store, self.clock, self.spared, lambda: ["198.51.100.1", "2001:db8:5::1"], self.walls)


@pytest.fixture
def desk() -> Desk:
    return Desk("10.0.0.0/8")


def test_a_ban_holds_for_its_time_and_no_longer(desk: Desk) -> None:
    assert desk.bans.banned(b"192.0.2.1") is None
    assert desk.bans.ban(b"192.0.2.1", 60, WHY)
    assert desk.bans.banned(b"192.0.2.1") == WHY
    assert desk.bans.banned(b"192.0.2.2") is None
    desk.clock.advance(59)
    assert desk.bans.banned(b"192.0.2.1") == WHY
    desk.clock.advance(1)
    assert desk.bans.banned(b"192.0.2.1") is None
    assert desk.bans.listing() == []


def test_setting_the_wall_clock_neither_ends_nor_lengthens_it(desk: Desk) -> None:
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.clock.step(86_400)
    assert desk.bans.banned(b"192.0.2.1")
    desk.clock.step(-2 * 86_400)
    desk.clock.advance(60)
    assert desk.bans.banned(b"192.0.2.1") is None


@pytest.mark.parametrize(
    ("banned", "asks", "out"),
    [
        (b"2001:db8::1", b"2001:db8::ffff:1", True),
        (b"2001:db8::1", b"2001:db8:0:1::1", False),
        (b"::ffff:192.0.2.1", b"192.0.2.1", True),
        (b"192.0.2.1", b"::ffff:192.0.2.1", True),
    ],
)
def test_an_ipv6_client_is_its_prefix_and_a_mapped_address_is_its_ipv4_address(desk: Desk, banned: bytes, asks: bytes, out: bool) -> None:
    desk.bans.ban(banned, 60, WHY)
    assert bool(desk.bans.banned(asks)) is out


@pytest.mark.parametrize("client", [b"127.0.0.1", b"::1", b"10.1.2.3", b"198.51.100.1", b"2001:db8:5::77", b"nonsense", b""])
def test_some_are_never_banned(desk: Desk, client: bytes) -> None:
    assert not desk.bans.ban(client, 60, WHY)
    assert desk.bans.banned(client) is None


def test_by_hand_they_cannot_be_banned_either_and_it_is_said_why(desk: Desk) -> None:
    with pytest.raises(Conflict, match="keep everybody out"):
        desk.bans.add("10.1.2.3", 60)
    for client, seconds, words in (
        ("example.com", 60, "is no address"),
        ("192.0.2.1", 0, "expected 1 to"),
        ("192.0.2.0/24", 60, "no addr"),
    ):
        with pytest.raises(BadInput, match=words):
            desk.bans.add(client, seconds)


def test_the_longer_of_two_bans_holds(desk: Desk) -> None:
    desk.bans.ban(b"192.0.2.1", 600, WHY)
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.clock.advance(599)
    assert desk.bans.banned(b"192.0.2.1")
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.clock.advance(30)
    assert desk.bans.banned(b"192.0.2.1")


def test_bans_survive_a_restart_with_what_is_left_of_them(desk: Desk) -> None:
    desk.bans.add("192.0.2.1", 60, "a nuisance")
    desk.bans.ban(b"192.0.2.2", 600, WHY)
    desk.bans.round()
    desk.clock.advance(61)
    desk.bans = desk.again()
    desk.bans.load()
    assert [(ban.client, ban.why) for ban in desk.bans.listing()] == [("192.0.2.2", WHY)]
    assert desk.walls.banned == {"192.0.2.2": pytest.approx(539, abs=1)}


def test_whoever_is_let_in_again_is_forgotten_everywhere(desk: Desk) -> None:
    desk.bans.add("2001:db8::1", 60, "a nuisance")
    desk.bans.round()
    assert desk.walls.banned == {"2001:db8::": pytest.approx(60)}
    assert desk.bans.unban("2001:db8::/64").why.rule_name == "a nuisance"
    desk.bans.round()
    assert desk.bans.banned(b"2001:db8::1") is None
    assert desk.walls.banned == {}
    assert not list(records.everything(desk.store.db, 0))
    with pytest.raises(NotFound):
        desk.bans.unban("2001:db8::1")


def test_at_the_limit_the_ban_that_ends_first_makes_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BANS_MOST", 3)
    for at, seconds in enumerate((50, 20, 40, 30)):
        desk.bans.ban(b"192.0.2.%d" % at, seconds, WHY)
        desk.bans.round()
    assert [ban.client for ban in desk.bans.listing()] == ["192.0.2.3", "192.0.2.2", "192.0.2.0"]
    assert len(list(records.everything(desk.store.db, desk.clock.now()))) == 3
    assert len(desk.walls.banned) == 3


def test_the_kernel_is_told_of_peers_alone(desk: Desk) -> None:
    desk.bans.ban(b"192.0.2.1", 60, WHY, direct=False)
    desk.bans.ban(b"192.0.2.2", 60, WHY)
    desk.bans.round()
    assert list(desk.walls.banned) == ["192.0.2.2"]
    assert desk.bans.banned(b"192.0.2.1") == WHY


def test_there_is_no_table_before_there_is_something_to_drop(desk: Desk) -> None:
    desk.bans.round()
    desk.bans.block([], [])
    desk.bans.round()
    assert not desk.walls.there
    number = int(ip_address("192.0.2.0"))
    desk.bans.block([(number, number + 255)], [])
    desk.bans.round()
    assert desk.walls.blocked == ([(number, number + 255)], [])
    desk.bans.stop()
    assert not desk.walls.there


def test_blocked_stretches_leave_proxies_and_this_machine_out(desk: Desk) -> None:
    desk.bans.block([(0, 2**32 - 1)], [])
    desk.bans.round()
    inside = [int(ip_address(text)) for text in ("10.0.0.1", "127.0.0.1", "198.51.100.1", "0.0.0.0")]
    assert not [number for number in inside for first, last in desk.walls.blocked[0] if first <= number <= last]
    assert any(first <= int(ip_address("8.8.8.8")) <= last for first, last in desk.walls.blocked[0])


def test_a_table_that_was_taken_away_is_made_anew_with_everything_in_it(desk: Desk) -> None:
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.bans.round()
    desk.walls.vanish()
    desk.bans.ban(b"192.0.2.2", 60, WHY)
    desk.bans.round()
    assert desk.walls.made == 2
    assert desk.walls.banned.keys() == {"192.0.2.1", "192.0.2.2"}


def test_while_some_site_only_watches_the_kernel_drops_nothing(desk: Desk) -> None:
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.bans.round()
    desk.bans.drop(on=False)
    desk.bans.round()
    assert not desk.walls.there
    assert desk.bans.banned(b"192.0.2.1")
    desk.bans.drop(on=True)
    desk.bans.round()
    assert desk.walls.banned.keys() == {"192.0.2.1"}


def test_without_root_bans_hold_in_memory_and_that_is_said_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.walls.broken = True
    with caplog.at_level(logging.WARNING):
        for at in range(3):
            desk.bans.ban(b"192.0.2.%d" % at, 60, WHY)
            desk.bans.round()
    assert len(caplog.messages) == 1
    assert "operation not permitted" in caplog.messages[0]
    assert desk.bans.banned(b"192.0.2.2") == WHY


def test_a_store_that_does_not_take_them_ends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(work) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(desk.store, "write", full)
    desk.bans.ban(b"192.0.2.1", 60, WHY)
    desk.bans.round()
    assert desk.bans.banned(b"192.0.2.1") == WHY
    assert "192.0.2.1" in desk.walls.banned


def test_the_table_is_as_the_model_says(desk: Desk) -> None:
    columns = {column.name: column for column in desk.store.db.get_columns("ban")}
    assert columns.keys() == records.BanRow._meta.columns.keys()
    assert not any(column.null for column in columns.values())

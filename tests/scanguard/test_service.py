"""Who is banned for asking what is not there, and who is not."""

import pytest

from routerd.core.protections import ScanGuardSettings
from routerd.core.ruling import Ruling
from routerd.scanguard.service import Errors
from tests.fakes.clock import FakeClock


class Bans:
    """Remembers who was banned."""

    def __init__(self) -> None:
        self.banned: list[tuple[bytes, float, Ruling, bool]] = []

    def ban(self, client: bytes, seconds: float, why: Ruling, *, direct: bool = True) -> bool:
        self.banned.append((client, seconds, why, direct))
        return True


class Desk:
    """A guard with a clock that goes when told."""

    def __init__(self, **settings) -> None:
        self.clock, self.bans = FakeClock(), Bans()
        self.errors = Errors(ScanGuardSettings(**settings), self.clock, self.bans, clients_most=10)

    def get(self, many: int, status: int = 404, client: bytes = b"192.0.2.1", **words) -> int:
        """So many answers; how many bans there are then."""
        for _ in range(many):
            self.errors.seen(client, status, **words)
        return len(self.bans.banned)


def test_the_thirtieth_error_in_ten_seconds_bans() -> None:
    desk = Desk()
    assert desk.get(29) == 0
    desk.clock.advance(10)
    assert desk.get(1) == 1
    client, seconds, why, direct = desk.bans.banned[0]
    assert (client, seconds, direct) == (b"192.0.2.1", 600, True)
    assert (why.rule_name, why.rule_id, why.attack_type) == ("[scan-guard] scan-guard: 30x 4xx / 10s", "acl_0", "acl")


def test_errors_that_come_slowly_do_not() -> None:
    desk = Desk()
    assert desk.get(29) == 0
    desk.clock.advance(10.1)
    assert desk.get(29) == 0


def test_after_a_ban_counting_begins_anew() -> None:
    desk = Desk(errors=3)
    assert desk.get(3) == 1
    assert desk.get(2) == 1
    assert desk.get(1) == 2


@pytest.mark.parametrize(
    ("settings", "status", "counts"),
    [
        ({}, 403, True),
        ({}, 499, True),
        ({}, 200, False),
        ({}, 302, False),
        ({}, 500, False),
        ({"statuses": (401, 500)}, 500, True),
        ({"statuses": (401, 500)}, 404, False),
        ({"enabled": False}, 404, False),
    ],
)
def test_only_the_statuses_that_count_do(settings: dict, status: int, counts: bool) -> None:
    assert Desk(errors=2, **settings).get(2, status) == counts


def test_clients_are_counted_apart_and_ipv6_by_its_prefix() -> None:
    desk = Desk(errors=2)
    assert desk.get(1) + desk.get(1, client=b"192.0.2.2") == 0
    assert desk.get(1, client=b"2001:db8::1") == 0
    assert desk.get(1, client=b"2001:db8::2") == 1


def test_trusted_clients_are_never_banned() -> None:
    desk = Desk(errors=2, trusted=("192.0.2.0/28", "2001:db8::/32"))
    assert desk.get(50) == 0
    assert desk.get(50, client=b"2001:db8:5::1") == 0
    assert desk.get(2, client=b"192.0.2.16") == 1


def test_whoever_comes_through_a_proxy_is_not_known_to_the_kernel() -> None:
    desk = Desk(errors=2)
    desk.get(2, direct=False)
    assert desk.bans.banned[0][3] is False


def test_at_the_limit_those_that_began_first_are_forgotten() -> None:
    desk = Desk(errors=2)
    for at in range(11):
        desk.get(1, client=b"192.0.2.%d" % at)
    assert desk.get(1, client=b"192.0.2.0") == 0
    assert desk.get(1, client=b"192.0.2.10") == 1
    assert len(desk.errors._counted) <= 10


def test_other_settings_hold_from_then_on() -> None:
    desk = Desk(errors=100)
    desk.get(3)
    desk.errors.use(ScanGuardSettings(errors=4, statuses=(404,)))
    assert desk.get(1) == 1
    assert desk.bans.banned[0][2].rule_name == "[scan-guard] scan-guard: 4x 404 / 10s"

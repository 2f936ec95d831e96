"""What ended long ago is forgotten; what is open, or may still count against a limit, is not."""

import pytest

from routerd.sessions import service as service_module
from routerd.sessions.service import KEPT_S
from tests.sessions.world import HOUR, grants, mac_of


def test_sessions_and_grants_that_ended_long_ago_go(world):
    world.sign_in()
    world.clock.advance(HOUR + 1)
    world.sessions.sweep()
    assert world.sessions.prune() == 0
    world.clock.advance(KEPT_S + 1)
    world.sign_in(mac=2, subject="2", ends_at=None)
    assert world.sessions.prune() == 2
    assert [each.session.device.mac for each in world.sessions.online()] == [mac_of(2)]


def test_an_endless_grant_keeps_what_was_used_of_it(world):
    session = world.sign_in(ends_at=None, down_limit_octets=1000)
    world.gate.spend(mac_of(1), 600, 0)
    world.sessions.end(session.id, "logout")
    world.clock.advance(KEPT_S + 1)
    world.sessions.prune()
    assert world.sessions.usage_of("voucher", grants().subject).down == 600


def test_the_number_of_rows_is_bounded(world, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service_module, "SESSIONS_MOST", 3)
    for _ in range(6):
        world.sessions.end(world.sign_in().id, "logout")
    assert world.sessions.prune() == 3
    assert len(world.rows()) == 3

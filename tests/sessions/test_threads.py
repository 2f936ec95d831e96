"""Guests, operators and rounds at the same time, on a store with a writer thread."""

import random
import threading

import pytest

from routerd.core.errors import Denied
from routerd.sessions import records
from tests.sessions.world import World, device, mac_of


@pytest.fixture
def world(tmp_path):
    world = World(f"sqlite:///{tmp_path}/routerd.db")
    world.store.start()
    yield world
    world.store.stop()


def try_in(world, dice, mac):
    try:
        world.sign_in(str(dice.randrange(1, 5)), mac, devices=2, down_limit_octets=1 << 30, replace=dice.random() < 0.5)
    except Denied:
        return


STEPS = (
    try_in,
    try_in,
    lambda world, dice, mac: world.sessions.end_where(mac_of(mac), "logout"),
    lambda world, dice, mac: world.sessions.end_where(mac_of(mac), "idle"),
    lambda world, dice, mac: world.sessions.resume(device(mac)),
    lambda world, dice, mac: world.sessions.sweep(),
    lambda world, dice, mac: world.sessions.online(),
)


def test_kernel_and_store_agree_after_a_rush(world):
    failures = []

    def busy(seed):
        dice = random.Random(seed)
        try:
            for _ in range(40):
                dice.choice(STEPS)(world, dice, dice.randrange(1, 9))
        except Exception as error:  # noqa: BLE001 - any error in a thread fails the test
            failures.append(error)

    threads = [threading.Thread(target=busy, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert world.gate.keys() == world.open_keys()
    assert world.rows(records.S.settled == 0, records.S.ended_at.is_null(False)) == []
    world.sessions.adopt()
    for grant in records.grants(world.store.db, records.G.kind == "voucher"):
        held = [e.pass_.down_quota_octets for e in world.gate.elements.values() if e.pass_.mark in marks_of(world, grant)]
        assert grant.down_used_octets + sum(held) <= 1 << 30


def marks_of(world, grant):
    return {session.mark for session in world.rows(records.S.grant == grant.id, records.OPEN)}

"""Relays that die, keys that change, clocks that are wrong, boxes that are shut out."""

import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.relay.world import Box, Relay, World, wait

LIBFAKETIME = str(next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), ""))


def asked(world: World, relay: Relay, box: Box, host: str) -> int:
    return world.post(relay, host, {"api-key": box.key, "action": "get_logins"}).status


def restart(box: Box, blocks: list[dict[str, Any]]) -> None:
    box.configure(blocks)
    box.stop()
    box.start()
    box.up()


def test_a_relay_that_comes_back_is_used_within_two_seconds(world: World, relays: list[Relay], box: Box) -> None:
    host = box.host
    relays[0].kill()
    assert wait(lambda: not box.tunnel()["lines"][0]["up"], 5)
    time.sleep(3)
    relays[0].start()
    begun = time.monotonic()
    assert wait(lambda: asked(world, relays[0], box, host) == 200, 5)
    assert time.monotonic() - begun < 2


def test_with_one_relay_of_two_dead_the_first_retry_succeeds(world: World, relays: list[Relay], box: Box) -> None:
    host, over, outcomes = box.host, threading.Event(), []

    def client() -> None:
        """What a client does whose name leads to two addresses: the first that answers."""
        while not over.is_set():
            tries = []
            for relay in relays:
                try:
                    tries.append(asked(world, relay, box, host))
                except OSError:
                    tries.append(0)
                if tries[-1] == 200:
                    break
            outcomes.append(tries)

    thread = threading.Thread(target=client)
    thread.start()
    try:
        assert wait(lambda: len(outcomes) > 20, 10)
        relays[0].kill()
        alive = len(outcomes)
        assert wait(lambda: len(outcomes) > alive + 50, 10)
    finally:
        over.set()
        thread.join(10)
        relays[0].start()
    assert all(tries[-1] == 200 for tries in outcomes)
    assert any(len(tries) == 2 for tries in outcomes), "the dead relay was asked, too"
    box.up()


def test_a_revoked_box_is_cut_off_within_a_second(world: World, relays: list[Relay], box: Box) -> None:
    host = box.host
    begun = time.monotonic()
    relays[0].run("revoke", "box1")
    assert wait(lambda: asked(world, relays[0], box, host) == 404, 5)
    assert time.monotonic() - begun < 1
    assert wait(lambda: "does not know this box's key" in box.tunnel()["lines"][0]["error"], 5)
    restart(box, [relays[0].enrol("box1", box.public_key()), box.blocks[1]])


def test_a_rotated_name_leads_nowhere_at_once(world: World, relays: list[Relay], box: Box) -> None:
    old = box.host
    with world.connect(relays[0], old) as kept:
        assert box.cli("tunnel", "rotate").returncode == 0
        new = box.host
        assert new != old
        assert [asked(world, relay, box, old) for relay in relays] == [404, 404]
        assert [asked(world, relay, box, new) for relay in relays] == [200, 200]
        assert kept.fileno() >= 0


def test_a_name_that_the_relay_withdraws_is_replaced_everywhere(world: World, relays: list[Relay], box: Box) -> None:
    old = box.host
    relays[0].run("rotate", "box1")
    assert asked(world, relays[0], box, old) == 404
    assert wait(lambda: box.host != old and all(line["up"] for line in box.tunnel()["lines"]), 10)
    assert wait(lambda: [asked(world, relay, box, box.host) for relay in relays] == [200, 200], 5)
    assert wait(lambda: asked(world, relays[1], box, old) == 404, 5), "the other relay heard of it, too"


def test_another_host_key_is_refused_and_said_so(box: Box) -> None:
    right = box.blocks
    box.configure([right[0] | {"host_key": right[1]["host_key"]}, right[1]])
    box.stop()
    box.start()
    try:
        assert wait(lambda: "host key is not the pinned one" in box.tunnel()["lines"][0]["error"], 5)
        assert wait(lambda: box.tunnel()["lines"][1]["up"], 5)
        assert "host key is not the pinned one" in box.cli("status").stdout
    finally:
        restart(box, right)


@pytest.mark.parametrize("offset", ["-20y", "+20y"])
def test_a_box_whose_clock_is_wrong_connects(world: World, relays: list[Relay], box: Box, offset: str) -> None:
    box.stop()
    box.start(LD_PRELOAD=LIBFAKETIME, FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1")
    try:
        box.up()
        assert asked(world, relays[0], box, box.host) == 200
    finally:
        box.stop()
        box.start()
        box.up()


def test_the_tunnel_ends_with_a_daemon_that_is_killed(world: World, relays: list[Relay], box: Box) -> None:
    host = box.host
    box.stop(signal.SIGKILL)
    try:
        assert wait(lambda: not relays[0].boxes()["box1"]["connected"], 3)
        assert asked(world, relays[0], box, host) == 503
    finally:
        box.start()
        box.up()


def test_the_state_is_told_as_json(box: Box) -> None:
    told = json.loads(box.cli("status", "--json").stdout)["tunnel"]
    assert told["endpoint"].startswith("https://")
    assert [line["up"] for line in told["lines"]] == [True, True]

"""Asking servers: one stands in for another, nobody waits for long, and what is not signed is nobody's word."""

import socket
import time

import pytest

from routerd.core.aaa import RadiusSettings
from routerd.core.clock import SystemClock
from routerd.core.errors import Unavailable
from routerd.radius import packets
from routerd.radius.client import Server, Servers
from tests.radius.conftest import PHONE, make_world
from tests.radius.forwarder import Forwarder, unsigned
from tests.radius.freeradius import SECRET, free_port


@pytest.fixture
def silent():
    """A server that takes everything and says nothing: its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        yield int(line.getsockname()[1])


def servers(*ports: int, timeout_s: float = 0.1, tries: int = 2) -> Servers:
    made = [Server("127.0.0.1", port, SECRET.encode()) for port in ports]
    return Servers(made, SystemClock(), timeout_s=timeout_s, tries=tries, dead_s=60)


def alice(secret: bytes, own: packets.Attributes) -> packets.Query:
    return packets.authentication(secret, {"User-Name": ("alice",), **own}, "wonderland", protocol="pap")


def timed(work) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def test_a_silent_server_is_asked_again_and_then_the_next_one_is(server, silent) -> None:
    who = servers(silent, server.port)
    assert 0.2 <= timed(lambda: who.ask(alice)) < 1.0
    assert who.ask(alice)[0].port == server.port


def test_a_dead_server_is_passed_over_for_a_while(server, silent) -> None:
    who = servers(silent, server.port)
    who.ask(alice)
    assert timed(lambda: who.ask(alice)) < 0.09


def test_a_closed_port_costs_no_time_at_all(server) -> None:
    assert timed(lambda: servers(free_port(), server.port, timeout_s=2).ask(alice)) < 1.0


def test_nobody_waits_longer_than_told(silent) -> None:
    who = servers(silent, silent, timeout_s=5, tries=5)

    def ask() -> None:
        with pytest.raises(Unavailable, match="no RADIUS server answers"):
            who.ask(alice, within_s=0.5)

    assert 0.4 < timed(ask) < 1.5


def test_when_all_are_dead_each_is_tried_once_and_one_that_is_back_is_found(server, silent) -> None:
    who = servers(silent)
    with pytest.raises(Unavailable):
        who.ask(alice)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        who.ask(alice)
    assert time.monotonic() - begun < 0.19
    who._servers = (*who._servers, Server("127.0.0.1", server.port, SECRET.encode()))
    who._dead_until[who._servers[1]] = time.monotonic() + 60
    assert who.ask(alice)[0].port == server.port
    assert who.ask(alice)[0].port == server.port
    assert who._servers[1] not in who._dead_until


@pytest.fixture
def stripped(server):
    """A path to the server on which every answer loses its Message-Authenticator."""
    taken: list[Forwarder] = []
    with Forwarder(("127.0.0.1", server.port), lambda answer: unsigned(answer, taken[0].requests[-1], SECRET.encode())) as path:
        taken.append(path)
        yield path


@pytest.mark.parametrize("legacy", [False, True])
def test_an_answer_stripped_of_its_signature_counts_only_with_the_legacy_switch(stripped, legacy) -> None:
    settings = RadiusSettings((f"127.0.0.1:{stripped.port}",), SECRET, timeout_s=1, tries=1, legacy_unsigned_answers=legacy)
    world = make_world(settings)
    try:
        if legacy:
            assert world.radius.authenticate("alice", "wonderland", PHONE).terms.login == "alice"
        else:
            with pytest.raises(Unavailable):
                world.radius.authenticate("alice", "wonderland", PHONE)
    finally:
        world.store.stop()
    assert stripped.requests[-1][20:22] == b"\x50\x12"


def test_noise_on_the_line_does_not_end_the_waiting(server) -> None:
    with Forwarder(("127.0.0.1", server.port), lambda answer: answer[:-1] + bytes((answer[-1] ^ 1,))) as noisy:
        who = servers(noisy.port, server.port)
        assert who.ask(alice)[0].port == server.port
        assert len(noisy.requests) == 2

"""Rules may ask for countries and block lists; nobody waits for an answer."""

import threading

import pytest

from routerd.defence import lookups
from routerd.defence.lookups import Resolver, outside
from tests.fakes.clock import FakeClock


class Countries:
    def members(self, client: bytes) -> dict[bytes, bytes] | None:
        return {b"COUNTRY_CODE": b"NZ"} if client == b"192.0.2.7" else None


def test_countries_are_those_of_the_owners_database_if_there_is_one() -> None:
    asked = outside(Countries(), FakeClock(), rbl=False)
    assert asked.country(b"192.0.2.7") == {b"COUNTRY_CODE": b"NZ"}
    assert asked.country(b"192.0.2.8") is None
    assert outside(None, FakeClock(), rbl=False).country(b"192.0.2.7") is None
    assert asked.resolve(b"7.2.0.192.list.test") is None


def test_a_name_is_looked_up_beside_the_traffic_and_known_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, clock, answered = list[bytes](), FakeClock(), threading.Event()

    def look(name: bytes) -> bytes | None:
        asked.append(name)
        answered.wait(5)
        return b"127.0.0.2" if name.startswith(b"bad") else None

    monkeypatch.setattr(lookups, "_asked", look)
    resolver = Resolver(clock)
    assert resolver.resolve(b"bad.list.test") is None, "it is not waited for"
    assert resolver.resolve(b"bad.list.test") is None
    answered.set()
    until = threading.Event()
    for _ in range(500):
        if resolver.resolve(b"bad.list.test"):
            break
        until.wait(0.01)
    assert resolver.resolve(b"bad.list.test") == b"127.0.0.2"
    assert asked == [b"bad.list.test"], "asked once"
    clock.advance(lookups.KNOWN_S + 1)
    assert resolver.resolve(b"bad.list.test") == b"127.0.0.2", "the old answer until there is a new one"


def test_names_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(lookups, "KNOWN_MOST", 10)
    monkeypatch.setattr(lookups, "_asked", lambda _name: held.wait(5) and None)
    resolver = Resolver(FakeClock())
    for at in range(1000):
        assert resolver.resolve(b"%d.list.test" % at) is None
    assert len(resolver._known) <= 10
    held.set()

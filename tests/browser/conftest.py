"""The portal on loopback, served as it will be, and a real Chromium in front of it. No lab, no root."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from routerd.core.terms import Device
from routerd.vouchers.model import NewVoucher
from routerd.web.server import WebServer, bind_tcp
from tests.lab.browser import Browser
from tests.portal.conftest import World, make_world, settings_of

SETTINGS = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "127.0.0.1/8"
down_kbit = 20000
up_kbit = 5000
[portal]
title = "Hotel Example"
methods = ["voucher", "free"]
[portal.free]
download_limit_mb = 100
"""


class Here:
    """Where Chromium runs: not in a namespace (see `tests.lab.namespace`), but here."""

    def command(self, *words: str) -> list[str]:
        return list(words)


@dataclass
class Hotel:
    """The portal that the tests look at."""

    world: World
    url: str


@pytest.fixture
def hotel(tmp_path) -> Iterator[Hotel]:
    listener = bind_tcp("127.0.0.1", 0)
    port = listener.getsockname()[1]
    world = make_world(settings_of(SETTINGS), url=f"sqlite:///{tmp_path}/db", port=port)
    world.store.start()
    world.finder.add(Device("02:00:00:00:00:01", "127.0.0.1", "main"))
    world.vouchers.create(NewVoucher(username="room12", passcode="hx7kq3mp", valid_for="1 day", download_limit_mb=2048))
    server = WebServer("portal", world.app, [listener])
    server.start()
    yield Hotel(world, f"http://127.0.0.1:{port}")
    server.stop()
    world.store.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser(Here()) as started:
        yield started

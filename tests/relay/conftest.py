"""One small internet for all tests of the relay; each finds both relays running and the first box connected to both."""

from collections.abc import Iterator

import pytest

from tests.relay.world import Box, Relay, World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs namespaces."""
    for item in items:
        if "tests/relay/" in item.nodeid:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as built:
        for box in built.boxes:
            box.configure([relay.enrol(box.name, box.public_key()) for relay in built.relays])
        built.boxes[0].start()
        built.boxes[0].api_on()
        yield built
        for box in built.boxes:
            box.stop()


@pytest.fixture
def relays(world: World) -> list[Relay]:
    return world.relays


@pytest.fixture
def box(world: World) -> Box:
    """The box that is connected, with its action API on."""
    world.boxes[0].up()
    return world.boxes[0]

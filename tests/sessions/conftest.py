import pytest

from tests.sessions.world import World


@pytest.fixture
def world() -> World:
    return World()

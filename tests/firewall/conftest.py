from collections.abc import Iterator

import pytest

from tests.firewall.walls import Walls


@pytest.fixture(scope="session")
def built() -> Iterator[Walls]:
    with Walls() as walls:
        yield walls


@pytest.fixture
def walls(built: Walls) -> Walls:
    built.reset()
    return built

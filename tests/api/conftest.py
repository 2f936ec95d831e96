from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The door with everything behind it, switched on."""
    house = House(tmp_path)
    house.access.set(post=True, get=True)
    yield house
    house.store.stop()

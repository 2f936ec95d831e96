from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.identity import hashing
from tests.admin.browser import Browser
from tests.admin.house import House


@pytest.fixture(autouse=True)
def fast_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash in a tenth of a millisecond; what it is made of stays the same."""
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A box that nobody has set up yet."""
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def owner(house: House) -> Browser:
    """The owner, signed in."""
    return house.owner()

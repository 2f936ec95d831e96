from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.core.clock import SystemClock
from routerd.identity.service import ApiAccess
from routerd.store.database import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/routerd.db")
    store.start()
    yield store
    store.stop()


@pytest.fixture
def access(store: Store, tmp_path: Path) -> ApiAccess:
    return ApiAccess(store, SystemClock(), tmp_path / "keys" / "box.key")

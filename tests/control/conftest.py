from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control.daemon import Daemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """The control door on its socket, with everything behind it."""
    daemon = Daemon(tmp_path)
    daemon.start()
    yield daemon
    daemon.stop()

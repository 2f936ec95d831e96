"""What the proofs share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def matchers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where boxes keep compiled databases: one of them compiles our own rules, the others find them there."""
    return Path(tmp_path_factory.mktemp("matchers"))

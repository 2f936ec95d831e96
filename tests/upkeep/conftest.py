import pytest

from routerd.identity import vault


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch):
    monkeypatch.setattr(vault, "SCRYPT_N", 2)

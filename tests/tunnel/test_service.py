"""The box's name: drawn once, kept, rotated, and drawn anew when a relay does not take it."""

from pathlib import Path

import pytest

from routerd.core.cloud import RelaySettings, TunnelSettings
from routerd.store.database import Store
from routerd.tunnel.service import Tunnel
from tests.fakes.clock import FakeClock


@pytest.fixture
def store():
    made = Store("sqlite:///:memory:")
    yield made
    made.stop()


def tunnel(store: Store, directory: Path) -> Tunnel:
    relay = RelaySettings(host="127.0.0.1", port=1, address="127.16.0.1", host_key="ssh-ed25519 AAAA")
    settings = TunnelSettings(domain="w-router.test", relay=(relay,), key_file=str(directory / "tunnel.key"))
    return Tunnel(settings, directory, store, FakeClock())


def test_the_name_is_kept(store: Store, tmp_path: Path) -> None:
    first = tunnel(store, tmp_path).endpoint
    assert first == tunnel(store, tmp_path).endpoint
    name = first.removeprefix("https://").removesuffix(".w-router.test/api/")
    assert len(name) * 4 >= 40
    assert set(name) <= set("0123456789abcdef")


def test_rotating_draws_another(store: Store, tmp_path: Path) -> None:
    made = tunnel(store, tmp_path)
    before = made.endpoint
    assert made.rotate() == made.endpoint != before


def test_a_refusal_of_an_old_name_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Two relays may refuse the same name; the second refusal comes when there is a new one already."""
    made = tunnel(store, tmp_path)
    refused = f"{made.box_name()} post"
    made._refused(refused)
    after = made.box_name()
    assert not refused.startswith(after)
    made._refused(refused)
    assert made.box_name() == after


def test_the_key_is_made_once_and_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    key = tunnel(store, tmp_path).state().key
    assert key.startswith("ssh-ed25519 ")
    assert (tmp_path / "tunnel.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "tunnel.key.pub").unlink()
    assert tunnel(store, tmp_path).state().key.split()[:2] == key.split()[:2]

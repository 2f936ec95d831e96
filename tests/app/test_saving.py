"""Backup and restore from the command line."""

import sqlite3
from pathlib import Path

import pytest

from routerd.__main__ import main
from routerd.app.upkeep import places
from routerd.core.settings import parse
from routerd.identity import vault
from routerd.store.database import Store
from routerd.upkeep.exchange import Exchange


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "SCRYPT_N", 2)


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text("correct horse battery\nnot this\n")
    return file


def box(place: Path, zone: str) -> Path:
    """A box with a configuration and a database; returns its configuration file."""
    place.mkdir()
    config = place / "routerd.toml"
    config.write_text(f'[daemon]\nrun_dir = "{place}/run"\nkey_file = "{place}/box.key"\n[store]\nurl = "sqlite:///{place}/routerd.db"\n')
    Store(f"sqlite:///{place}/routerd.db").stop()
    with sqlite3.connect(place / "routerd.db") as opened:
        opened.execute("INSERT INTO preference (section, document, changed_at, pending) VALUES ('system', ?, 1, 0)", (zone,))
    opened.close()
    return config


def zone_of(place: Path) -> str:
    opened = sqlite3.connect(place / "routerd.db")
    try:
        return str(opened.execute("SELECT document FROM preference").fetchone()[0])
    finally:
        opened.close()


def test_a_backup_takes_another_boxs_place_at_its_next_start(tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = box(tmp_path / "old", "old"), box(tmp_path / "new", "new")
    file = tmp_path / "box.routerd"
    words = ["--passphrase-file", str(passphrase), "--config"]
    assert main(["backup", str(file), *words, str(old)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["restore", str(file), *words, str(new)]) == 0
    assert zone_of(tmp_path / "new") == "new", "nothing happens while the daemon may run"
    settings, _ = parse(new.read_text())
    assert settings is not None
    exchange = Exchange(places(settings, new))
    assert exchange.settle(1)
    exchange.confirm(2)
    assert zone_of(tmp_path / "new") == "old"
    told = capsys.readouterr().out
    assert "keeps database or keys elsewhere" in told
    assert "reload-or-restart" in told


def test_a_backup_overwrites_nothing(tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = box(tmp_path / "old", "old")
    assert main(["backup", str(passphrase), "--passphrase-file", str(passphrase), "--config", str(config)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert passphrase.read_text().startswith("correct horse")


def test_what_is_no_backup_is_refused(tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = box(tmp_path / "old", "old")
    assert main(["restore", str(config), "--passphrase-file", str(passphrase), "--config", str(config)]) == 2
    assert "damaged" in capsys.readouterr().err

"""The real daemon: its owner changes settings, uploads, backs up and restores over HTTP, and each time it is back by itself."""

import http.client
import io
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

PASSPHRASE = "correct horse battery"


class Owner:
    """A browser at the daemon's management address."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = self.csrf = ""

    def ask(self, verb: str, path: str, fields: Any = None, raw: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "X-CSRF-Token": self.csrf, "Cookie": self.cookie}
        body = raw if raw is not None else json.dumps(fields or {}) if verb == "POST" else None
        headers["Content-Type"] = "application/json" if raw is None else "application/octet-stream"
        try:
            connection.request(verb, f"/admin/api{path}", body, headers)
            answer = connection.getresponse()
            octets = answer.read()
        finally:
            connection.close()
        assert answer.status == 200, octets
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        told = json.loads(octets) if answer.getheader("Content-Type") == "application/json" else octets
        if isinstance(told, dict):
            self.csrf = told.get("csrf", self.csrf)
        return told

    def until(self, path: str, true: Callable[[Any], Any]) -> Any:
        """Ask until it is so, through moments without a daemon."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            try:
                told = self.ask("GET", path)
            except OSError:
                told = None
            if told and true(told):
                return told
            time.sleep(0.05)
        raise AssertionError(f"{path} never became so")

    def devices(self) -> int:
        fields = self.ask("GET", "/settings/vouchers")["fields"]
        return int(next(field["value"] for field in fields if field["key"] == "devices"))


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "state").mkdir()
    config = tmp_path / "routerd.toml"
    config.write_text(
        f'[daemon]\nrun_dir = "{tmp_path}/run"\nkey_file = "{tmp_path}/state/box.key"\n'
        f'[store]\nurl = "sqlite:///{tmp_path}/state/routerd.db"\n[management]\nlisten = ["127.0.0.1:{port}"]\n'
    )
    with (tmp_path / "log").open("wb") as log:
        daemon = subprocess.Popen([sys.executable, "-m", "routerd", "run", "--config", str(config)], stderr=log)
    try:
        made = Owner(port)
        made.until("/setup", lambda told: told["open"])
        made.ask("POST", "/setup", {"account": {"name": "Ada", "password": "three unlikely words"}})
        made.ask("GET", "/me")
        yield made
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=10) == 0, (tmp_path / "log").read_text()


def test_settings_pictures_backup_and_restore(owner: Owner) -> None:
    assert owner.ask("POST", "/settings/vouchers", {"changes": {"devices": 7}})["applying"]
    assert owner.until("/settings", lambda told: not told["applying"])["failed"] is None
    assert owner.devices() == 7

    photograph = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).save(photograph, "PNG")
    assert len(photograph.getvalue()) > 1_000_000, "more than waitress takes by itself"
    picture = owner.ask("POST", "/portal/images/background", raw=photograph.getvalue())
    assert picture["octets"] <= 500_000

    job = owner.ask("POST", "/system/backup", {"passphrase": PASSPHRASE})["job"]
    owner.until(f"/jobs/{job}", lambda told: told["state"] == "done")
    backup = owner.ask("GET", f"/jobs/{job}/result")

    owner.ask("POST", "/settings/vouchers", {"changes": {"devices": 9}})
    owner.until("/settings", lambda told: not told["applying"])
    assert owner.ask("POST", "/system/restore/upload/0", raw=backup) == {"octets": len(backup)}
    assert owner.ask("POST", "/system/restore", {"passphrase": PASSPHRASE})["configuration"] == "same"
    restored = owner.until("/system", lambda told: told["restored"])["restored"]
    assert restored["error"] is None
    assert owner.devices() == 7
    assert [each["id"] for each in owner.ask("GET", "/portal/page")["images"]] == [picture["id"]]

    before = owner.ask("GET", "/system")["started_at"]
    time.sleep(1)
    owner.ask("POST", "/system/restart", {"service": "daemon"})
    owner.until("/system", lambda told: told["started_at"] > before)
    lines = owner.ask("GET", "/system/logs")["rows"]
    assert any("putting a backup in the place" in line["text"] for line in lines)

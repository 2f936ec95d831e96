"""The check for updates: asks one address, believes a version and nothing else."""

import io
import json
import urllib.request
from contextlib import closing

import pytest

from routerd.core.settings import SystemSettings
from routerd.upkeep.updates import EVERY_S, RETRY_S, Updates
from tests.fakes.clock import FakeClock

URL = "https://updates.example/routerd.json"


@pytest.fixture
def updates(monkeypatch):
    checks = Updates(SystemSettings(update_check=True, update_url=URL), FakeClock(), "0.2.10")
    asked = []

    class Opener:
        def open(self, request, timeout):
            asked.append((request.full_url, dict(request.header_items())))
            if isinstance(checks.answer, Exception):
                raise checks.answer
            return closing(io.BytesIO(checks.answer))

    monkeypatch.setattr(urllib.request, "build_opener", lambda *_: Opener())
    checks.asked = asked
    return checks


@pytest.mark.parametrize(
    ("latest", "newer"), [("0.2.10", False), ("0.2.9", False), ("0.3", True), ("0.2.11", True), ("1", True), ("0.2.10.1", True)]
)
def test_versions_are_compared_by_number(updates, latest, newer):
    updates.answer = json.dumps({"version": latest}).encode()
    assert updates.check() == EVERY_S
    known = updates.known()
    assert (known.latest, known.newer, known.error) == (latest, newer, None)
    assert updates.asked == [(URL, {"User-agent": "routerd"})]


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b'{"version": 1}', b'{"version": "<script>"}', b"x" * 10_000, OSError("no route")])
def test_anything_else_is_an_error_that_is_told(updates, answer):
    updates.answer = answer
    assert updates.check() == RETRY_S
    assert "did not say which version" in updates.known().error
    assert updates.known().latest is None

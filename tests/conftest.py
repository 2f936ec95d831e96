"""Tests that need what this machine may not have say so instead of failing."""

import os
import shutil

import pytest

NEEDED_BY_LAB = ("ip", "nft", "dnsmasq", "udhcpc", "curl")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by marker: `lab` without root or its programs, `browser` without Chromium."""
    missing = [program for program in NEEDED_BY_LAB if not shutil.which(program)]
    if os.geteuid():
        missing.insert(0, "root")
    for item in items:
        if item.get_closest_marker("lab") and missing:
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}"))
        if item.get_closest_marker("browser") and not shutil.which("chromium"):
            item.add_marker(pytest.mark.skip(reason="needs chromium"))

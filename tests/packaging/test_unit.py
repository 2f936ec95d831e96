"""The systemd unit keeps what the documents say of it."""

import configparser
import re

from tests.packaging.conftest import ROOT, run

UNIT = ROOT / "systemd" / "routerd.service"
EXPOSED_MOST = 20
"""Tenths of a point of `systemd-analyze security`; 0 is best, 100 is worst."""


def service() -> dict[str, list[str]]:
    """Every key of [Service] with its values."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").partition("[Service]")[2].partition("[Install]")[0].splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_its_exposure_is_what_the_documents_state() -> None:
    said = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSED_MOST}", "--no-pager", UNIT)
    score = re.search(r"exposure level for routerd.service: (\d+\.\d)", said)
    assert score is not None
    assert f"**{score[1]}**" in (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_a_crash_leaves_dnsmasq_and_its_files_alone() -> None:
    assert service()["KillMode"] == ["process"]
    assert service()["RuntimeDirectoryPreserve"] == ["yes"]


def test_a_faulty_configuration_is_not_tried_again_and_again() -> None:
    assert service()["RestartPreventExitStatus"] == ["2"]


def test_it_is_no_root_and_has_three_capabilities() -> None:
    assert service()["User"] == ["routerd"]
    assert service()["CapabilityBoundingSet"] == service()["AmbientCapabilities"]
    assert service()["AmbientCapabilities"] == ["CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE"]


def test_it_is_a_unit_file() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read(UNIT)
    assert parser["Install"]["WantedBy"] == "multi-user.target"
    assert parser["Service"]["ExecStart"].startswith("/usr/bin/routerd run --config /etc/routerd/routerd.toml")

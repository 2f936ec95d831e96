"""A box built with what its owner set on the page; a file that it no longer fits, and a start that fails, do not keep it down."""

import socket
from pathlib import Path

import pytest

from routerd.app.build import App, build
from routerd.app.check import check
from routerd.app.outside import Outside
from routerd.core.clock import SystemClock
from routerd.core.errors import Misconfigured
from routerd.core.settings import parse
from routerd.identity.actor import OWNER, Actor

ADA = Actor("Ada", OWNER, "127.0.0.1")


def box(place: Path, restarts: list[str], trouble: str = "", listen: int = 0) -> App:
    text = f'[daemon]\nrun_dir = "{place}/run"\nkey_file = "{place}/box.key"\n[store]\nurl = "sqlite:///{place}/routerd.db"\n'
    text += f'[management]\nlisten = ["127.0.0.1:{listen}"]\n' if listen else ""
    settings, problems = parse(text)
    assert settings is not None, problems
    return build(settings, Outside(SystemClock(), None, place, restart=lambda: restarts.append("now")), trouble)


def test_a_change_restarts_the_box_and_counts_from_then_on(tmp_path: Path) -> None:
    restarts: list[str] = []
    app = box(tmp_path, restarts)
    app.start()
    app.house.preferences.set("vouchers", {"devices": 3}, ADA)
    app.stop()
    assert restarts == ["now"]
    again = box(tmp_path, restarts)
    assert again.house.settings.vouchers.devices == 3
    assert again.house.preferences.state()["applying"]
    again.start()
    assert again.house.preferences.state() == {"applying": False, "failed": None}
    again.stop()


def test_a_change_that_did_not_start_is_gone_at_the_next_start_and_the_owner_is_told(tmp_path: Path) -> None:
    app = box(tmp_path, [])
    app.start()
    app.house.preferences.set("vouchers", {"devices": 3}, ADA)
    app.stop()
    second = box(tmp_path, [])
    second._supervisor.start()  # as far as it got
    second.stop()
    third = box(tmp_path, [], trouble="the cable is missing")
    third.start()
    assert third.house.settings.vouchers.devices == 1
    assert "the cable is missing" in third.house.preferences.state()["failed"]["message"]
    third.stop()


def test_the_environment_counts_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "routerd.toml"
    file.write_text('[vouchers]\ndevices = 2\n[portal]\ntitle = "File"\n')
    monkeypatch.setenv("ROUTERD_VOUCHERS__DEVICES", "4")
    settings, lines = check(file)
    assert settings is not None, lines
    assert (settings.vouchers.devices, settings.portal.title) == (4, "File")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ROUTERD_VOUCHERS__DEVICES", "many", 'vouchers.devices: found "many", expected a whole number'),
        ("ROUTERD_VOUCHERS__DEVISES", "4", "vouchers.devises: found an unknown key, expected 'devices'"),
        ("ROUTERD_GUEST__GONE__LEASE_S", "600", "there is no guest network 'gone'"),
    ],
)
def test_a_variable_that_is_wrong_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    file = tmp_path / "routerd.toml"
    file.write_text("")
    monkeypatch.setenv(name, value)
    settings, lines = check(file)
    assert settings is None
    assert words in lines[0]


def test_a_start_that_fails_lets_go_of_its_addresses(tmp_path: Path) -> None:
    """The box that is started in its place needs them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = box(tmp_path, [], listen=port)
    app._supervisor._parts = (Broken(), *app._supervisor._parts)
    with pytest.raises(Misconfigured, match="broken"):
        app.start()
    again = box(tmp_path, [], listen=port)
    again.start()
    again.stop()


class Broken:
    """A part that cannot start."""

    name = "broken"

    def start(self) -> None:
        raise Misconfigured("broken")

    def stop(self) -> None:
        """Never started."""

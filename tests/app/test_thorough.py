"""`routerd check` looks into the certificates and rules that a file names; a start does not ask it."""

import time
from pathlib import Path

import pytest

from routerd.__main__ import main
from tests.sites.authority import issued

FILE = """
[edge]
http = ["127.0.0.1:18080"]
[waf]
rules = ["{place}/rules.conf"]
[[sites]]
name = "main"
domain = "example.test, *.example.test"
target_url = "http://127.0.0.1:9"
certificate = "{place}/c.pem"
key = "{place}/k.pem"
"""
RULE = 'SecRule ARGS "@contains attack" "id:1,phase:2,deny"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    given = issued("example.test", "*.example.test", now=time.time())
    (tmp_path / "c.pem").write_text(given.pem)
    (tmp_path / "k.pem").write_text(given.key())
    (tmp_path / "rules.conf").write_text(RULE)
    file = tmp_path / "routerd.toml"
    file.write_text(FILE.replace("{place}", str(tmp_path)))
    return file


def told(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = main(["check", "--config", str(config)])
    return status, capsys.readouterr().out


def test_what_is_right_is_ok(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(config, capsys) == (0, "ok\n")


def test_rules_with_a_fault_are_named_with_their_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "rules.conf").write_text(RULE + 'SecRule ARGZ "@contains attack" "id:2,phase:2,deny"\n')
    status, said = told(config, capsys)
    assert status == 2
    assert f"{config}: waf.rules: {config.parent}/rules.conf:2:9: there is no variable 'ARGZ'; did you mean ARGS?" in said


def test_rules_are_not_looked_at_where_nothing_is_judged(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "rules.conf").write_text("nonsense")
    config.write_text(config.read_text().replace("[waf]", '[waf]\nmode = "off"'))
    assert told(config, capsys) == (0, "ok\n")


@pytest.mark.parametrize(
    ("names", "days", "said"),
    [(("example.test",), 90, "does not stand for *.example.test"), (("example.test", "*.example.test"), 0, "it expired on")],
)
def test_a_certificate_that_clients_would_not_take_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...], days: int, said: str
) -> None:
    given = issued(*names, now=time.time() - 60, days=days)
    (config.parent / "c.pem").write_text(given.pem)
    (config.parent / "k.pem").write_text(given.key())
    status, told_ = told(config, capsys)
    assert (status, said in told_) == (2, True), told_


def test_a_key_of_another_certificate_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "k.pem").write_text(issued("example.test").key())
    status, said = told(config, capsys)
    assert (status, "sites[0].certificate: certificate and key are not each other's" in said) == (2, True)

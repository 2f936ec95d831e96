"""Rule files are found in their order, and lists beside them."""

from pathlib import Path

import pytest

from routerd.waf import files
from routerd.waf.files import Disk, Library, rule_files
from routerd.waf.loading import load
from routerd.waf.operators.operator import ArgumentFault
from routerd.waf.request import Request
from routerd.waf.settings import Mode


def made(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    return [str(folder / name) for name in names]


def test_a_folder_stands_for_its_set_up_and_its_rules_in_order(tmp_path: Path) -> None:
    wanted = made(tmp_path, "crs-setup.conf.example", "a.conf", "b.conf", "rules/A.conf", "rules/B.conf")
    made(tmp_path, "rules/x.data", "rules/C.conf.example", "README.md")
    assert rule_files(tmp_path) == wanted
    (own,) = made(tmp_path, "crs-setup.conf")
    assert rule_files(tmp_path) == [own, *wanted[1:]]
    assert rule_files(tmp_path / "a.conf") == [str(tmp_path / "a.conf")]


def test_lists_are_read_without_comments_and_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "x.data").write_bytes(b"# words\r\none\r\n\r\n  # more\ntwo # three\n")
    disk = Library(Disk(), [str(tmp_path / "elsewhere"), str(tmp_path)])
    assert list(disk.phrases("x.data")) == [b"one", b"two # three"]
    assert list(disk.addresses("x.data")) == [b"one", b"two"]
    assert list(disk.phrases(str(tmp_path / "x.data"))) == [b"one", b"two # three"]


def test_a_list_that_is_missing_or_too_long_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Library(Disk(), [str(tmp_path)])
    with pytest.raises(ArgumentFault, match=r"there is no file x\.data in .*; it has to stand beside the rules"):
        disk.phrases("x.data")
    (tmp_path / "x.data").write_text("long")
    monkeypatch.setattr(files, "LIST_MOST", 3)
    with pytest.raises(ArgumentFault, match="more than 3 octets"):
        disk.phrases("x.data")


def test_nothing_is_looked_up_outside(tmp_path: Path) -> None:
    disk = Library(Disk(), [str(tmp_path)])
    assert disk.country(b"192.0.2.1") is None
    assert disk.resolve(b"example.test") is None


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (b"application/json", b'{"a": 1', 400),
        (b"application/vnd.api+json", b"{", 400),
        (b"text/xml", b"<a>", 400),
        (b"application/soap+xml", b"<a/>", 0),
        (b"multipart/form-data; boundary=x", b"--x", 400),
        (b"text/plain", b'{"a": 1', 0),
    ],
)
def test_what_every_rule_set_starts_from_refuses_bodies_that_cannot_be_read(kind: bytes, body: bytes, status: int) -> None:
    rules, faults = load([])
    assert not faults
    assert rules is not None
    transaction = rules.begin(Request(b"POST", b"/", headers=((b"Content-Type", kind),)), 0.0)
    transaction.headers()
    verdict = transaction.body(body)
    assert (verdict.status if verdict else 0) == status


def test_detecting_comes_last(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("SecRuleEngine On\n")
    rules, _ = load([tmp_path], detect=True)
    assert rules is not None
    assert rules.settings.mode is Mode.DETECTION_ONLY

"""A box in one file: made while it is in use, checked whole, put in place between two runs, and taken back when it does not start."""

import io
import sqlite3
import tarfile
import threading

import pytest

from routerd.core.errors import BadInput, Conflict
from routerd.core.jobs import Cancelled, Progress
from routerd.identity.vault import Vault
from routerd.upkeep import exchange
from routerd.upkeep.archive import CONFIG
from routerd.upkeep.service import UPLOAD_OCTETS_MOST
from tests.upkeep.box import PASSPHRASE, Box


@pytest.fixture
def old(tmp_path):
    box = Box(tmp_path / "old", "aa:aa:aa:aa:aa:aa", config="# old\n")
    yield box
    box.store.stop()


@pytest.fixture
def new(tmp_path):
    box = Box(tmp_path / "new", "bb:bb:bb:bb:bb:bb", config="# new\n")
    yield box
    box.store.stop()


def test_a_box_becomes_the_other_one(old, new):
    backups = new.hand_in(old.backup())
    summary = backups.check(PASSPHRASE)
    assert (summary.fits, summary.people, summary.hostname, summary.networks) == (True, 1, "old", ("main",))
    assert new.guests() == ["bb:bb:bb:bb:bb:bb"]
    assert backups.stage(PASSPHRASE).configuration == "restored"
    new.restart()
    assert new.guests() == ["aa:aa:aa:aa:aa:aa"]
    assert (new.place / "box.key").read_bytes() == (old.place / "box.key").read_bytes()
    assert (new.place / "routerd.toml").read_text() == "# old\n"
    assert new.backups.exchange.last().error is None
    assert not (new.place / "restore").exists()
    assert (new.place / "before-restore" / "routerd.toml").read_text() == "# new\n"
    assert {path.stat().st_mode & 0o777 for path in (new.place / "routerd.db", new.place / "box.key")} == {0o600}


def test_a_backup_is_of_one_moment_though_others_write(old):
    ended = threading.Event()

    def write():
        for number in range(200):
            old.add(f"cc:cc:cc:cc:cc:{number:02x}")
        ended.set()

    thread = threading.Thread(target=write)
    thread.start()
    content = old.backup()
    thread.join()
    assert ended.is_set()
    other = Box(old.place.parent / "other")
    assert other.hand_in(content).check(PASSPHRASE).fits
    other.store.stop()


def test_nothing_is_left_lying_about(old):
    old.backup()
    assert not list(old.place.glob(".backup-*"))
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        old.backup(Progress(lambda *_: None, cancelled))
    assert not list(old.place.glob(".backup-*"))


def test_a_backup_tells_its_progress(old):
    told = []
    old.backup(Progress(lambda done, total, words: told.append((done, words)), threading.Event()))
    assert told[-1][0] == 100
    assert {words for _, words in told} == {"copying the database", "encrypting"}


@pytest.mark.parametrize("passphrase", ["short", "", "x" * 201])
def test_a_passphrase_that_is_none_is_refused_before_any_work(old, passphrase):
    with pytest.raises(BadInput, match="expected 10 to 200"):
        old.backups.made(passphrase)


def test_a_box_that_does_not_start_with_the_backup_is_as_it_was(old, new):
    new.hand_in(old.backup()).stage(PASSPHRASE)
    (new.place / "box.key").write_bytes(b"k" * 32)
    new.restart(comes_up=False)
    assert new.guests() == ["aa:aa:aa:aa:aa:aa"]
    new.restart("cannot listen on 10.0.0.1")
    assert new.guests() == ["bb:bb:bb:bb:bb:bb"]
    assert (new.place / "routerd.toml").read_text() == "# new\n"
    assert (new.place / "box.key").read_bytes() == b"k" * 32
    assert "cannot listen on 10.0.0.1" in new.backups.exchange.last().error
    assert not (new.place / "restore").exists()


def test_what_was_not_there_before_is_gone_again(old, new):
    (old.place / "tunnel.key").write_text("key")
    new.hand_in(old.backup()).stage(PASSPHRASE)
    new.restart(comes_up=False)
    assert (new.place / "tunnel.key").exists()
    new.restart()
    assert not (new.place / "tunnel.key").exists()


class PowerCut(Exception):
    """The machine stops here."""


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("cut", range(12))
def test_the_power_may_fail_at_any_move(old, new, monkeypatch, cut, back):
    """Whatever was done before the cut, the next start comes to the same end."""
    new.hand_in(old.backup()).stage(PASSPHRASE)
    new.store.stop()
    (new.place / "routerd.db-wal").write_bytes(b"")  # as after a crash
    if back:
        new.backups.exchange.settle(1)
    left = [cut]
    move = exchange._move

    def failing(source, target):
        if not left[0]:
            raise PowerCut
        left[0] -= 1
        move(source, target)

    monkeypatch.setattr(exchange, "_move", failing)
    try:
        new.backups.exchange.settle(2)
    except PowerCut:
        monkeypatch.setattr(exchange, "_move", move)
        new.backups.exchange.settle(3)
    monkeypatch.setattr(exchange, "_move", move)
    new.open()
    assert new.guests() == (["bb:bb:bb:bb:bb:bb"] if back else ["aa:aa:aa:aa:aa:aa"])
    assert (new.place / "routerd.toml").read_text() == ("# new\n" if back else "# old\n")


def test_the_configuration_stays_when_it_does_not_suit_this_machine(old, new):
    new.faults.append("guest[0].interface: there is no wlan9")
    summary = new.hand_in(old.backup()).stage(PASSPHRASE)
    assert (summary.configuration, summary.fits) == ("kept", True)
    assert "wlan9" in summary.problems[0]
    new.restart()
    assert (new.place / "routerd.toml").read_text() == "# new\n"
    assert new.guests() == ["aa:aa:aa:aa:aa:aa"]


def test_a_database_from_a_newer_version_is_refused(old, new):
    old.store.db.execute_sql("PRAGMA user_version = 9999")
    backups = new.hand_in(old.backup())
    assert not backups.check(PASSPHRASE).fits
    with pytest.raises(Conflict, match="schema 9999"):
        backups.stage(PASSPHRASE)
    new.restart()
    assert new.guests() == ["bb:bb:bb:bb:bb:bb"]


def crafted(*members):
    """A backup whose tar says what it likes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return b"".join(Vault().sealed([out.getvalue()], PASSPHRASE))


def link(name, target):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"", "no file was handed in|damaged"),
        (lambda: b"routerd backup 1\n" + b"x" * 100, "damaged"),
        (lambda: b"".join(Vault().sealed([b"no tar"], PASSPHRASE)), "do not unpack"),
        (crafted, "no whole backup"),
        (lambda: crafted((tarfile.TarInfo("../evil"), b"x")), "no part of a backup"),
        (lambda: crafted((tarfile.TarInfo("/etc/passwd"), b"x")), "no part of a backup"),
        (lambda: crafted((link("routerd.db", "/etc/shadow"), b"")), "no part of a backup"),
        (lambda: crafted((tarfile.TarInfo("box.key"), b"a"), (tarfile.TarInfo("box.key"), b"b")), "no part of a backup"),
        (
            lambda: crafted(*((tarfile.TarInfo(name), b"{}") for name in ("routerd.db", "box.key", "manifest.json"))),
            "manifest cannot be read",
        ),
    ],
)
def test_a_file_that_is_no_backup_changes_nothing(new, content, words):
    backups = new.hand_in(content()) if content() else new.backups
    with pytest.raises((BadInput, Conflict), match=words):
        backups.stage(PASSPHRASE)
    new.restart()
    assert new.guests() == ["bb:bb:bb:bb:bb:bb"]
    assert not (new.place.parent / "evil").exists()


def test_a_damaged_database_is_refused(old, new, tmp_path):
    manifest = b'{"made_at": 1, "version": "1", "hostname": "x", "networks": []}'
    sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE x (y)")
    whole = (old.place / "routerd.db").read_bytes()
    for database in (b"", b"no database", (tmp_path / "empty.db").read_bytes(), whole[: len(whole) // 2]):
        members = [
            (tarfile.TarInfo(name), body) for name, body in (("routerd.db", database), ("box.key", b"k"), ("manifest.json", manifest))
        ]
        with pytest.raises(BadInput, match="database in it"):
            new.hand_in(crafted(*members)).check(PASSPHRASE)


def test_another_passphrase_is_told_and_the_file_stays_for_the_right_one(old, new):
    backups = new.hand_in(old.backup())
    with pytest.raises(BadInput, match="passphrase is wrong"):
        backups.check("not this one at all")
    assert backups.check(PASSPHRASE).fits
    backups.discard()
    with pytest.raises(Conflict, match="no file was handed in"):
        backups.check(PASSPHRASE)


def test_pieces_follow_one_another(new):
    backups = new.backups
    assert backups.receive(0, b"abc") == 3
    with pytest.raises(Conflict, match="3 octets were received so far"):
        backups.receive(5, b"x")
    assert backups.receive(0, b"xy") == 2, "0 begins anew"
    with pytest.raises(BadInput, match="more than"):
        backups.receive(UPLOAD_OCTETS_MOST, b"x")


def test_a_configuration_that_is_the_same_is_not_touched(old, new):
    (new.place / "routerd.toml").write_text("# old\n")
    before = (new.place / "routerd.toml").stat().st_ino
    assert new.hand_in(old.backup()).stage(PASSPHRASE).configuration == "same"
    new.restart()
    assert (new.place / CONFIG).stat().st_ino == before

"""The action API's switches and key."""

import logging
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from routerd.core.clock import SystemClock
from routerd.core.errors import Unavailable
from routerd.identity.records import ApiAccessRow
from routerd.identity.service import ApiAccess
from routerd.store.database import Store


def again(store: Store, tmp_path: Path) -> ApiAccess:
    """What the next start of the daemon would have."""
    return ApiAccess(store, SystemClock(), tmp_path / "keys" / "box.key")


def test_everything_is_off_and_no_key_is_right_at_first(access):
    state = access.state()
    assert (state.post_enabled, state.get_enabled, state.has_key, state.rotated_at) == (False, False, False, None)
    assert not access.verify("")
    assert not access.verify("anything")


def test_the_methods_are_switched_separately(access):
    access.set(post=True)
    assert (access.state().post_enabled, access.state().get_enabled) == (True, False)
    access.set(get=True)
    access.set(post=False)
    assert (access.state().post_enabled, access.state().get_enabled) == (False, True)


def test_switching_on_makes_the_first_key_and_keeps_it(access):
    access.set(post=True)
    assert access.state().has_key
    key = access.reveal()
    access.set(post=False, get=True)
    assert access.reveal() == key
    assert access.verify(key)


def test_switching_off_makes_no_key(access, tmp_path):
    access.set(post=False)
    assert not access.state().has_key
    assert not (tmp_path / "keys").exists()


def test_reveal_makes_the_first_key(access):
    assert access.verify(access.reveal())


def test_rotation_makes_the_old_key_wrong_and_dates_the_new_one(access):
    old = access.rotate()
    new = access.rotate()
    assert old != new
    assert not access.verify(old)
    assert access.verify(new)
    assert access.reveal() == new
    assert access.state().rotated_at is not None


@pytest.mark.parametrize("wrong", ["", " ", "\ud800", "ключ", "0" * 48, "\0"])
def test_a_wrong_key_is_wrong_whatever_it_is_made_of(access, wrong):
    access.rotate()
    assert not access.verify(wrong)


def test_a_prefix_or_another_case_of_the_key_is_wrong(access):
    key = access.rotate()
    assert not access.verify(key[:-1])
    assert not access.verify(key + "0")
    assert not access.verify(key.upper())


def test_a_restart_keeps_switches_and_key(access, store, tmp_path):
    access.set(get=True)
    key = access.reveal()
    after = again(store, tmp_path)
    assert after.state() == access.state()
    assert after.verify(key)
    assert after.reveal() == key


def test_the_database_does_not_tell_the_key(access, store):
    key = access.rotate()
    for file in Path(store.path).parent.glob("routerd.db*"):
        assert key.encode() not in file.read_bytes()
    sealed, fingerprint = sqlite3.connect(store.path).execute("SELECT key_sealed, key_fingerprint FROM api_access").fetchone()
    assert key not in sealed
    assert len(fingerprint) == 64


def test_the_box_key_is_for_its_owner_alone_and_no_draft_stays(access, tmp_path):
    access.rotate()
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["box.key"]
    assert (tmp_path / "keys" / "box.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_the_box_key_is_made_once(access, tmp_path):
    access.rotate()
    box = (tmp_path / "keys" / "box.key").read_bytes()
    access.rotate()
    assert (tmp_path / "keys" / "box.key").read_bytes() == box


@pytest.mark.parametrize("content", [None, b"", b"x" * 32, b"x" * 33])
def test_with_the_box_key_lost_the_api_key_still_works_and_a_new_one_can_be_made(access, tmp_path, content):
    key = access.rotate()
    box = tmp_path / "keys" / "box.key"
    box.unlink() if content is None else box.write_bytes(content)
    with pytest.raises(Unavailable):
        access.reveal()
    assert access.verify(key)
    if content is None or len(content) == 32:
        assert access.verify(access.rotate())


def test_a_key_file_that_cannot_be_made_changes_nothing(store, tmp_path):
    (tmp_path / "file").write_text("")
    access = ApiAccess(store, SystemClock(), tmp_path / "file" / "box.key")
    with pytest.raises(Unavailable, match="box key"):
        access.set(post=True)
    assert not access.state().post_enabled


def test_a_text_sealed_for_another_purpose_is_refused(access, store):
    access.rotate()
    sealed = access._box.seal("0" * 48, "something-else")
    store.write(lambda: store.db.execute_sql("UPDATE api_access SET key_sealed = ?", (sealed,)))
    access._refresh()
    with pytest.raises(Unavailable):
        access.reveal()


def test_many_first_uses_at_once_agree_on_one_key(access):
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(access.reveal())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_the_key_is_in_no_log_line(access, caplog):
    caplog.set_level(logging.DEBUG)
    key = access.rotate()
    access.set(post=True, get=True)
    access.verify(key)
    assert key not in caplog.text


def test_cryptography_is_not_loaded_by_a_box_that_only_verifies(tmp_path):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from routerd.core.clock import SystemClock\n"
        "from routerd.identity.service import ApiAccess\n"
        "from routerd.store.database import Store\n"
        f"access = ApiAccess(Store('sqlite:///:memory:'), SystemClock(), Path('{tmp_path}/box.key'))\n"
        "access.verify('x')\n"
        "assert not [name for name in sys.modules if name.startswith('cryptography')]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_the_model_is_the_table(store):
    columns = {(row[1], bool(row[3])) for row in store.db.execute_sql("PRAGMA table_info(api_access)").fetchall()}
    assert columns == {(field.column_name, not field.null) for field in ApiAccessRow._meta.sorted_fields}

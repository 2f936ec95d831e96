"""Passwords that would not last, names, and the tables."""

import threading
import time

import peewee
import pytest

from routerd.core.errors import BadInput, Limited
from routerd.identity import hashing, records
from routerd.identity.hashing import Hasher
from routerd.identity.model import Visit, checked_name, checked_password


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)


MODELS = [model for model in vars(records).values() if isinstance(model, type) and issubclass(model, peewee.Model)]


@pytest.mark.parametrize("model", MODELS)
def test_the_migrated_tables_are_those_of_the_models(store, model):
    columns = {column.name: column for column in store.db.get_columns(model._meta.table_name)}
    assert set(columns) == set(model._meta.columns)
    for name, field in model._meta.columns.items():
        assert columns[name].null == field.null, name
        assert columns[name].primary_key == field.primary_key, name
        size = getattr(field, "max_length", None)
        kind = columns[name].data_type.upper()
        assert kind == (f"VARCHAR({size})" if size else "TEXT" if isinstance(field, peewee.TextField) else "INTEGER"), name


@pytest.mark.parametrize(
    "password",
    ["three unlikely words", "Tr0ub4dor&3x", "x" * 3 + "yz1 longer", "пароль подлиннее", "a" * 124 + "bcd1", "ada and nine more words"],
)
def test_passwords_that_last_are_taken(password):
    assert checked_password(password, "Ada") == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        (None, "10 to 128"),
        (12345678901, "10 to 128"),
        ("", "10 to 128"),
        ("nine chrs", "10 to 128"),
        ("x1y2" * 33, "10 to 128"),
        ("aaaaaaaaaaaa", "different"),
        ("1212121212", "different"),
        ("password123", "tried first"),
        ("PASSWORD123", "tried first"),
        ("1234567890", "tried first"),
        ("adalovelace", "name"),
        ("AdaLovelace1", "name"),
    ],
)
def test_passwords_that_do_not_last_are_refused_with_the_reason(password, why):
    with pytest.raises(BadInput, match=why) as refused:
        checked_password(password, "AdaLovelace")
    assert refused.value.field == "password"


def test_the_same_password_from_another_keyboard_is_the_same():
    assert checked_password("cafe\u0301 au lait", "Ada") == checked_password("caf\u00e9 au lait", "Ada")


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\x00b", "\u202eabc", None, 7, ["x"]])
def test_names_that_cannot_be_shown_are_refused(name):
    with pytest.raises(BadInput):
        checked_name(name)


def test_a_hash_is_argon2id_with_the_parameters_that_are_written_down():
    assert Hasher().hash("three unlikely words").startswith("$argon2id$v=19$m=32768,t=2,p=1$")


def test_a_hash_is_verified_and_a_missing_account_matches_nothing(fast):
    hasher = Hasher()
    kept = hasher.hash("three unlikely words")
    assert hasher.matches("three unlikely words", kept)
    assert not hasher.matches("three unlikely word", kept)
    assert not hasher.matches("three unlikely words", "")
    assert not hasher.matches("three unlikely words", "not a hash")


def test_strangers_hash_one_at_a_time_and_leave_the_lane_of_the_known_free(fast):
    hasher, at_once, most = Hasher(), 0, 0
    count = threading.Lock()

    def work():
        nonlocal at_once, most
        with hasher.turn(known=False):
            with count:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.01)
            with count:
                at_once -= 1

    threads = [threading.Thread(target=work) for _ in range(hashing.IN_LANE_MOST)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    with hasher.turn(known=True):
        waited = time.monotonic() - begun
    for thread in threads:
        thread.join()
    assert most == 1
    assert waited < 0.05


def test_a_flood_keeps_a_few_threads_and_no_more(fast):
    hasher, over, waiting = Hasher(), threading.Event(), threading.Semaphore(0)

    def work():
        waiting.release()
        with hasher.turn(known=False):
            over.wait(5)

    threads = [threading.Thread(target=work) for _ in range(hashing.IN_LANE_MOST)]
    for thread in threads:
        thread.start()
        waiting.acquire()
    time.sleep(0.05)
    begun = time.monotonic()
    with pytest.raises(Limited), hasher.turn(known=False):
        pass
    refused_after = time.monotonic() - begun
    with hasher.turn(known=True):
        pass
    over.set()
    for thread in threads:
        thread.join()
    assert refused_after < 0.5


def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back(fast, monkeypatch):
    monkeypatch.setattr(hashing, "WAIT_S", 0.02)
    hasher = Hasher()
    refused: list[Limited] = []

    def second():
        try:
            with hasher.turn(known=False):
                pass
        except Limited as error:
            refused.append(error)

    with hasher.turn(known=False):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.168.10.2", "192.168.10.2"),
        ("::ffff:192.168.10.2", "192.168.10.2"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%lan0", "fe80::"),
        ("", ""),
    ],
)
def test_a_place_is_an_address_or_the_network_that_one_household_has(address, place):
    assert Visit(address).place == place

"""The walled garden's entries: what is accepted, how it is kept, who is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.network import garden
from routerd.network.garden import WalledGarden, is_prefix, target
from routerd.network.records import GardenEntry
from routerd.store.database import Store
from tests.fakes.binder import FakeBinder
from tests.fakes.clock import FakeClock

ACCEPTED = [
    ("example.com", "example.com", False),
    ("*.Example.COM", "example.com", False),
    (".example.com.", "example.com", False),
    ("bücher.example", "xn--bcher-kva.example", False),
    ("_dmarc.example.com", "_dmarc.example.com", False),
    ("192.0.2.7", "192.0.2.7", True),
    ("192.0.2.7/32", "192.0.2.7", True),
    ("192.0.2.7/24", "192.0.2.0/24", True),
    ("2001:DB8::7", "2001:db8::7", True),
    ("2001:db8::7/32", "2001:db8::/32", True),
]
REFUSED = [
    "",
    "*",
    ".",
    "com",
    "a b.example",
    "exa mple.com",
    "-a.example",
    "a..example",
    "0.0.0.0/0",
    "::/0",
    "192.0.2.300",
    "1.2.3",
    "x/y.z",
    "a.example\n#",
]


@pytest.mark.parametrize(("given_", "kept", "prefix"), ACCEPTED)
def test_an_entry_is_kept_in_one_form(given_: str, kept: str, prefix: bool) -> None:
    assert target(given_) == kept
    assert is_prefix(kept) is prefix


@pytest.mark.parametrize("text", REFUSED)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        target(text)


@given(st.text(max_size=80))
def test_what_is_kept_never_breaks_dnsmasqs_configuration(text: str) -> None:
    try:
        kept = target(text)
    except BadInput:
        return
    assert kept.isascii()
    assert not set(kept) & set(" /#,\n\"'*") - ({"/"} if is_prefix(kept) else set())
    assert target(kept) == kept


class Yard:
    def __init__(self) -> None:
        self.store, self.clock, self.firewall = Store("sqlite:///:memory:"), FakeClock(), FakeBinder()
        self.told: list[list[str]] = []
        self.garden = WalledGarden(self.store, self.clock, self.firewall, self.told.append)


@pytest.fixture
def yard():
    made = Yard()
    yield made
    made.store.stop()


def test_a_name_goes_to_dnsmasq_and_an_address_to_the_firewall(yard: Yard) -> None:
    yard.garden.add("example.com")
    yard.garden.add("192.0.2.0/24")
    assert yard.told == [["example.com"]]
    assert yard.firewall.open_addresses == ["192.0.2.0/24"]
    assert [entry.target for entry in yard.garden.list()] == ["example.com", "192.0.2.0/24"]


def test_what_is_removed_is_closed(yard: Yard) -> None:
    yard.garden.add("example.com")
    yard.garden.add("192.0.2.7")
    yard.garden.remove("*.example.com")
    yard.garden.remove("192.0.2.7")
    assert yard.told[-1] == []
    assert yard.firewall.open_addresses == []


def test_nothing_is_entered_twice_and_nothing_removed_that_is_not_there(yard: Yard) -> None:
    yard.garden.add("example.com")
    with pytest.raises(Conflict):
        yard.garden.add("*.example.com")
    with pytest.raises(NotFound):
        yard.garden.remove("example.org")


def test_the_garden_has_an_end(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garden, "ENTRIES_MOST", 2)
    yard.garden.add("one.example")
    yard.garden.add("two.example")
    with pytest.raises(BadInput, match="full"):
        yard.garden.add("three.example")


def test_the_model_is_the_migrated_table(yard: Yard) -> None:
    columns = {row[1]: (row[2], row[3]) for row in yard.store.db.execute_sql("PRAGMA table_info(garden_entry)").fetchall()}
    assert columns.keys() == GardenEntry._meta.columns.keys()
    assert columns["target"] == ("VARCHAR(255)", 1)
    assert GardenEntry.target.unique

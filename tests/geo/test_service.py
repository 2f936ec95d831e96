"""Countries as those who ask meet them."""

import logging
import mmap
from pathlib import Path

import pytest

from routerd.geo import service
from routerd.geo.model import THREE, country
from routerd.geo.service import Countries
from tests.geo.writer import Pointer, written

CITY = {
    "city": {"names": {"de": "München", "en": "Munich"}},
    "continent": {"code": "EU"},
    "country": {"iso_code": "DE", "names": {"en": "Germany"}},
    "registered_country": {"iso_code": "US"},
    "location": {"latitude": 48.15, "longitude": -11.5, "metro_code": 807},
    "postal": {"code": "80331"},
    "subdivisions": [{"iso_code": "BY"}, {"iso_code": "X"}],
}


def keep(file: Path, entries: dict[str, object]) -> Path:
    """Put a file in the place of another, as downloads do."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(written(entries))
    fresh.rename(file)
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return keep(tmp_path / "city.mmdb", {"192.0.2.0/24": CITY, "2001:db8::/32": {"country": {"iso_code": "at"}}})


def test_what_rules_ask_for(file: Path) -> None:
    countries = Countries(str(file))
    assert countries.members(b"192.0.2.1") == {
        b"COUNTRY_CODE": b"DE",
        b"COUNTRY_CODE3": b"DEU",
        b"COUNTRY_NAME": b"Germany",
        b"COUNTRY_CONTINENT": b"EU",
        b"REGION": b"BY",
        b"CITY": b"Munich",
        b"POSTAL_CODE": b"80331",
        b"LATITUDE": b"48.150000",
        b"LONGITUDE": b"-11.500000",
        b"DMA_CODE": b"807",
    }
    assert [countries.code(client) for client in (b"192.0.2.9", b"::ffff:192.0.2.9", b"2001:db8::1", b"8.8.8.8", b"nonsense")] == [
        "DE",
        "DE",
        "AT",
        "",
        "",
    ]
    assert countries.members(b"8.8.8.8") is None
    assert countries.kind == "Test-Country"


def test_without_a_file_nobody_knows_anything() -> None:
    countries = Countries("")
    assert (countries.country(b"192.0.2.1"), countries.code(b"192.0.2.1"), countries.kind, countries.parts()) == (None, "", "", [])


def test_another_file_in_its_place_is_read_and_one_that_is_none_is_not(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    countries = Countries(str(file))
    assert countries.code(b"192.0.2.1") == "DE"
    keep(file, {"192.0.2.0/24": {"country": {"iso_code": "FR"}}})
    countries.look()
    assert countries.code(b"192.0.2.1") == "FR"
    file.write_bytes(b"broken")
    with caplog.at_level(logging.WARNING):
        countries.look()
        countries.look()
    file.unlink()
    countries.look()
    assert countries.code(b"192.0.2.1") == "FR"
    assert [message.split(": ", 2)[2][:30] for message in caplog.messages] == [
        "this is no MaxMind DB: its met",
        "[Errno 2] No such file or dire",
    ]


def test_a_file_that_comes_late_is_found(tmp_path: Path) -> None:
    countries = Countries(str(tmp_path / "late.mmdb"))
    assert countries.code(b"192.0.2.1") == ""
    keep(tmp_path / "late.mmdb", {"192.0.2.0/24": CITY})
    countries.look()
    assert countries.code(b"192.0.2.1") == "DE"


def test_a_big_file_is_mapped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "READ_MOST", 10)
    countries = Countries(str(file))
    assert isinstance(countries._database._octets, mmap.mmap)
    assert countries.code(b"192.0.2.1") == "DE"


def test_an_entry_that_cannot_be_is_no_country_and_complained_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    countries = Countries(str(keep(tmp_path / "bad.mmdb", {"192.0.2.0/24": {"country": Pointer(0)}})))
    with caplog.at_level(logging.WARNING):
        assert [countries.code(b"192.0.2.%d" % at) for at in range(3)] == ["", "", ""]
    assert len(caplog.messages) == 1


def test_what_is_remembered_is_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "KEPT_MOST", 5)
    countries = Countries(str(file))
    for at in range(20):
        countries.code(b"192.0.2.%d" % at)
    assert len(countries._kept) <= 5


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"country": "DE", "country_name": "Germany"}, "DE"),
        ({"country_code": "fr", "continent_code": "EU"}, "FR"),
        ({"registered_country": {"iso_code": "JP"}}, "JP"),
        ({"country": {"iso_code": 5}}, ""),
        ({"country": ["DE"]}, ""),
        ({}, ""),
        ("DE", ""),
        (None, ""),
    ],
)
def test_entries_of_other_shapes(value: object, code: str) -> None:
    found = country(value)
    assert (found.code if found else "") == code


def test_every_country_has_three_letters() -> None:
    assert len(THREE) == 249
    assert all(len(two) == 2 and len(three) == 3 for two, three in THREE.items())
    assert len(set(THREE.values())) == 249

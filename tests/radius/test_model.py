"""What attributes mean."""

import pytest

from routerd.core.aaa import RadiusMethodSettings
from routerd.core.errors import BadInput
from routerd.core.terms import MIB, Terms
from routerd.radius import model
from routerd.radius.model import Limits

NOW = 1_750_000_000  # 2025-06-15T15:06:40Z


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Limits()),
        ({"Session-Timeout": (1800,)}, Limits(session_s=1800)),
        ({"Session-Timeout": (0,)}, Limits()),
        ({"Session-Timeout": (2**32 - 1,)}, Limits(session_s=model.SESSION_MOST_S)),
        ({"Idle-Timeout": (300,)}, Limits(idle_timeout_s=300)),
        ({"Idle-Timeout": (1,)}, Limits(idle_timeout_s=model.IDLE_LEAST_S)),
        ({"WISPr-Bandwidth-Max-Down": (8_000_000,), "WISPr-Bandwidth-Max-Up": (1,)}, Limits(down_kbit=8000, up_kbit=1)),
        ({"WISPr-Bandwidth-Max-Down": (0,)}, Limits()),
        ({"ChilliSpot-Bandwidth-Max-Down": (512,), "ChilliSpot-Bandwidth-Max-Up": (64,)}, Limits(down_kbit=512, up_kbit=64)),
        ({"WISPr-Bandwidth-Max-Up": (64_000,), "ChilliSpot-Bandwidth-Max-Up": (512,)}, Limits(up_kbit=64)),
        ({"Mikrotik-Rate-Limit": ("512k/2M",)}, Limits(up_kbit=512, down_kbit=2000)),
        ({"Mikrotik-Rate-Limit": ("1M",)}, Limits(up_kbit=1000, down_kbit=1000)),
        ({"Mikrotik-Rate-Limit": ("64000/128000 1M/2M 64000/64000 8/8",)}, Limits(up_kbit=64, down_kbit=128)),
        ({"Mikrotik-Rate-Limit": ("0/0",)}, Limits()),
        ({"ChilliSpot-Max-Input-Octets": (5,)}, Limits(up_octets=5)),
        ({"ChilliSpot-Max-Output-Octets": (5,), "ChilliSpot-Max-Output-Gigawords": (1,)}, Limits(down_octets=2**32 + 5)),
        ({"ChilliSpot-Max-Total-Octets": (7,)}, Limits(total_octets=7)),
        ({"Mikrotik-Recv-Limit": (5,)}, Limits(up_octets=5)),
        ({"Mikrotik-Xmit-Limit": (6,), "Mikrotik-Xmit-Limit-Gigawords": (2,)}, Limits(down_octets=2**33 + 6)),
        ({"Mikrotik-Total-Limit": (7,)}, Limits(total_octets=7)),
        ({"WISPr-Session-Terminate-Time": ("2025-06-15T18:00:00+02:00",)}, Limits(ends_at=NOW + 3200)),
        ({"WISPr-Session-Terminate-Time": ("2025-06-15T16:00:00Z",)}, Limits(ends_at=NOW + 3200)),
    ],
)
def test_each_attribute_limits_in_its_own_direction_and_unit(said, expected) -> None:
    assert model.limits(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        {"Mikrotik-Rate-Limit": ("fast",)},
        {"Mikrotik-Rate-Limit": (b"\xff",)},
        {"WISPr-Session-Terminate-Time": ("tomorrow",)},
        {"Session-Timeout": ("1800",)},
        {"ChilliSpot-Max-Total-Octets": (b"7",)},
    ],
)
def test_what_is_not_understood_is_no_permission(said) -> None:
    with pytest.raises(BadInput):
        model.limits(said)


def permission(said, **defaults) -> model.Permission:
    return model.permission(said, "alice", RadiusMethodSettings(**defaults), 600, "192.0.2.1:1812", NOW)


def test_what_the_server_leaves_open_comes_from_the_settings() -> None:
    terms = permission({}, valid_for_s=120, download_limit_mb=10, up_kbit=99, devices=3).terms
    assert terms == Terms("radius", "alice", "alice", NOW, NOW + 120, 10 * MIB, None, 0, 99, 3, 0)


def test_the_name_is_the_one_that_the_server_answers_with() -> None:
    terms = permission({"User-Name": ("alice@example.org",)}).terms
    assert (terms.subject, terms.login) == ("alice@example.org", "alice@example.org")


def test_the_earlier_of_two_ends_counts() -> None:
    said = {"Session-Timeout": (86_400,), "WISPr-Session-Terminate-Time": ("2025-06-15T16:00:00Z",)}
    assert permission(said).terms.ends_at == NOW + 3200


def test_a_limit_on_both_directions_holds_each_of_them_to_the_whole_and_replaces_the_defaults() -> None:
    granted = permission({"ChilliSpot-Max-Total-Octets": (7000,), "ChilliSpot-Max-Input-Octets": (1000,)}, download_limit_mb=1)
    assert (granted.total_octets, granted.terms.down_limit_octets, granted.terms.up_limit_octets) == (7000, 7000, 1000)


@pytest.mark.parametrize(("told", "kept"), [((), 600), ((10,), 60), ((300,), 300), ((999_999,), 86_400)])
def test_the_interval_of_reports_stays_within_a_minute_and_a_day(told, kept) -> None:
    assert permission({"Acct-Interim-Interval": told} if told else {}).interim_s == kept


def test_every_class_comes_back_as_it_went() -> None:
    assert permission({"Class": (b"0xff", b"\x00")}).classes == (b"0xff", b"\x00")


def test_a_message_is_one_printable_line_of_bounded_length() -> None:
    assert model.message({"Reply-Message": ("Closed\r\n\x00for ", b"good\xff")}) == "Closed for good�"
    assert len(model.message({"Reply-Message": ("x" * 253, "y" * 253)})) == model.MESSAGE_LENGTH_MOST
    assert model.message({}) == ""


def test_names_of_stations_and_devices() -> None:
    assert model.called_station("02:aa:bb:cc:dd:ee", "main") == "02-AA-BB-CC-DD-EE:main"
    assert model.called_station("", "main") == "main"
    assert model.mac_name("3c:07:54:00:00:01", "aabbccddeeff") == "3c0754000001"
    assert model.mac_name("3c:07:54:00:00:01", "aa-bb-cc-dd-ee-ff") == "3c-07-54-00-00-01"


def test_more_than_four_gigabytes_are_counted_in_gigawords() -> None:
    assert model.words(2**32 * 3 + 5) == (5, 3)


def test_every_reason_of_an_end_has_a_cause() -> None:
    reasons = ("logout", "kicked", "expired", "data-limit", "idle", "replaced", "removed", "failed")
    assert set(model.CAUSES) == set(reasons)

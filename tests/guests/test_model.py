"""Pure rules about guests."""

import pytest

from routerd.guests.clones import ALIVE_S, REPEAT_S, Clones
from routerd.guests.model import guess_os, is_randomised, state_of

MAC = "a0:b2:c3:d4:e5:f6"


@pytest.mark.parametrize(
    ("blocked", "idle_s", "unseen_s", "state"),
    [
        (False, 3.0, 3.0, "active"),
        (False, 299.0, 0.0, "active"),
        (False, 301.0, 0.0, "idle"),
        (False, None, 10.0, "unauthenticated"),
        (False, None, 901.0, "offline"),
        (True, 3.0, 3.0, "blocked"),
        (True, None, 9e9, "blocked"),
    ],
)
def test_the_state_of_a_host(blocked: bool, idle_s: float | None, unseen_s: float, state: str) -> None:
    assert state_of(blocked=blocked, idle_s=idle_s, unseen_s=unseen_s) == state


@pytest.mark.parametrize(("mac", "made_up"), [("a0:b2:c3:d4:e5:f6", False), ("a2:00:00:00:00:01", True), ("02:00:00:00:00:01", True)])
def test_made_up_addresses_are_recognised(mac: str, made_up: bool) -> None:
    assert is_randomised(mac) is made_up


@pytest.mark.parametrize(
    ("options", "vendor_class", "name"),
    [
        ("1,121,3,6,15,119,252", "", "iOS"),
        ("1,3,6,15,26,28,51,58,59,43", "android-dhcp-14", "Android"),
        ("", "MSFT 5.0", "Windows"),
        ("1,3,6", "udhcp 1.35.0", "Linux"),
        ("1,2,3", "", ""),
    ],
)
def test_a_dhcp_request_tells_the_system(options: str, vendor_class: str, name: str) -> None:
    assert guess_os(options, vendor_class) == name


def test_a_second_address_while_the_first_is_in_use_is_suspicious() -> None:
    clones = Clones()
    assert clones.claimed(MAC, "192.168.88.10", 0) == ""
    assert clones.claimed(MAC, "192.168.88.11", 30) == "claims 192.168.88.11 while 192.168.88.10 is in use"
    assert clones.claimed(MAC, "192.168.88.10", 40) == ""


def test_a_new_address_after_the_old_one_was_given_back_is_not() -> None:
    clones = Clones()
    clones.claimed(MAC, "192.168.88.10", 0)
    clones.released(MAC, "192.168.88.10")
    assert clones.claimed(MAC, "192.168.88.11", 30) == ""


def test_a_new_address_after_a_long_silence_is_not() -> None:
    clones = Clones()
    clones.claimed(MAC, "192.168.88.10", 0)
    assert clones.claimed(MAC, "192.168.88.11", ALIVE_S + 1) == ""


def test_roaming_is_not_suspicious_but_jumping_back_and_forth_is() -> None:
    clones = Clones()
    assert [clones.on_port(MAC, port, at) for at, port in enumerate("ababa")] == [
        "",
        "",
        "",
        "jumps between ports a and b",
        "",
    ]


def test_a_suspicion_is_repeated_only_after_a_while() -> None:
    clones = Clones()
    for at, port in enumerate("abab"):
        clones.on_port(MAC, port, at)
    later = REPEAT_S + 10
    reports = [clones.on_port(MAC, port, later + at) for at, port in enumerate("abab")]
    assert sum(bool(report) for report in reports) == 1

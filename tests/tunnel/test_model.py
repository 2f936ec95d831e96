"""ssh's command line, the meaning of its complaints, and the pauses between attempts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.cloud import RelaySettings
from routerd.tunnel import model

RELAY = RelaySettings(host="relay.example.net", address="127.16.0.9", host_key="ssh-ed25519 AAAA")
FILES = model.Files(*(Path("/run/routerd") / name for name in ("key", "known", "out", "err", "tunnel.sock")))


def test_the_tunnel_holds_its_own_address_and_a_session() -> None:
    words = model.holding("/usr/bin/ssh", RELAY, FILES, "0123456789ab post")
    assert words[words.index("-R") + 1] == "127.16.0.9:8080:/run/routerd/tunnel.sock"
    assert words[-2:] == ["routerd-relay@relay.example.net", "hold 0123456789ab post"]
    assert "-N" not in words, "a tunnel without a session waits 40 ms a request"


@pytest.mark.parametrize(
    "option", ["StrictHostKeyChecking=yes", "GlobalKnownHostsFile=none", "BatchMode=yes", "UserKnownHostsFile=/run/routerd/known"]
)
def test_no_host_key_but_the_pinned_one_is_taken(option: str) -> None:
    assert option in model.holding("ssh", RELAY, FILES, "x post")
    assert option in model.naming("ssh", RELAY, FILES, "x post")
    assert model.known_hosts(RELAY) == "routerd-relay-127.16.0.9 ssh-ed25519 AAAA\n"


@pytest.mark.parametrize(
    ("complaint", "meaning"),
    [
        ("@@@\nWARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\n…\nHost key verification failed.\n", "not the pinned one"),
        ("a@b: Permission denied (publickey).\n", "does not know this box's key"),
        ("Error: remote port forwarding failed for listen port 8080\n", "does not give this box `address`"),
        ("ssh: connect to host r port 7022: Connection refused\n", "does not answer on this port"),
        ("ssh: connect to host r port 7022: Connection timed out\n", "does not answer"),
        ("ssh: Could not resolve hostname r: Name or service not known\n", "cannot be resolved"),
        ("Timeout, server r not responding.\n", "fell silent"),
        ("something new\nand its last line\n", "and its last line"),
        ("", "ended the connection"),
    ],
)
def test_complaints_are_told_in_words_that_help(complaint: str, meaning: str) -> None:
    assert meaning in model.trouble(complaint)


@given(st.integers(1, 10_000), st.floats(0, 1e7), st.floats(0, 1))
def test_pauses_stay_within_their_bounds(failures: int, away_s: float, chance: float) -> None:
    assert 0 < model.pause_s(failures, away_s, chance) <= model.PAUSE_MOST_S * (1 + model.SPREAD)


@given(st.integers(1, 100), st.floats(0, 15), st.floats(0, 1))
def test_a_short_outage_is_followed_closely(failures: int, away_s: float, chance: float) -> None:
    """With a second for the connection itself, a relay that comes back after 15 seconds is used within two."""
    assert model.pause_s(failures, away_s, chance) < 1.6

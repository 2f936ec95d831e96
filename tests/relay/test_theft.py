"""What a box with a valid key of its own may not do at the relay: take another's name or place, or reach anything through it."""

import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.relay.world import SSH_PORT, Box, Relay, World, wait


class Thief:
    """The second box's key in the hands of somebody with a ssh client."""

    def __init__(self, box: Box, relay: Relay) -> None:
        self.box = box
        self.relay = relay
        self.known = box.directory / f"known-{relay.name}"
        host_key = (relay.root / "etc/ssh_host_ed25519_key.pub").read_text(encoding="ascii").split()[:2]
        self.known.write_text(f"[{relay.address}]:{SSH_PORT} {' '.join(host_key)}\n", encoding="ascii")

    def words(self, *words: str) -> list[str]:
        options = ("BatchMode=yes", f"UserKnownHostsFile={self.known}", "IdentitiesOnly=yes", "ExitOnForwardFailure=yes")
        common = ["ssh", "-F", "none", "-T", "-p", str(SSH_PORT), "-i", str(self.box.directory / "tunnel.key")]
        return [*common, *(word for option in options for word in ("-o", option)), *words]

    def ssh(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return self.box.where.run(*self.words(*words), check=False, timeout=10, stdin=subprocess.DEVNULL)


@pytest.fixture
def thief(world: World, relays: list[Relay]) -> Thief:
    return Thief(world.boxes[1], relays[0])


def test_another_boxs_name_is_not_given(thief: Thief, relays: list[Relay], box: Box) -> None:
    name = relays[0].boxes()["box1"]["name"]
    account = f"routerd-relay@{relays[0].address}"
    assert "taken" in thief.ssh(account, f"name {name} post").stdout
    assert relays[0].boxes()["box1"]["name"] == name
    assert relays[0].boxes()["box2"]["name"] != name


@pytest.mark.parametrize(
    "listen", ["127.16.0.1:8080", "127.0.0.1:8081", "0.0.0.0:8080", "*:443", "localhost:8080", "/run/stolen.sock"], ids=lambda text: text
)
def test_no_place_but_its_own_is_listened_on(thief: Thief, box: Box, relays: list[Relay], listen: str) -> None:
    before = box.tunnel()
    done = thief.ssh("-R", f"{listen}:127.0.0.1:1", f"routerd-relay@{relays[0].address}", "hold 00000000000000aa post")
    assert done.returncode == 255
    assert "forwarding failed" in done.stderr
    assert box.tunnel()["lines"] == before["lines"]


def test_nothing_is_reached_through_the_relay(thief: Thief, relays: list[Relay]) -> None:
    done = thief.ssh("-W", "127.0.0.1:443", f"routerd-relay@{relays[0].address}")
    assert done.returncode == 255
    assert "prohibited" in done.stderr


@pytest.mark.parametrize(
    "order",
    [
        "",
        "sh",
        "hold $(id) post",
        "hold ../../etc post",
        "hold ABCDEF0123 post",
        "hold 0123 post",
        "name 0123456789ab both",
        "hold 0123456789ab post; id",
    ],
)
def test_no_other_command_is_run(thief: Thief, relays: list[Relay], order: str) -> None:
    done = thief.ssh(f"routerd-relay@{relays[0].address}", order)
    assert done.returncode in {2, 3}
    assert "uid=" not in done.stdout + done.stderr


def test_no_shell_and_no_files(thief: Thief, relays: list[Relay]) -> None:
    account = f"routerd-relay@{relays[0].address}"
    assert "PTY allocation request failed" in thief.ssh("-tt", account, "hold 0123456789ab").stderr
    assert thief.ssh("-s", account, "sftp").returncode != 0


def test_an_unknown_key_learns_nothing(thief: Thief, relays: list[Relay], tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    words = thief.words(f"routerd-relay@{relays[0].address}", "hold 0123456789ab post")
    words[words.index("-i") + 1] = str(tmp_path / "key")
    done = thief.box.where.run(*words, check=False)
    assert done.returncode == 255
    assert "Permission denied (publickey)" in done.stderr


def test_revoking_ends_a_connection_that_runs_no_command(thief: Thief, relays: list[Relay]) -> None:
    """Without a session there is no forced command; the connection is known by the key that it asked about."""
    address = relays[0].boxes()["box2"]["address"]
    words = thief.words("-N", "-R", f"{address}:8080:127.0.0.1:1", f"routerd-relay@{relays[0].address}")
    held = thief.box.where.start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait(lambda: relays[0].boxes()["box2"]["connected"], 5)
        begun = time.monotonic()
        relays[0].run("revoke", "box2")
        assert held.wait(2) == 255
        assert time.monotonic() - begun < 1
    finally:
        held.kill()
        held.wait()
    with relays[0].where.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        assert probe.connect_ex((address, 8080)) != 0
    thief.box.configure([relays[0].enrol("box2", thief.box.public_key()), thief.box.blocks[1]])

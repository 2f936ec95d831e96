"""Lease files and lease records, well-formed and hostile."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.events import LeaseChanged
from routerd.network.leases import RECORD_MOST, clean_name, parse_file, parse_record, records, script

FILE = """\
1795228486 72:a1:5d:0a:7a:ca 192.168.88.251 phone 01:72:a1:5d:0a:7a:ca
0 a0:00:00:00:00:01 192.168.88.9 * *
duid 00:01:00:01:32:93:b1:b5:4a:7c:0e:0d:0a:fc
1795228486 12345 fd00:88::55 laptop 00:01:00:01:2e
1795228486 06-a0:00:00:00:00:01 192.168.88.8 token-ring *
1795228486 a0:00:00:00:00:03 192.168.88.999 * *
nonsense
"""


def test_a_lease_file_is_read() -> None:
    assert list(parse_file("main", FILE)) == [
        LeaseChanged("main", "72:a1:5d:0a:7a:ca", "192.168.88.251", hostname="phone", ends_at=1795228486),
        LeaseChanged("main", "a0:00:00:00:00:01", "192.168.88.9"),
    ]


@given(st.text(max_size=300))
def test_no_lease_file_does_harm(text: str) -> None:
    list(parse_file("main", text))


def handed_over(tmp_path: Path, *arguments: str, **environment: str) -> bytes:
    """What the script itself writes, with a plain file in the place of the FIFO."""
    written, program = tmp_path / "fifo", tmp_path / "script"
    nft = tmp_path / "nft"
    nft.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/commands\n')
    nft.chmod(0o755)
    written.unlink(missing_ok=True)
    program.write_text(script(str(written), str(tmp_path / "daemon"), str(nft), "gu$(x)"))
    subprocess.run(["/bin/sh", str(program), *arguments], env=environment, check=True, timeout=10)
    return written.read_bytes()


def test_a_record_of_the_script_is_read(tmp_path: Path) -> None:
    octets = handed_over(
        tmp_path,
        *("add", "a0:00:00:00:00:01", "192.168.88.9"),
        DNSMASQ_SUPPLIED_HOSTNAME="Anna's phone",
        DNSMASQ_LEASE_EXPIRES="1795228486",
        DNSMASQ_VENDOR_CLASS="MSFT 5.0",
        DNSMASQ_REQUESTED_OPTIONS="1,3,6",
    )
    (raw,), rest = records(octets)
    assert rest == b""
    assert parse_record("main", raw) == LeaseChanged(
        *("main", "a0:00:00:00:00:01", "192.168.88.9", "Annas phone", 1795228486),
        requested_options="1,3,6",
        vendor_class="MSFT 5.0",
    )


@pytest.mark.parametrize("action", ["add", "old", "del"])
def test_what_happened_is_told(tmp_path: Path, action: str) -> None:
    (raw,), _ = records(handed_over(tmp_path, action, "a0:00:00:00:00:01", "192.168.88.9", "phone"))
    lease = parse_record("main", raw)
    assert lease is not None
    assert lease.gone is (action == "del")
    assert lease.hostname == "phone"


@pytest.mark.parametrize(("action", "verb"), [("add", "add"), ("old", "add"), ("del", "delete")])
def test_while_the_daemon_is_dead_the_script_itself_binds(tmp_path: Path, action: str, verb: str) -> None:
    handed_over(tmp_path, action, "a0:00:00:00:00:01", "192.168.88.9")
    told = (tmp_path / "commands").read_text()
    assert told == f'{verb} element inet routerd bound4 {{ "gu$(x)" . a0:00:00:00:00:01 . 192.168.88.9 }}\n'


def test_while_it_lives_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "daemon").write_text(f"{os.getpid()}\n")
    handed_over(tmp_path, "add", "a0:00:00:00:00:01", "192.168.88.9")
    assert not (tmp_path / "commands").exists()


@pytest.mark.parametrize(
    "what", [("add", "06-a0:00:00:00:00:01", "192.168.88.9"), ("add", "00:01:00:01", "fd00::1"), ("init",), ("tftp", "1", "2")]
)
def test_what_is_no_ipv4_lease_binds_nothing(tmp_path: Path, what: tuple[str, ...]) -> None:
    handed_over(tmp_path, *what)
    assert not (tmp_path / "commands").exists()


hostile = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=400)


@given(hostile, hostile, hostile)
def test_nothing_that_a_guest_sends_makes_a_second_record(
    tmp_path_factory: pytest.TempPathFactory, name: str, vendor: str, options: str
) -> None:
    octets = handed_over(
        tmp_path_factory.mktemp("hostile"),
        *("add", "a0:00:00:00:00:01", "192.168.88.9"),
        DNSMASQ_SUPPLIED_HOSTNAME=name,
        DNSMASQ_VENDOR_CLASS=vendor,
        DNSMASQ_REQUESTED_OPTIONS=options,
    )
    assert len(octets) < RECORD_MOST
    (raw,), rest = records(octets)
    assert rest == b""
    lease = parse_record("main", raw)
    assert lease is not None
    assert (lease.mac, lease.address, lease.gone) == ("a0:00:00:00:00:01", "192.168.88.9", False)
    assert (lease.hostname + lease.vendor_class).isprintable()


@given(st.lists(st.binary(max_size=80), max_size=6))
def test_no_bytes_through_the_fifo_do_harm(chunks: list[bytes]) -> None:
    rest = b""
    for chunk in chunks:
        whole, rest = records(rest + chunk)
        for raw in whole:
            parse_record("main", raw)


def test_a_record_may_come_in_pieces() -> None:
    octets = b"aadd\0ma0:00:00:00:00:01\0i192.168.88.9\0h\0s\0e\0v\0o\0\n"
    whole, rest = records(octets[:20])
    assert whole == []
    assert records(rest + octets[20:])[0] == [octets[:-2]]


@pytest.mark.parametrize(
    ("sent", "kept"), [("<script>", "script"), ("wpad\n1 2", "wpad1 2"), ("é", ""), ("-a-", "a"), ("x" * 99, "x" * 63)]
)
def test_a_hostname_is_reduced_to_what_is_harmless(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept

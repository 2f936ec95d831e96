"""Traffic control messages: speeds are IP speeds, queues hold what they must, small speeds cut large packets."""

import struct

import pytest

from routerd.kernel import htb
from routerd.kernel.attributes import parse
from routerd.kernel.htb import Class

HEADER = 20


def options(body: bytes) -> dict[int, bytes]:
    return parse(parse(body[HEADER:])[2])


@pytest.mark.parametrize(("kbit", "octets"), [(1, 126), (1000, 126_166), (100_000, 12_616_666), (10_000_000, 1_261_666_666)])
def test_speeds_leave_room_for_the_ethernet_header_that_htb_counts(kbit: int, octets: int) -> None:
    assert htb.octets_s(kbit) == octets


def test_a_class_has_the_sessions_number_and_its_speed_twice() -> None:
    made, _queue = htb.shaped(Class(5, 77, 1000))
    family, index, handle, parent, _info = struct.unpack_from("=BxHiIII", made.body)[0:1] + struct.unpack_from("=BxHiIII", made.body)[2:]
    assert (family, index, handle, parent) == (0, 5, 0x5244_004D, 0x5244_0000)
    parameters = options(made.body)[1]
    assert struct.unpack_from("=I", parameters, 8)[0] == struct.unpack_from("=I", parameters, 20)[0] == 126_166


def test_below_a_line_class_a_session_is_sure_of_little_and_borrows_the_rest() -> None:
    made, _queue = htb.shaped(Class(5, 77, 1000, below_line=True))
    assert struct.unpack_from("=I", made.body, 12)[0] == 0x5244_FFFF
    parameters = options(made.body)[1]
    assert struct.unpack_from("=I", parameters, 8)[0] == htb.octets_s(htb.SHARE_KBIT)
    assert struct.unpack_from("=I", parameters, 20)[0] == 126_166


@pytest.mark.parametrize(("kbit", "kind"), [(64, b"tbf\0"), (49_999, b"tbf\0"), (50_000, b"bfifo\0"), (1_000_000, b"bfifo\0")])
def test_low_speeds_cut_large_packets_before_they_queue(kbit: int, kind: bytes) -> None:
    _made, queue = htb.shaped(Class(5, 77, kbit))
    assert parse(queue.body[HEADER:])[1] == kind


@pytest.mark.parametrize("kbit", [1, 64, 1000, 49_999])
def test_a_cutting_queue_holds_some_packets_at_any_speed(kbit: int) -> None:
    _made, queue = htb.shaped(Class(5, 77, kbit))
    limit = struct.unpack_from("=I", options(queue.body)[1], 24)[0]
    assert limit >= 16 * 1514
    assert limit <= max(16 * 1514, htb.octets_s(kbit) * 0.15)


@pytest.mark.parametrize("kbit", [50_000, 10_000_000])
def test_an_uncut_queue_holds_some_of_the_largest_packets(kbit: int) -> None:
    _made, queue = htb.shaped(Class(5, 77, kbit))
    assert int.from_bytes(parse(queue.body[HEADER:])[2], "little") >= 4 * 65_536


def test_speeds_beyond_32_bits_get_a_64_bit_attribute() -> None:
    made = htb.qdisc(5, 100_000_000)[1]
    assert int.from_bytes(options(made.body)[7], "little") == htb.octets_s(100_000_000) > 0xFFFF_FFFF

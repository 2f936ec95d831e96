"""What is packed is unpacked again; whatever else comes is no frame."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.frames import FRAME_OCTETS_MOST, Frame, NoFrame, pack, unpack


def reader(octets: bytes):
    """Reads exactly, as both sides do."""
    stream = io.BytesIO(octets)

    def read(wanted: int) -> bytes:
        part = stream.read(wanted)
        if len(part) < wanted:
            raise EOFError
        return part

    return read


VALUES = st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)


@given(st.lists(st.tuples(st.dictionaries(st.text(max_size=20), VALUES, max_size=4), st.binary(max_size=50)), max_size=3))
def test_frames_come_out_as_they_went_in(messages) -> None:
    frames = [Frame(words, octets) for words, octets in messages]
    read = reader(b"".join(map(pack, frames)))
    assert [unpack(read) for _ in frames] == frames
    with pytest.raises(EOFError):
        unpack(read)


@given(st.binary(max_size=200))
def test_what_is_none_is_told(octets) -> None:
    try:
        frame = unpack(reader(octets))
    except (NoFrame, EOFError):
        return
    assert isinstance(frame.words, dict)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (struct.pack(">II", FRAME_OCTETS_MOST, 1), "at most"),
        (struct.pack(">II", 2, 0) + b"[]", "no JSON object"),
        (struct.pack(">II", 1, 0) + b"{", "no JSON"),
        (struct.pack(">II", 2, 0) + b"\xff\xff", "no JSON"),
        (struct.pack(">II", 100_000, 0) + b"[" * 100_000, "no JSON"),
    ],
)
def test_why_it_is_none(octets, why) -> None:
    with pytest.raises(NoFrame, match=why):
        unpack(reader(octets))


def test_what_is_too_long_is_not_written() -> None:
    with pytest.raises(NoFrame, match="at most"):
        pack(Frame({}, bytes(FRAME_OCTETS_MOST)))

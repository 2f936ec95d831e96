"""Frames are cut out whole, however they come, and peers that only chatter are stopped."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.http2 import bounds
from routerd.edge.http2.frames import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    ENHANCE_YOUR_CALM,
    FRAME_SIZE_ERROR,
    GOAWAY,
    HEADERS,
    PING,
    PREFACE,
    PROTOCOL_ERROR,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Calm,
    Fault,
    Frames,
    goaway,
)


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1) -> bytes:
    return struct.pack("!I", len(payload))[1:] + bytes((kind, flags)) + struct.pack("!I", stream) + payload


def frames(head_octets: int = 32_768, preface: bytes = b"") -> Frames:
    return Frames(Calm(0.0), head_octets, preface)


def everything(reader: Frames) -> bytes:
    whole = b""
    while slice_ := reader.take():
        whole += slice_
    return whole


some = st.lists(st.builds(frame, st.sampled_from((DATA, PING, WINDOW_UPDATE, SETTINGS, 77)), st.binary(max_size=40), st.integers(0, 255)))


@given(some, st.data(), st.booleans())
def test_what_comes_in_pieces_goes_on_in_whole_frames(sent, data, begins):
    octets = (PREFACE if begins else b"") + b"".join(sent)
    ends = {0, len(octets)}
    reader = frames(preface=PREFACE if begins else b"")
    at, found = 0, b""
    while at < len(octets):
        step = data.draw(st.integers(1, len(octets) - at))
        reader.add(octets[at : at + step])
        at += step
        found += everything(reader)
        ends.add(len(found))
        assert octets.startswith(found)
        assert not reader.more
    assert found == octets


def test_a_slice_is_no_longer_than_it_may_be():
    reader = frames()
    reader.add(frame(DATA, b"", END_STREAM) * (bounds.SLICE_FRAMES * 2 + 1))
    assert [len(reader.take()) // 9 for _ in range(3)] == [bounds.SLICE_FRAMES, bounds.SLICE_FRAMES, 1]
    reader.add(frame(DATA, bytes(16_384)) * 6)
    assert [len(reader.take()) // 16_393 for _ in range(2)] == [3, 3]


def test_goaway_is_taken_out():
    reader = frames()
    reader.add(frame(PING) + goaway(7, 2) + frame(SETTINGS))
    assert reader.take() == frame(PING) + frame(SETTINGS)
    assert reader.goaway == (7, 2)


def test_a_head_is_open_until_its_end():
    reader = frames()
    reader.add(frame(HEADERS, b"x"))
    reader.take()
    assert reader.in_head
    reader.add(frame(CONTINUATION, b"y", END_HEADERS))
    reader.take()
    assert not reader.in_head


FAULTS = {
    "another preface": (PREFACE, b"GET / HTTP/1.1\r\n", PROTOCOL_ERROR),
    "a long frame, as soon as its size is known": (b"", struct.pack("!I", 16_385)[1:] + bytes(6), FRAME_SIZE_ERROR),
    "a frame within a head": (b"", frame(HEADERS) + frame(PING), PROTOCOL_ERROR),
    "a head in too many frames": (b"", frame(HEADERS) + frame(CONTINUATION) * (bounds.CONTINUATIONS_MOST + 1), ENHANCE_YOUR_CALM),
    "a head that is too long": (b"", frame(HEADERS, bytes(16_384)) + frame(CONTINUATION, bytes(16_384)) * 2, ENHANCE_YOUR_CALM),
    "a short GOAWAY": (b"", frame(GOAWAY, b"1234567", stream=0), FRAME_SIZE_ERROR),
    "a GOAWAY of a stream": (b"", frame(GOAWAY, b"12345678"), PROTOCOL_ERROR),
}


@pytest.mark.parametrize(("preface", "octets", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_whoever_breaks_the_protocol_is_told_which_rule(preface, octets, code):
    reader = frames(preface=preface)
    reader.add(octets)
    with pytest.raises(Fault) as caught:
        everything(reader)
    assert caught.value.code == code


CHATTER = {
    "pings": frame(PING, bytes(8), stream=0),
    "settings": frame(SETTINGS, stream=0),
    "window updates": frame(WINDOW_UPDATE, bytes(4)),
    "empty data": frame(DATA),
    "data of next to nothing": frame(DATA, bytes(bounds.TINY_OCTETS - 1)),
    "unknown frames": frame(99, b"x"),
}


@pytest.mark.parametrize("chatter", CHATTER.values(), ids=CHATTER.keys())
def test_frames_that_carry_nothing_are_limited(chatter):
    reader = frames()
    reader.add(chatter * int(bounds.CHATTER_MOST))
    everything(reader)
    reader.add(chatter)
    with pytest.raises(Fault) as caught:
        reader.take()
    assert caught.value.code == ENHANCE_YOUR_CALM


def spent() -> Calm:
    calm = Calm(0.0)
    for _ in range(int(bounds.CHATTER_MOST)):
        calm.frame(PING, 0, 8)
    return calm


@pytest.mark.parametrize(
    ("earning", "earned"),
    [
        (lambda calm: calm.later(1.0), bounds.CHATTER_S),
        (lambda calm: calm.frame(HEADERS, 0, 20), bounds.CHATTER_REQUEST),
        (lambda calm: calm.frame(DATA, 0, 16_384), 16),
        (lambda calm: calm.earn(16_384 / bounds.CHATTER_OCTETS), 16),
    ],
    ids=["time", "requests", "bodies that come", "bodies that go"],
)
def test_more_may_be_said_by_those_who_do_something(earning, earned):
    calm = spent()
    earning(calm)
    for _ in range(int(earned)):
        calm.frame(WINDOW_UPDATE, 0, 4)
    with pytest.raises(Fault):
        calm.frame(WINDOW_UPDATE, 0, 4)


def test_taking_requests_back_is_limited_by_its_own_count():
    calm = Calm(0.0)
    for _ in range(int(bounds.RESETS_MOST)):
        calm.frame(HEADERS, 0, 20)
        calm.frame(RST_STREAM, 0, 4)
    with pytest.raises(Fault) as caught:
        calm.frame(RST_STREAM, 0, 4)
    assert caught.value.code == ENHANCE_YOUR_CALM
    calm.later(1.0)
    for _ in range(int(bounds.RESETS_S) - 1):
        calm.frame(RST_STREAM, 0, 4)


@given(st.binary(max_size=200))
def test_whatever_comes_is_cut_or_refused(octets):
    reader = frames()
    reader.add(octets)
    try:
        found = everything(reader)
    except Fault:
        return
    assert len(found) <= len(octets)

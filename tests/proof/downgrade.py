"""Requests over HTTP/2 that would come out as something else over HTTP/1; the table is `downgrade.yaml`.

Frames are made by hand, for a client library would refuse to send most of these.
"""

import contextlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from hpack import Decoder, Encoder
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, RstStreamFrame, SettingsFrame

from tests.proof.recorder import Recorder
from tests.proof.smuggling import Case, faults

TABLE = Path(__file__).with_name("downgrade.yaml")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_OCTETS = 16_384
IDLE_S = 3.0

Fields = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Stream:
    """One case.

    Attributes:
        case: as those over HTTP/1 are.
        headers: its fields in order.
        body: empty for none.
        trailers: behind it.
    """

    case: Case
    headers: Fields
    body: bytes = b""
    trailers: Fields = ()


def table() -> list[Stream]:
    """All cases."""
    told = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [_stream(each) for each in told]


def _stream(told: dict) -> Stream:
    headers = [*_fields(told["headers"]), *((b"x%d" % at, b"y") for at in range(told.get("many", 0)))]
    headers += [(b"x", b"a" * told["long"])] if "long" in told else []
    seen = tuple(each.encode("latin-1") for each in told.get("seen", ()))
    case = Case(told["name"], b"", told["want"], seen)
    return Stream(case, headers, told.get("body", "").encode("latin-1"), _fields(told.get("trailers", ())))


def _fields(told: Sequence[Sequence[str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]


def octets(stream: Stream) -> bytes:
    """What the client sends: its preface, and the one stream."""
    encoder = Encoder()
    ends = not stream.body and not stream.trailers
    frames = _head(encoder.encode(stream.headers), ends=ends)
    if stream.body:
        data = DataFrame(1, stream.body)
        if not stream.trailers:
            data.flags.add("END_STREAM")
        frames += data.serialize()
    if stream.trailers:
        frames += _head(encoder.encode(stream.trailers), ends=True)
    return PREFACE + SettingsFrame(0).serialize() + frames


def _head(block: bytes, *, ends: bool) -> bytes:
    pieces = [block[at : at + FRAME_OCTETS] for at in range(0, len(block), FRAME_OCTETS)] or [b""]
    frames: list[Frame] = [HeadersFrame(1, pieces[0]), *(ContinuationFrame(1, piece) for piece in pieces[1:])]
    frames[-1].flags.add("END_HEADERS")
    if ends:
        frames[0].flags.add("END_STREAM")
    return b"".join(frame.serialize() for frame in frames)


def sent(port: int, stream: Stream) -> tuple[list[int], bool]:
    """Send a case; returns the status that came, if any, and whether the stream ended without being answered."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=IDLE_S)
    with _context().wrap_socket(plain, server_hostname="main.test") as connection:
        with contextlib.suppress(OSError):
            connection.sendall(octets(stream))
        return _heard(connection)


@cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


def _heard(connection: ssl.SSLSocket) -> tuple[list[int], bool]:
    held, decoder = b"", Decoder()
    while True:
        try:
            piece = connection.recv(65_536)
        except TimeoutError:
            return [], False
        except OSError:
            return [], True
        if not piece:
            return [], True
        held += piece
        while len(held) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(held[:9]))
            if len(held) < 9 + length:
                break
            with contextlib.suppress(HyperframeError):
                frame.parse_body(memoryview(held[9 : 9 + length]))
            held = held[9 + length :]
            if isinstance(frame, HeadersFrame):
                return [int(dict(decoder.decode(frame.data))[":status"])], False
            if isinstance(frame, RstStreamFrame | GoAwayFrame):
                return [], True


def tried(port: int, recorder: Recorder, streams: Sequence[Stream]) -> dict[str, list[str]]:
    """Send cases one after another; returns what was wrong, by case."""
    recorder.taken()
    found: dict[str, list[str]] = {}
    for stream in streams:
        statuses, ended = sent(port, stream)
        # A stream that is reset is as good as one that is answered 400 on a connection that is closed.
        answered = [400] if ended and not statuses else statuses
        if wrong := list(faults(stream.case, answered, True, recorder.taken())):
            found[stream.case.name] = wrong
    return found

"""A client that speaks HTTP/2 frame by frame, and says whatever it is told to."""

import contextlib
import socket
import ssl
from typing import Any

from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.edge.secure import LEAVING, client_context

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

USUAL = ((b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"a.test"), (b":path", b"/"))

Fields = tuple[tuple[bytes, bytes], ...]


class Player:
    """One connection.

    Args:
        port: of the edge.
        settings: of ours; tells them at once.
        preface: what the connection begins with.
    """

    def __init__(self, port: int, settings: dict[int, int] | None = None, preface: bytes = PREFACE) -> None:
        line = socket.create_connection(("127.0.0.1", port), 5)
        self.session: ssl.SSLSocket = client_context("h2").wrap_socket(line, server_hostname="a.test")
        assert self.session.selected_alpn_protocol() == "h2"
        self.encoder, self.decoder = Encoder(), Decoder()
        self._arrived = b""
        self._answers: dict[int, list[Any]] = {}
        self.data_frames: list[int] = []
        LEAVING.append(self.session)
        self.session.sendall(preface + SettingsFrame(0, settings=settings or {}).serialize())

    def send(self, *frames: Frame | bytes) -> None:
        self.session.sendall(b"".join(frame if isinstance(frame, bytes) else frame.serialize() for frame in frames))

    def head(self, stream: int, *fields: tuple[bytes, bytes], usual: Fields = USUAL, end: bool = True) -> Frame:
        flags = ["END_HEADERS", "END_STREAM"] if end else ["END_HEADERS"]
        return HeadersFrame(stream, self.encoder.encode([*usual, *fields]), flags=flags)

    def body(self, stream: int, octets: bytes, *, end: bool = False) -> Frame:
        return DataFrame(stream, octets, flags=["END_STREAM"] if end else [])

    def frame(self) -> Frame | None:
        """The next one; None at the connection's end."""
        head = self._take(9)
        if head is None:
            return None
        frame, length = Frame.parse_frame_header(memoryview(head))
        octets = self._take(length)
        if octets is None:
            return None
        frame.parse_body(memoryview(octets))
        return frame

    def outcome(self, stream: int) -> tuple[Any, ...]:
        """What becomes of a request: ("answer", status, fields, body), ("reset", code), ("goaway", code), or ("end",)."""
        while True:
            frame = self.frame()
            if frame is None:
                return ("end",)
            if isinstance(frame, GoAwayFrame) and (frame.error_code or frame.last_stream_id < stream):
                return ("goaway", frame.error_code)
            if isinstance(frame, RstStreamFrame) and frame.stream_id == stream:
                return ("reset", frame.error_code)
            if isinstance(frame, SettingsFrame) and "ACK" not in frame.flags:
                self.send(SettingsFrame(0, flags=["ACK"]))
            if isinstance(frame, (HeadersFrame, DataFrame)):
                self._note(frame)
                if frame.stream_id == stream and "END_STREAM" in frame.flags:
                    return self.answered(stream)

    def answered(self, stream: int) -> tuple[Any, ...]:
        fields, body = self._answers.pop(stream)
        return ("answer", int(fields[0][1]), fields[1:], body)

    def ask(self, *fields: tuple[bytes, bytes], stream: int = 1, usual: Fields = USUAL) -> tuple[Any, ...]:
        """What becomes of one request without a body."""
        self.send(self.head(stream, *fields, usual=usual))
        return self.outcome(stream)

    def goaway(self) -> int | None:
        """The code of the GOAWAY that comes, whatever comes before it; None: the connection ends without."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while (frame := self.frame()) is not None:
                if isinstance(frame, GoAwayFrame):
                    return int(frame.error_code)
        return None

    def close(self) -> None:
        self.session.close()

    def _note(self, frame: HeadersFrame | DataFrame) -> None:
        if isinstance(frame, HeadersFrame):
            fields = [(bytes(name), bytes(value)) for name, value in self.decoder.decode(bytes(frame.data), raw=True)]
            if fields[0][1] != b"100":
                self._answers[frame.stream_id] = [fields, b""]
            return
        self._answers[frame.stream_id][1] += bytes(frame.data)
        self.data_frames.append(len(frame.data))
        if frame.data:
            self.send(WindowUpdateFrame(0, window_increment=len(frame.data)))

    def _take(self, octets: int) -> bytes | None:
        while len(self._arrived) < octets:
            try:
                piece = self.session.recv(65_536)
            except (ConnectionError, ssl.SSLError):
                return None
            if not piece:
                return None
            self._arrived += piece
        taken, self._arrived = self._arrived[:octets], self._arrived[octets:]
        return taken


__all__ = ["PREFACE", "USUAL", "ContinuationFrame", "PingFrame", "Player"]

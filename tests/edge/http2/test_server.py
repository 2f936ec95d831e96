"""HTTP/2 from clients, on real sockets, by a client that says whatever it likes."""

import threading
import time

import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from routerd.edge.http2 import bounds
from routerd.edge.http2.frames import ENHANCE_YOUR_CALM, FRAME_SIZE_ERROR, PROTOCOL_ERROR
from routerd.edge.limits import UNSENT_OCTETS, WAITING_OCTETS, Limits
from routerd.edge.ports import Refusal
from tests.edge.http2.player import PREFACE, USUAL, Player
from tests.edge.rig import HELLO, Behind, FakeGuard, Line, answering
from tests.edge.secure import edged_with_tls

CANCEL, NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, FLOW_CONTROL_ERROR, COMPRESSION_ERROR = 8, 0, 2, 7, 3, 9
POST = ((b":method", b"POST"), *USUAL[1:])


def echoing(line: Line) -> None:
    """Answers with the number of octets of a body that it read to the end."""
    while True:
        head = line.head().lower()
        octets = 0
        if b"content-length: " in head:
            octets = len(line.take(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])))
        elif b"chunked" in head:
            while size := int(line.until(b"\r\n"), 16):
                octets += len(line.take(size + 2)) - 2
            line.take(2)
        told = b"%d" % octets
        line.send(b"HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told))


def test_a_request_becomes_one_of_http_1_and_its_answer_one_of_http_2():
    behind = Behind(
        answering(b"HTTP/1.1 200 Fine\r\nX-Thing: kept\r\nConnection: x-hop\r\nX-Hop: 1\r\nDate: then\r\nContent-Length: 2\r\n\r\nok")
    )
    with edged_with_tls(behind) as rig:
        found = Player(rig.port).ask((b"cookie", b"a=1"), (b"x-forwarded-for", b"6.6.6.6"), (b"cookie", b"b=2"))
    assert found == ("answer", 200, [(b"x-thing", b"kept"), (b"date", b"then"), (b"content-length", b"2")], b"ok")
    assert behind.lines[0].heads[0] == (
        b"GET / HTTP/1.1\r\nHost: a.test\r\ncookie: a=1; b=2\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.test\r\nForwarded: for=127.0.0.1;proto=https;host=a.test\r\n\r\n"
    )


def test_many_requests_at_once_each_get_their_own_answer():
    def serve(line: Line) -> None:
        while True:
            target = line.head().split(b" ")[1]
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(target), target))

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port)
        streams = range(1, 1 + 2 * bounds.STREAMS_MOST, 2)
        player.send(*(player.head(stream, usual=(*USUAL[:3], (b":path", b"/%d" % stream))) for stream in streams))
        open_ = set(streams)
        bodies = {}
        while open_:
            frame = player.frame()
            if isinstance(frame, DataFrame):
                bodies[frame.stream_id] = bytes(frame.data)
                open_ -= {frame.stream_id} if "END_STREAM" in frame.flags else set()
    assert bodies == {stream: b"/%d" % stream for stream in streams}


@pytest.mark.parametrize("length", [0, 1, 16_384, 100_000])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_a_body_arrives_with_its_length_or_in_chunks(length, declared):
    behind = Behind(echoing)
    with edged_with_tls(behind) as rig:
        player = Player(rig.port)
        fields = [(b"content-length", b"%d" % length)] if declared else []
        pieces = [bytes(min(16_384, length - at)) for at in range(0, length, 16_384)] or [b""]
        player.send(player.head(1, *fields, usual=POST, end=False))
        player.send(*(player.body(1, piece) for piece in pieces[:-1]), player.body(1, pieces[-1], end=True))
        assert player.outcome(1)[3] == b"%d" % length


def test_padding_is_no_body():
    with edged_with_tls(Behind(echoing)) as rig:
        player = Player(rig.port)
        padded = DataFrame(1, b"four", pad_length=200, flags=["END_STREAM", "PADDED"])
        player.send(player.head(1, (b"content-length", b"4"), usual=POST, end=False), padded)
        assert player.outcome(1)[3] == b"4"


def test_trailers_end_a_body_and_go_no_further():
    behind = Behind(echoing)
    with edged_with_tls(behind) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False), player.body(1, b"four"), player.head(1, (b"x-sum", b"1"), usual=()))
        assert player.outcome(1)[3] == b"4"
        player.send(player.head(3, usual=POST, end=False), player.body(3, b"four"), player.head(3, (b"connection", b"close"), usual=()))
        assert player.outcome(3)[1] == 400


def test_who_waits_for_leave_to_send_gets_it():
    with edged_with_tls(Behind(echoing)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, (b"expect", b"100-continue"), usual=POST, end=False))
        while not isinstance(frame := player.frame(), HeadersFrame):
            pass
        assert player.decoder.decode(bytes(frame.data), raw=True)[0] == (b":status", b"100")
        player.send(player.body(1, b"four", end=True))
        assert player.outcome(1)[3] == b"4"


def test_a_head_request_and_an_empty_answer_have_no_data():
    answer = b"HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 5\r\n\r\n"
    with edged_with_tls(Behind(answering(answer))) as rig:
        found = Player(rig.port).ask(usual=((b":method", b"HEAD"), *USUAL[1:]))
    assert found == ("answer", 200, [(b"date", b"then"), (b"content-length", b"5")], b"")


# Back-pressure.


def test_an_answer_goes_no_further_than_the_clients_windows():
    big = 1_000_000
    sent = threading.Event()

    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % big)
        for _ in range(big // 10_000):
            line.send(bytes(10_000))
        sent.set()

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port, {SettingsFrame.INITIAL_WINDOW_SIZE: 1_000})
        player.send(player.head(1))
        got = 0
        while got < 1_000:
            if isinstance(frame := player.frame(), DataFrame):
                got += len(frame.data)
        player.send(PingFrame(0, b"12345678"))
        while not isinstance(frame := player.frame(), PingFrame):
            assert not isinstance(frame, DataFrame)
        player.send(WindowUpdateFrame(1, window_increment=1 << 24), WindowUpdateFrame(0, window_increment=1 << 24))
        while got < big:
            if isinstance(frame := player.frame(), DataFrame):
                got += len(frame.data)
    assert got == big


def test_a_body_goes_no_further_than_its_upstream_takes_it_and_holds_up_no_other_request():
    go_on = threading.Event()

    def serve(line: Line) -> None:
        if line.head().startswith(b"POST"):
            go_on.wait(10)
            while int(size := line.until(b"\r\n"), 16):
                line.take(int(size, 16) + 2)
            line.take(2)
        line.send(HELLO)

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False))
        window, sent = 65_535, 0
        player.session.settimeout(0.5)
        try:
            while sent < 50_000_000:
                while window >= 16_384:
                    player.send(player.body(1, bytes(16_384)))
                    window, sent = window - 16_384, sent + 16_384
                frame = player.frame()
                if isinstance(frame, WindowUpdateFrame) and frame.stream_id == 1:
                    window += frame.window_increment
                if isinstance(frame, SettingsFrame) and "ACK" not in frame.flags:
                    window += frame.settings[SettingsFrame.INITIAL_WINDOW_SIZE] - 65_535
        except TimeoutError:
            pass
        in_kernel = 8_000_000  # of loopback's socket buffers, which are the upstream's
        assert sent < in_kernel + WAITING_OCTETS + UNSENT_OCTETS + bounds.STREAM_WINDOW + 262_144
        player.session.settimeout(5)
        assert player.ask(stream=3)[3] == b"hello"
        go_on.set()
        player.send(player.body(1, b"", end=True))
        assert player.outcome(1)[3] == b"hello"


# Refused requests.


def test_a_malformed_request_is_answered_400_and_told_to_the_guard_and_the_others_go_on():
    guard = FakeGuard()
    with edged_with_tls(Behind(answering()), guard=guard) as rig:
        player = Player(rig.port)
        assert player.ask((b"x", b"1\r\ny: 2"))[1] == 400
        assert guard.asked == [("malformed", "bad-octet")]
        assert player.ask((b"transfer-encoding", b"chunked"), stream=3)[1] == 400
        assert player.ask(stream=5)[3] == b"hello"
        player.send(player.head(7, (b"connection", b"close"), usual=POST, end=False))
        assert player.outcome(7)[1] == 400
        assert player.ask(stream=9, usual=((b":method", b"CONNECT"), (b":authority", b"a.test")))[1] == 405


def test_an_unknown_host_is_sent_elsewhere():
    with edged_with_tls(Behind(answering())) as rig:
        assert Player(rig.port).ask(usual=(*USUAL[:2], (b":authority", b"other.test"), USUAL[3]))[1] == 421


@pytest.mark.parametrize("length", [b"3", b"5", b"x"], ids=["more than declared", "less than declared", "no number"])
def test_a_body_of_another_length_than_declared_ends_the_connection_before_the_upstream_has_a_whole_request(length):
    with edged_with_tls(Behind(echoing)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, (b"content-length", length), usual=POST, end=False), player.body(1, b"four", end=True))
        assert player.goaway() == PROTOCOL_ERROR
        assert 200 not in rig.edge.state().answers


def test_a_body_that_is_too_long_is_refused_while_it_comes():
    with edged_with_tls(Behind(echoing), limits=Limits(body_octets=1_000)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False), player.body(1, bytes(1_001)))
        assert player.outcome(1)[1] == 413
        assert player.outcome(1) == ("reset", NO_ERROR)
        assert player.ask(stream=3)[1] == 200


def test_a_guards_refusal_is_an_answer_and_its_silence_a_reset():
    with edged_with_tls(Behind(answering()), guard=FakeGuard(headers=Refusal(403))) as rig:
        assert Player(rig.port).ask()[1] == 403
    with edged_with_tls(Behind(answering()), guard=FakeGuard(headers=Refusal(0))) as rig:
        assert Player(rig.port).ask() == ("reset", INTERNAL_ERROR)


def test_a_body_is_judged_before_it_goes_on():
    guard = FakeGuard(body_octets=100_000, body=Refusal(403))
    behind = Behind(echoing)
    with edged_with_tls(behind, guard=guard) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False), player.body(1, b"evil", end=True))
        assert player.outcome(1)[1] == 403
    assert ("body", b"evil", True) in guard.asked
    assert not behind.lines


def test_an_upstream_that_breaks_off_in_the_middle_resets_the_stream_alone():
    def serve(line: Line) -> None:
        if line.head().startswith(b"GET /half"):
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        else:
            line.send(HELLO)

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port)
        assert player.ask(usual=(*USUAL[:3], (b":path", b"/half"))) == ("reset", INTERNAL_ERROR)
        assert player.ask(stream=3)[3] == b"hello"


# Clients that are at fault.


def flood(*frames, times=1):
    return b"".join(frame.serialize() for frame in frames) * times


FLOODS = {
    "pings": (flood(PingFrame(0, bytes(8)), times=5_000), ENHANCE_YOUR_CALM),
    "settings": (flood(SettingsFrame(0), times=5_000), ENHANCE_YOUR_CALM),
    "priorities": (flood(PriorityFrame(1, depends_on=0, stream_weight=1), times=5_000), ENHANCE_YOUR_CALM),
    "window updates": (flood(WindowUpdateFrame(0, window_increment=1), times=5_000), ENHANCE_YOUR_CALM),
    "continuations": (flood(HeadersFrame(1, b"")) + flood(ContinuationFrame(1, b"x"), times=5_000), ENHANCE_YOUR_CALM),
    "a long frame": (b"\x00\x40\x01\x00\x00\x00\x00\x00\x01", FRAME_SIZE_ERROR),
    "data on no stream": (flood(DataFrame(1, b"x")), PROTOCOL_ERROR),
    "a stream of the server's": (flood(HeadersFrame(2, b"\x82", flags=["END_HEADERS"])), PROTOCOL_ERROR),
    "a head that hpack cannot read": (flood(HeadersFrame(1, b"\xff" * 20, flags=["END_HEADERS"])), None),
    "a window beyond its bounds": (flood(WindowUpdateFrame(0, window_increment=2**31 - 1), times=2), None),
    "a window update of nothing": (flood(WindowUpdateFrame(0, window_increment=1)).replace(b"\0\0\0\1", b"\0\0\0\0"), PROTOCOL_ERROR),
}


@pytest.mark.parametrize(("octets", "code"), FLOODS.values(), ids=FLOODS.keys())
def test_floods_and_broken_frames_end_the_connection(octets, code):
    with edged_with_tls(Behind(answering())) as rig:
        player = Player(rig.port)
        player.send(octets)
        found = player.goaway()
        assert found == code if code is not None else found in {PROTOCOL_ERROR, FLOW_CONTROL_ERROR, COMPRESSION_ERROR}
        assert Player(rig.port).ask()[3] == b"hello"


def test_rapid_resets_end_the_connection_and_leave_nothing_behind():
    behind = Behind(echoing)
    with edged_with_tls(behind) as rig:
        player = Player(rig.port)
        for stream in range(1, 2 * int(bounds.RESETS_MOST) + 41, 2):
            player.send(player.head(stream, usual=POST, end=False), RstStreamFrame(stream, error_code=CANCEL))
        assert player.goaway() == ENHANCE_YOUR_CALM
        deadline = time.monotonic() + 5
        while rig.edge.state().requests:
            assert time.monotonic() < deadline


def test_empty_data_is_limited_too():
    with edged_with_tls(Behind(echoing)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False), flood(DataFrame(1, b""), times=5_000))
        assert player.goaway() == ENHANCE_YOUR_CALM


def test_a_head_larger_than_allowed_when_unpacked_ends_the_connection():
    with edged_with_tls(Behind(answering())) as rig:
        player, bomb = Player(rig.port), (b"x-bomb", b"b" * 3_000)
        assert player.ask(bomb)[1] == 200  # it is in the table from here on: one octet each
        head = player.head(3, *[bomb] * 60)
        assert len(head.data) < 100
        player.send(head)
        assert player.goaway() == ENHANCE_YOUR_CALM


def test_more_requests_at_once_than_told_end_the_connection():
    def hang(line: Line) -> None:
        line.head()
        time.sleep(2)

    with edged_with_tls(Behind(hang)) as rig:
        player = Player(rig.port)
        player.send(*(player.head(stream) for stream in range(1, 2 * bounds.STREAMS_MOST + 3, 2)))
        assert player.goaway() is not None


@pytest.mark.parametrize("preface", [b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", PREFACE.replace(b"2.0", b"2.1")])
def test_another_preface_ends_the_connection(preface):
    with edged_with_tls(Behind(answering())) as rig:
        assert Player(rig.port, preface=preface).goaway() == PROTOCOL_ERROR


# Time.


def test_a_preface_or_a_head_that_does_not_come_ends_the_connection():
    with edged_with_tls(Behind(answering()), limits=Limits(head_s=0.2)) as rig:
        silent, slow = Player(rig.port, preface=b""), Player(rig.port)
        slow.send(HeadersFrame(1, b"\x82"))
        assert silent.goaway() == PROTOCOL_ERROR
        assert slow.goaway() == PROTOCOL_ERROR


def test_a_body_that_does_not_come_is_answered_408():
    with edged_with_tls(Behind(echoing), limits=Limits(body_s=0.2)) as rig:
        player = Player(rig.port)
        player.send(player.head(1, usual=POST, end=False))
        assert player.outcome(1)[1] == 408


def test_a_client_that_takes_nothing_of_its_answer_loses_the_stream():
    with edged_with_tls(Behind(answering()), limits=Limits(upstream_idle_s=0.3)) as rig:
        player = Player(rig.port, {SettingsFrame.INITIAL_WINDOW_SIZE: 0})
        assert player.ask() == ("reset", CANCEL)


def test_a_connection_without_requests_is_ended_politely():
    with edged_with_tls(Behind(answering()), limits=Limits(keep_alive_s=0.2)) as rig:
        player = Player(rig.port)
        assert player.ask()[1] == 200
        assert player.goaway() == NO_ERROR


def test_after_so_many_requests_a_connection_is_ended_when_all_are_answered():
    with edged_with_tls(Behind(answering()), limits=Limits(requests=2)) as rig:
        player = Player(rig.port)
        player.send(player.head(1), player.head(3), player.head(5))
        found = {}
        while (frame := player.frame()) is not None:
            if isinstance(frame, GoAwayFrame):
                found["last"] = frame.last_stream_id
            if isinstance(frame, RstStreamFrame):
                found[frame.stream_id] = frame.error_code
            if isinstance(frame, DataFrame):
                found[frame.stream_id] = bytes(frame.data)
    assert found == {"last": 3, 1: b"hello", 3: b"hello", 5: REFUSED_STREAM}


def test_stopping_lets_requests_under_way_end():
    asked, go_on = threading.Event(), threading.Event()

    def serve(line: Line) -> None:
        line.head()
        asked.set()
        go_on.wait(5)
        line.send(HELLO)

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port)
        player.send(player.head(1))
        assert asked.wait(5)
        stopping = threading.Thread(target=rig.edge.stop)
        stopping.start()
        while not isinstance(frame := player.frame(), GoAwayFrame):
            pass
        assert (frame.last_stream_id, frame.error_code) == (1, NO_ERROR)
        go_on.set()
        assert player.outcome(1)[3] == b"hello"
        assert player.frame() is None
        stopping.join(5)


def test_a_client_that_says_goodbye_still_gets_its_answers():
    with edged_with_tls(Behind(answering())) as rig:
        player = Player(rig.port)
        player.send(player.head(1), GoAwayFrame(0, last_stream_id=0))
        assert player.outcome(1)[3] == b"hello"
        while isinstance(player.frame(), Frame):
            pass
        assert rig.edge.state().answers == {200: 1}


def test_a_client_that_leaves_takes_its_requests_along():
    gone = threading.Event()

    def serve(line: Line) -> None:
        line.head()
        line.all()
        gone.set()

    with edged_with_tls(Behind(serve)) as rig:
        player = Player(rig.port)
        player.send(player.head(1))
        deadline = time.monotonic() + 5
        while not rig.edge.state().upstream_connections:
            assert time.monotonic() < deadline
        player.close()
        assert gone.wait(5)

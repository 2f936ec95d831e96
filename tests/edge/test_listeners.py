"""Where connections are taken, and what becomes of those that are too many."""

import os
import resource
import socket
import stat
import time

import pytest

from routerd.core.errors import Misconfigured
from routerd.edge.limits import Limits
from routerd.edge.plan import Listener
from routerd.edge.service import Edge
from routerd.edge.sockets import opened, told
from tests.edge.rig import Behind, Line, answering, edged, plan_of, request
from tests.fakes.clock import FakeClock


def hello(address: tuple[str, int] | str) -> bytes:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect(address)
        line = Line(client)
        line.send(request(b"X-Forwarded-For: 203.0.113.9"))
        return line.answer()[1]


def test_addresses_paths_and_sockets_that_were_handed_over_are_listened_at(tmp_path):
    handed = socket.create_server(("127.0.0.1", 0))
    path = tmp_path / "edge.sock"
    behind = Behind(answering())
    edge = Edge(
        [Listener("127.0.0.1", 0), Listener("::1", 0), Listener(unix=str(path)), Listener(fd=handed.fileno())], Limits(), FakeClock()
    )
    edge.use(plan_of(behind))
    edge.start()
    try:
        assert [hello(address[:2] if isinstance(address, tuple) else address) for address in edge.addresses()] == [b"hello"] * 4
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        # Whoever may connect to a unix socket is a proxy of ours.
        assert any(b"X-Forwarded-For: 203.0.113.9" in head for line in behind.lines for head in line.heads)
    finally:
        edge.stop()
        behind.close()
        handed.close()


def test_an_address_that_is_not_up_yet_is_listened_at():
    opened(Listener("203.0.113.77", 0)).close()
    opened(Listener("2001:db8::77", 0)).close()


def test_an_address_that_is_taken_is_told():
    with opened(Listener("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            opened(Listener("127.0.0.1", port))


def test_processes_may_share_an_address():
    with opened(Listener("127.0.0.1", 0), shared=True) as first:
        opened(Listener("127.0.0.1", first.getsockname()[1]), shared=True).close()


def test_a_dead_unix_socket_is_replaced_and_a_living_one_is_not(tmp_path):
    listener = Listener(unix=str(tmp_path / "s"))
    opened(listener).close()
    with opened(listener), pytest.raises(Misconfigured, match="another process listens there"):
        opened(listener)


def test_what_does_not_listen_is_refused():
    with socket.socket() as idle, pytest.raises(Misconfigured, match="it does not listen"):
        opened(Listener(fd=idle.fileno()))
    with pytest.raises(Misconfigured, match="Bad file descriptor"):
        opened(Listener(fd=999))


def test_listeners_are_told_as_people_write_them():
    assert [told(each) for each in (Listener("::", 443), Listener("0.0.0.0", 80), Listener(unix="/run/s"))] == [
        "[::]:443",
        "0.0.0.0:80",
        "unix:/run/s",
    ]


def test_out_of_files_nobody_is_accepted_for_a_moment_and_then_again(caplog):
    with edged(Behind(answering())) as rig:
        rig.client().send(b"")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        waiting = socket.socket()
        spare = os.dup(waiting.fileno())
        os.close(spare)
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare, before[1]))
        try:
            waiting.connect(("127.0.0.1", rig.port))
            began = time.process_time()
            time.sleep(0.5)
            assert time.process_time() - began < 0.2
            assert "no more connections for 1 s: [Errno 24] Too many open files" in caplog.text
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        with waiting:
            waiting.settimeout(5)
            line = Line(waiting)
            line.send(request())
            assert line.answer()[1] == b"hello"

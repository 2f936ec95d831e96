"""Certificates by server name, their change while connections live, and the PROXY protocol in front of TLS."""

import socket
import ssl
import struct
import time

import pytest

from routerd.core.errors import BadInput
from routerd.edge import listeners
from routerd.edge.limits import Limits
from routerd.edge.plan import Certificate, Plan
from tests.edge.rig import Behind, Line, answering, plan_of, request
from tests.edge.secure import certificate, client_context, edged_with_tls

EXACT, WILD, DEEPER = certificate("a.test"), certificate("*.b.test"), certificate("*.x.b.test")
MODERN, OTHERS = certificate("new.test", least="1.3"), certificate("*")


def shown(port: int, name: str | None, **how) -> bytes:
    """The certificate that a server name is shown."""
    line = socket.create_connection(("127.0.0.1", port), 5)
    with line, client_context(**how).wrap_socket(line, server_hostname=name) as session:
        found = session.getpeercert(binary_form=True)
    assert found is not None
    return found


def der(one: Certificate) -> bytes:
    return ssl.PEM_cert_to_DER_cert(one.chain.decode())


NAMES = [("a.test", EXACT), ("A.TEST", EXACT), ("y.b.test", WILD), ("x.b.test", WILD), ("y.x.b.test", DEEPER), ("new.test", MODERN)]


@pytest.mark.parametrize(("name", "expected"), [*NAMES, ("b.test", OTHERS), ("unknown.test", OTHERS), (None, OTHERS)])
def test_a_server_name_is_shown_its_own_certificate(name, expected):
    with edged_with_tls(certificates=(EXACT, WILD, DEEPER, MODERN, OTHERS)) as rig:
        assert shown(rig.port, name) == der(expected)


@pytest.mark.parametrize("name", ["unknown.test", None])
def test_without_a_certificate_for_all_others_a_name_that_nobody_has_gets_no_handshake(name):
    with edged_with_tls(certificates=(EXACT,)) as rig:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shown(rig.port, name)
        assert shown(rig.port, "a.test") == der(EXACT)


def test_each_certificate_has_its_own_oldest_version():
    older = ssl.TLSVersion.TLSv1_2
    with edged_with_tls(certificates=(EXACT, MODERN)) as rig:
        assert shown(rig.port, "a.test", most=older) == der(EXACT)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shown(rig.port, "new.test", most=older)


def test_a_host_with_a_newer_oldest_version_is_not_served_on_an_old_connection_of_another_name():
    behind = Behind(answering())
    context = client_context(most=ssl.TLSVersion.TLSv1_2)
    with edged_with_tls(behind, certificates=(EXACT, MODERN), hosts=("a.test", "new.test")) as rig:
        first = socket.create_connection(("127.0.0.1", rig.port), 5)
        with context.wrap_socket(first, server_hostname="a.test") as session:
            line = Line(session)
            line.send(request().replace(b"a.test", b"new.test"))
            assert line.answer()[0].startswith(b"HTTP/1.1 421 ")
            line.send(request())
            assert line.answer()[1] == b"hello"
    assert len(behind.lines[0].heads) == 1


def test_a_name_that_is_resumed_is_the_one_of_its_ticket():
    """OpenSSL takes the name of a TLS 1.2 session from its ticket, whatever the client says now; Host decides, as above."""
    context = client_context(most=ssl.TLSVersion.TLSv1_2)
    with edged_with_tls(certificates=(EXACT, MODERN), hosts=("a.test", "new.test")) as rig:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", rig.port), 5), server_hostname="a.test") as first:
            ticket = first.session
        line = socket.create_connection(("127.0.0.1", rig.port), 5)
        with context.wrap_socket(line, server_hostname="new.test", session=ticket) as session:
            assert session.session_reused
            again = Line(session)
            again.send(request().replace(b"a.test", b"new.test"))
            assert again.answer()[0].startswith(b"HTTP/1.1 421 ")


def test_certificates_change_for_new_handshakes_alone_and_tickets_stay_good():
    old, new = certificate("a.test", serial=7), certificate("a.test", serial=8)
    context = client_context(most=ssl.TLSVersion.TLSv1_2)
    behind = Behind(answering())
    with edged_with_tls(behind, certificates=(old,)) as rig:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", rig.port), 5), server_hostname="a.test") as session:
            line = Line(session)
            line.send(request())
            assert line.answer()[1] == b"hello"
            rig.edge.use(Plan(plan_of(behind).sites, (new,)))
            deadline = time.monotonic() + 5
            while shown(rig.port, "a.test") != der(new):
                assert time.monotonic() < deadline
            line.send(request())
            assert line.answer()[1] == b"hello"
            ticket = session.session
        with context.wrap_socket(socket.create_connection(("127.0.0.1", rig.port), 5), server_hostname="a.test", session=ticket) as again:
            assert again.session_reused


BROKEN = {
    "another's key": Certificate(("a.test",), EXACT.chain, WILD.key),
    "no key": Certificate(("a.test",), EXACT.chain, b""),
    "no certificate": Certificate(("a.test",), b"", EXACT.key),
    "no PEM": Certificate(("a.test",), b"\x30\x82", b"\x30\x82"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_certificate_that_cannot_be_used_changes_nothing(broken):
    with edged_with_tls(certificates=(EXACT,)) as rig:
        with pytest.raises(BadInput, match=r"a\.test"):
            rig.edge.use(Plan((), (broken,)))
        assert shown(rig.port, "a.test") == der(EXACT)


def test_a_handshake_that_does_not_go_on_ends():
    with edged_with_tls(limits=Limits(head_s=0.3)) as rig, socket.create_connection(("127.0.0.1", rig.port), 5) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert line.recv(1) == b""


def asked(line: socket.socket, first: bytes) -> bytes:
    """The answer to a request over TLS whose handshake begins in one piece with `first`."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = client_context().wrap_bio(incoming, outgoing, server_hostname="a.test")

    def repeated(step):
        nonlocal first
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                line.sendall(first + outgoing.read())
                first = b""
                incoming.write(line.recv(65_536))

    repeated(session.do_handshake)
    session.write(request())
    return repeated(lambda: session.read(65_536))


def test_those_who_never_finish_a_handshake_make_room_for_those_who_do(monkeypatch):
    monkeypatch.setattr(listeners, "ARRIVING_MOST", 4)
    with edged_with_tls(Behind(answering())) as rig:
        idle = [rig.client() for _ in range(6)]
        with client_context().wrap_socket(rig.client().socket, server_hostname="a.test") as session:
            line = Line(session)
            line.send(request())
            assert line.answer()[1] == b"hello"
        assert [each.socket.recv(1) for each in idle[:2]] == [b"", b""]
        idle[-1].socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            idle[-1].socket.recv(1)


V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H4B4BHH", 12, 9, 9, 9, 9, 8, 8, 8, 8, 7, 443)


@pytest.mark.parametrize("header", [b"PROXY TCP4 9.9.9.9 8.8.8.8 7 443\r\n", V2], ids=["1", "2"])
def test_a_balancer_tells_who_is_there_before_tls_begins(header):
    behind = Behind(answering())
    with edged_with_tls(behind, proxy_protocol=True, trusted=("127.0.0.0/8",)) as rig:
        line = socket.create_connection(("127.0.0.1", rig.port), 5)
        with line:
            line.sendall(header[:9])
            time.sleep(0.05)
            assert asked(line, header[9:]).endswith(b"hello")
    assert b"X-Forwarded-For: 9.9.9.9\r\n" in behind.lines[0].heads[0]


@pytest.mark.parametrize(("first", "trusted"), [(b"", ("127.0.0.0/8",)), (V2, ("10.0.0.0/8",))], ids=["no header", "from a stranger"])
def test_where_the_proxy_protocol_is_spoken_nothing_else_is(first, trusted):
    with edged_with_tls(proxy_protocol=True, trusted=trusted) as rig:
        line = socket.create_connection(("127.0.0.1", rig.port), 5)
        with line, pytest.raises((ssl.SSLError, ConnectionError)):
            asked(line, first)

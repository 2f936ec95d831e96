"""Ways to an upstream: a unix socket, TLS with and without a look at the certificate, a path in front, several upstreams."""

import contextlib
import socket
import ssl

import pytest

from routerd.edge.plan import Plan, Site, Upstream
from tests.edge.rig import HELLO, Behind, answering, edged, request, until
from tests.edge.secure import certificate


class Secured(Behind):
    """An upstream that speaks TLS, as ``localhost``."""

    def __init__(self, place, serve):
        shown = certificate("localhost")
        self.chain, key = place / "chain", place / "key"
        self.chain.write_bytes(shown.chain)
        key.write_bytes(shown.key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.chain, key)
        super().__init__(serve)

    def _run(self, line):
        with contextlib.suppress(OSError):
            line.socket = self._context.wrap_socket(line.socket, server_side=True)
            super()._run(line)


def to(upstream: Upstream, **site) -> Plan:
    return Plan((Site("main", ("*",), (upstream,), **site),))


def test_a_unix_socket_with_a_path_in_front(tmp_path):
    path = str(tmp_path / "s")
    behind = Behind(answering(), socket.socket(socket.AF_UNIX), path)
    with edged() as rig:
        rig.edge.use(to(Upstream("http", "", 0, "/app", path)))
        rig.ask(request(b"Connection: close", target=b"/x?y"))
        rig.ask(b"GET / HTTP/1.0\r\n\r\n")
    behind.close()
    heads = [line.heads[0] for line in behind.lines] if len(behind.lines) > 1 else behind.lines[0].heads
    assert heads[0].startswith(b"GET /app/x?y HTTP/1.1\r\nHost: a.test\r\n")
    assert heads[1].startswith(b"GET /app/ HTTP/1.1\r\nHost: localhost\r\n")


@pytest.mark.parametrize(("known", "verified", "host", "status"), [
    (True, True, "localhost", b"200"),
    (True, True, "127.0.0.1", b"502"),
    (False, True, "localhost", b"502"),
    (False, False, "127.0.0.1", b"200"),
])  # fmt: skip
def test_a_certificate_is_looked_at_unless_the_site_says_otherwise(tmp_path, monkeypatch, known, verified, host, status):
    behind = Secured(tmp_path, answering())
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(behind.chain))
    with edged(behind) as rig:
        rig.edge.use(to(Upstream("https", host, behind.port), verify_upstream=verified))
        for _ in range(2):
            assert rig.ask(request(b"Connection: close")).split(b" ")[1] == status


def test_an_upstream_that_cannot_be_reached_is_passed_over():
    gone, behind = Behind(answering()), Behind(answering())
    gone.close()
    with edged(gone, behind) as rig:
        client = rig.client()
        for _ in range(4):
            client.send(request())
            assert client.answer()[1] == b"hello"


def test_the_log_says_which_server_cannot_be_reached_and_why(caplog):
    gone = Behind(answering())
    gone.close()
    with edged(gone) as rig:
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 502 ")
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said.startswith(f"main: http://127.0.0.1:{gone.port} cannot be reached: ")


@pytest.mark.parametrize(
    ("upstream", "place"),
    [
        (Upstream("https", "2001:db8::1", 443), "https://[2001:db8::1]:443"),
        (Upstream("http", "", 0, unix="/run/app.sock"), "unix:/run/app.sock"),
    ],
)
def test_a_server_is_called_as_settings_call_it(upstream: Upstream, place: str):
    assert upstream.unreached(TimeoutError()) == f"{place} cannot be reached: no answer in time"
    assert upstream.unreached(OSError(111, "Connection refused")) == f"{place} cannot be reached: Connection refused"


def test_a_connection_that_was_used_on_a_plan_gone_by_is_closed():
    behind = Behind(answering(HELLO))
    with edged(behind) as rig:
        client = rig.client()
        client.send(request())
        client.answer()
        assert rig.edge.state().upstream_connections == 1
        rig.edge.use(Plan())
        until(lambda: rig.edge.state().upstream_connections == 0)

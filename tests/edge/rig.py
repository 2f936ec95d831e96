"""An edge on loopback, an upstream that does as each test says, and clients that send octets."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

from routerd.edge.limits import Limits
from routerd.edge.plan import Listener, Plan, Site, Upstream
from routerd.edge.ports import Refusal
from routerd.edge.service import Edge
from tests.fakes.clock import FakeClock

HELLO = b"HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 5\r\n\r\nhello"


class Behind:
    """An upstream: `serve` gets each connection, in a thread of its own, as a `Line`."""

    def __init__(self, serve: Callable[["Line"], None], listening: socket.socket | None = None, at: object = ("127.0.0.1", 0)) -> None:
        self.lines: list[Line] = []
        self._serve = serve
        self._socket = listening or socket.socket()
        self._socket.bind(at)
        self._socket.listen(128)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line = Line(self._socket.accept()[0])
                self.lines.append(line)
                threading.Thread(target=self._run, args=(line,), daemon=True).start()

    def _run(self, line: "Line") -> None:
        with contextlib.suppress(OSError, EOFError), line.socket:
            self._serve(line)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # it may be closed already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for line in self.lines:
            line.socket.close()


class Line:
    """One end of a connection, by octets."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.heads: list[bytes] = []
        self._rest = b""
        connected.settimeout(10)

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def until(self, mark: bytes) -> bytes:
        """What comes, up to and with `mark`."""
        while mark not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found + mark

    def head(self) -> bytes:
        found = self.until(b"\r\n\r\n")
        self.heads.append(found)
        return found

    def take(self, octets: int) -> bytes:
        while len(self._rest) < octets:
            self._more()
        taken, self._rest = self._rest[:octets], self._rest[octets:]
        return taken

    def all(self) -> bytes:
        """What comes until the other end closes or resets."""
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                self._more()
        taken, self._rest = self._rest, b""
        return taken

    def answer(self) -> tuple[bytes, bytes]:
        """One whole answer: head, and body without its coding."""
        head = self.head()
        lower = head.lower()
        if b"content-length: " in lower:
            return head, self.take(int(lower.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        body = b""
        if b"transfer-encoding: chunked" in lower:
            while size := int(self.until(b"\r\n"), 16):
                body += self.take(size)
                self.take(2)
            self.take(2)
        return head, body

    def reset(self) -> None:
        """Leave at once and for good."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self) -> None:
        piece = self.socket.recv(262_144)
        if not piece:
            raise EOFError
        self._rest += piece


def answering(answer: bytes = HELLO) -> Callable[[Line], None]:
    """Answers every request that has no body with the same octets."""

    def serve(line: Line) -> None:
        while True:
            line.head()
            line.send(answer)

    return serve


class FakeVisit:
    """Judges as its guard says and notes what it was shown."""

    def __init__(self, guard: "FakeGuard") -> None:
        self._guard = guard
        self.body_octets = guard.body_octets
        self.response_octets = guard.response_octets

    def headers(self):
        return self._guard.said("headers")

    def body(self, body, whole):
        return self._guard.said("body", body, whole)

    def response(self, status, headers):
        return self._guard.said("response", status)

    def response_body(self, body, whole):
        return self._guard.said("response_body", body, whole)

    def done(self, status):
        self._guard.said("done", status)


class FakeGuard:
    """A guard that refuses at the phases that it is told to.

    Args:
        refusals: phase to what it says there; a callable is called first, and may raise.
    """

    def __init__(self, body_octets=0, response_octets=0, **refusals) -> None:
        self.body_octets = body_octets
        self.response_octets = response_octets
        self.heads = []
        self.asked = []
        self.threads = []
        self.ended = threading.Event()
        self._refusals = refusals

    def begin(self, head, site):
        self.heads.append(head)
        return self.said("begin", site) or FakeVisit(self)

    def malformed(self, head, reason):
        self.heads.append(head)
        self.said("malformed", reason)

    def said(self, *asked) -> Refusal | None:
        self.asked.append(asked)
        self.threads.append(threading.current_thread().name)
        found = self._refusals.get(asked[0])
        if asked[0] in {"done", "malformed"}:
            self.ended.set()
        return found() if callable(found) else found


class Rig:
    """An edge with one site, asked by `client`."""

    def __init__(self, edge: Edge, port: int) -> None:
        self.edge = edge
        self.port = port
        self._clients: list[Line] = []

    def client(self) -> Line:
        line = Line(socket.create_connection(("127.0.0.1", self.port)))
        self._clients.append(line)
        return line

    def ask(self, octets: bytes) -> bytes:
        """Everything that comes back until the connection ends."""
        line = self.client()
        line.send(octets)
        return line.all()

    def close(self) -> None:
        for line in self._clients:
            line.socket.close()


@contextlib.contextmanager
def edged(*upstreams: Behind, limits: Limits | None = None, trusted: tuple[str, ...] = (), **site) -> Iterator[Rig]:
    """An edge in front of upstreams; `site` are further attributes of the one site."""
    edge = Edge([Listener("127.0.0.1", 0)], limits or Limits(stop_s=0.5), FakeClock(), trusted)
    edge.use(plan_of(*upstreams, **site))
    edge.start()
    rig = Rig(edge, edge.addresses()[0][1])
    try:
        yield rig
    finally:
        rig.close()
        edge.stop()
        for each in upstreams:
            each.close()


def plan_of(*upstreams: Behind, **site) -> Plan:
    behind = tuple(Upstream("http", "127.0.0.1", each.port) for each in upstreams)
    return Plan((Site("main", site.pop("hosts", ("a.test",)), behind, **site),))


def request(*lines: bytes, method: bytes = b"GET", target: bytes = b"/", body: bytes = b"") -> bytes:
    return b"\r\n".join((b"%b %b HTTP/1.1" % (method, target), b"Host: a.test", *lines, b"", body))


def until(said: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something to become so."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end
        time.sleep(0.02)

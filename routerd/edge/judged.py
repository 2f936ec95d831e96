"""An exchange under a guard: what was asked to be seen is collected before it goes on, and what is large is judged in a thread."""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future

from routerd.edge import forwarding
from routerd.edge.context import Context
from routerd.edge.exchange import Exchange
from routerd.edge.fields import streams
from routerd.edge.head import Head
from routerd.edge.limits import INLINE_OCTETS
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Site
from routerd.edge.ports import UNSEEN, Guard, Refusal, Visit
from routerd.edge.sides import Downstream, UpstreamConnection

log = logging.getLogger(__name__)

_FAILED = Refusal(500)
"""What a guard that raises comes to: nothing passes unjudged."""

_IDLE, _COLLECTING, _JUDGING = range(3)


class Judged(Exchange):
    """One request, its answer, and the visit that judges both."""

    __slots__ = ("_answer_state", "_answer_whole", "_body_state", "_collected", "_counted", "_held", "_unseen", "_visit", "_wanted")

    def __init__(self, context: Context, site: Site, request: Request, downstream: Downstream) -> None:
        super().__init__(context, site, request, downstream)
        self._visit: Visit | None = None
        self._body_state = self._answer_state = _IDLE
        self._collected: list[bytes] = []
        self._counted = 0
        self._wanted = 0
        self._held: Answer | None = None
        self._answer_whole = False
        self._unseen = False

    def begin(self) -> None:
        if not self._may_go():
            return
        found = _safely(self._arrive)
        if isinstance(found, Refusal):
            self._refused(found)
            return
        visit = self._visit
        assert visit is not None
        refusal = _safely(visit.headers)
        if refusal is not None:
            self._refused(refusal)
            return
        self._wanted = visit.body_octets
        if self._wanted == UNSEEN:
            self._unseen = True
            self._reach()
        elif self._length == 0 or self._wanted <= 0:
            whole = self._length == 0
            self._judge(lambda: visit.body(b"", whole), 0, self._reach)
        else:
            self._body_state = _COLLECTING
            if self._request.expects:
                self._request.expects = False
                self._downstream.proceed()

    def body(self, octets: bytes) -> None:
        if self._body_state == _IDLE:
            super().body(octets)
        elif self._take(octets) and self._body_state == _COLLECTING and self._counted > self._wanted:
            self._judge_body(whole=False)

    def body_ended(self) -> None:
        if self._body_state == _IDLE:
            super().body_ended()
            return
        self._body_ended = True
        if self._body_state == _COLLECTING:
            self._judge_body(whole=True)

    def answer_data(self, octets: bytes) -> None:
        if self._answer_state == _IDLE:
            super().answer_data(octets)
        elif self._take(octets) and self._answer_state == _COLLECTING and self._counted > self._wanted:
            self._judge_answer(whole=False)

    def answer_flush(self) -> None:
        if self._answer_state == _IDLE:
            super().answer_flush()

    def answer_ended(self) -> None:
        if self._answer_state == _IDLE:
            super().answer_ended()
            return
        self._connection = None
        self._answer_whole = True
        if self._answer_state == _COLLECTING:
            self._judge_answer(whole=True)

    def _arrive(self) -> Refusal | None:
        guard = self._site.guard
        assert guard is not None
        found = guard.begin(self._head(), self._site.name)
        if isinstance(found, Refusal):
            return found
        self._visit = found
        return None

    def _head(self) -> Head:
        request, peer = self._request, self._downstream.peer
        client = forwarding.client_of(request, peer, self._context.proxies)
        return Head(
            request.method,
            request.target,
            request.protocol,
            request.headers,
            client,
            peer.client_port if client == peer.client else 0,
            peer.server,
            peer.server_port,
            forwarding.scheme_of(request, peer),
            request.host,
            peer.address,
        )

    def _take(self, octets: bytes) -> bool:
        """Keep a piece; False: the edge holds too much already, and this request ends."""
        if self._over:
            return False
        self._collected.append(octets)
        self._counted += len(octets)
        self._context.collected += len(octets)
        if self._context.collected > self._context.limits.collected_octets:
            reason = "more bodies at once than collected_octets allows"
            self._context.complaints.tell(self._context.now, self._site.name, reason, logging.WARNING)
            self._held = None
            self._answer_state = self._body_state = _IDLE if not self._busy else _JUDGING
            self.refuse(503)
            return False
        return True

    @property
    def _busy(self) -> bool:
        return _JUDGING in (self._body_state, self._answer_state)

    def _judge_body(self, *, whole: bool) -> None:
        self._body_state = _JUDGING
        visit, body = self._visit, b"".join(self._collected)
        assert visit is not None
        self._collected = [body]
        if not whole:
            self._downstream.pause_reading()
        seen = body[: self._wanted]
        self._judge(lambda: visit.body(seen, whole), len(seen), lambda: self._body_passed(whole=whole))

    def _body_passed(self, *, whole: bool) -> None:
        if whole:
            # It may have come chunked: now it has a length.
            self._length = self._counted
        self._waiting.extend(self._collected)
        self._waiting_octets = self._counted
        self._body_state = _IDLE
        self._paused = not whole
        self._reach()

    def connected(self, connection: UpstreamConnection) -> None:
        super().connected(connection)
        self._let_go()

    def _pass_on(self, answer: Answer) -> None:
        if self._unseen:
            super()._pass_on(answer)
            return
        visit = self._visit
        assert visit is not None
        refusal = _safely(lambda: visit.response(answer.status, answer.headers))
        if refusal is not None:
            self._refused(refusal)
            return
        bodiless = answer.bodiless or answer.length == 0
        # A stream is passed on as it comes, whatever is wanted of others: it has no end to wait for.
        self._wanted = 0 if bodiless or answer.status == 101 or streams(answer.headers) else visit.response_octets
        if self._wanted <= 0:
            self._judge(lambda: visit.response_body(b"", bodiless), 0, lambda: super(Judged, self)._pass_on(answer))
        else:
            self._held = answer
            self._answer_state = _COLLECTING

    def _judge_answer(self, *, whole: bool) -> None:
        self._answer_state = _JUDGING
        visit, body = self._visit, b"".join(self._collected)
        assert visit is not None
        self._collected = [body]
        if not whole and self._connection is not None:
            self._connection.pause_reading()
        seen = body[: self._wanted]
        self._judge(lambda: visit.response_body(seen, whole), len(seen), self._answer_passed)

    def _answer_passed(self) -> None:
        answer, self._held = self._held, None
        assert answer is not None
        if self._answer_whole and answer.length is None:
            answer.length = self._counted
        body = b"".join(self._collected)
        self._answer_state = _IDLE
        self._let_go()
        super()._pass_on(answer)
        self._downstream.data(body)
        if self._answer_whole:
            super().answer_ended()
        elif self._connection is not None:
            self._downstream.flush()
            if not self._client_full:
                self._connection.resume_reading()

    def _judge(self, ask: Callable[[], Refusal | None], octets: int, then: Callable[[], None]) -> None:
        """Have something judged, then go on; large things in a thread, while either side may go on sending a little or be lost."""
        if octets <= INLINE_OCTETS:
            self._judged(_safely(ask), then)
            return
        loop = self._context.loop

        def returned(future: "Future[Refusal | None]") -> None:
            if future.cancelled():
                return  # the edge has ended, and with it this request
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._returned, future.result(), then)

        self._context.executor.submit(_safely, ask).add_done_callback(returned)

    def _returned(self, refusal: Refusal | None, then: Callable[[], None]) -> None:
        if self._over:
            self._body_state = self._answer_state = _IDLE
            self._done()
        else:
            self._judged(refusal, then)

    def _judged(self, refusal: Refusal | None, then: Callable[[], None]) -> None:
        if refusal is None:
            then()
            return
        self._body_state = self._answer_state = _IDLE
        self._refused(refusal)

    def _refused(self, refusal: Refusal) -> None:
        self._held = None
        self.refuse(refusal.status, refusal.headers, refusal.body, close=refusal.close)

    def _let_go(self) -> None:
        self._context.collected -= self._counted
        self._collected = []
        self._counted = 0

    def _ended(self) -> None:
        self._let_go()
        if not self._busy:
            self._done()

    def _done(self) -> None:
        """Once and last; not while something is being judged in a thread."""
        visit, self._visit = self._visit, None
        if visit is None:
            return
        try:
            visit.done(self._status)
        except Exception:
            log.exception("%s: the guard failed after the answer", self._site.name)


def judge_malformed(guard: Guard, head: Head, reason: str) -> None:
    """Tell a guard of a malformed request; what it raises is logged."""
    try:
        guard.malformed(head, reason)
    except Exception:
        log.exception("the guard failed at a malformed request")


def _safely(ask: Callable[[], Refusal | None]) -> Refusal | None:
    try:
        return ask()
    except Exception:
        log.exception("a guard failed; the request is answered 500")
        return _FAILED

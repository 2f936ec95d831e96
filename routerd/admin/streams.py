"""Event streams (Server-Sent Events): what changed, to whoever has the page open, for as long as they have.

A stream is a generator that the server's thread runs: it looks at shared state now and then and sends what its listener lacks. There
are no queues, so a listener that reads slowly gets the newest state later, not all the states between; there is nothing to leak when
one goes, and nothing is done while nobody listens.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import msgspec

from routerd.core.clock import Clock

STREAMS_MOST = 8
"""Each keeps one of the server's threads. When a ninth begins, the oldest ends."""

ROUND_S = 2.0
LOOK_S = 1.0
"""How often a quiet stream looks whether its listener is still there."""

HEARTBEAT_S = 15.0
LIFE_S = 900.0
"""Then the browser connects anew, and is checked anew."""

RETRY_MS = 3000
STEP_S = 0.2
"""Jobs may move faster than anybody can look."""

Event = tuple[str, Any]


class Topic(Protocol):
    """What a stream may tell of; each listener has its own."""

    def news(self) -> Sequence[Event]:
        """Events that its listener lacks; asked again and again."""
        ...


class Streams:
    """All open streams; a Part, so that they end when the daemon does.

    Args:
        clock: tells how long a stream has been open.
    """

    name = "event streams"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: list[Stream] = []

    def start(self) -> None:
        """Nothing runs until somebody listens."""

    def stop(self) -> None:
        """End them all."""
        with self._lock:
            open_ = list(self._open)
        for stream in open_:
            stream.end("stopping")

    def poke(self) -> None:
        """Something moved that streams should look at now."""
        with self._lock:
            open_ = list(self._open)
        for stream in open_:
            stream.wake.set()

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def stream(self, topics: Sequence[Topic], alive: Callable[[], bool], left: Callable[[], bool]) -> "Iterator[bytes]":
        """A new stream; it counts from its first piece on.

        Args:
            topics: what it tells of.
            alive: whether its listener may still listen.
            left: whether its listener has gone.
        """
        return Stream(self._clock, topics, alive, left).pieces(self._enter, self._leave)

    def _enter(self, stream: "Stream") -> None:
        with self._lock:
            surplus = self._open[: max(0, len(self._open) + 1 - STREAMS_MOST)]
            self._open.append(stream)
        for each in surplus:
            each.end("too-many")

    def _leave(self, stream: "Stream") -> None:
        with self._lock:
            if stream in self._open:
                self._open.remove(stream)


class Stream:
    """One listener.

    Attributes:
        wake: set to have it look now.
    """

    def __init__(self, clock: Clock, topics: Sequence[Topic], alive: Callable[[], bool], left: Callable[[], bool]) -> None:
        self._clock = clock
        self._topics = topics
        self._alive = alive
        self._left = left
        self._ending = ""
        self.wake = threading.Event()

    def end(self, reason: str) -> None:
        """Have it say why, and end."""
        self._ending = reason
        self.wake.set()

    def pieces(self, enter: Callable[["Stream"], None], leave: Callable[["Stream"], None]) -> Iterator[bytes]:
        """What is sent. Leaving is sure: the server closes the generator whatever happens."""
        enter(self)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            yield from self._told()
            yield event("closed", {"reason": self._ending or "renew"})
        finally:
            leave(self)

    def _told(self) -> Iterator[bytes]:
        began = spoke = self._clock.monotonic()
        while not self._over(began):
            for name, data in self._news():
                yield event(name, data)
                spoke = self._clock.monotonic()
            if self._clock.monotonic() - spoke >= HEARTBEAT_S:
                yield b": still here\n\n"
                spoke = self._clock.monotonic()
            self._pause()

    def _news(self) -> Iterator[Event]:
        self.wake.clear()
        for topic in self._topics:
            yield from topic.news()

    def _pause(self) -> None:
        """Wait for the next round, or for a poke; go on at once when the listener has left."""
        for _ in range(int(ROUND_S / LOOK_S)):
            if self._ending or self._left():
                return
            if self.wake.wait(LOOK_S):
                if not self._ending:
                    threading.Event().wait(STEP_S)
                return

    def _over(self, began: float) -> bool:
        if not self._ending and (self._left() or not self._alive()):
            self._ending = "signed-out"
        return bool(self._ending) or self._clock.monotonic() - began > LIFE_S


def event(name: str, data: Any) -> bytes:
    """One event as it is sent; JSON has no line breaks of its own."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data, enc_hook=str) + b"\n\n"

"""Has databases of patterns made beside the daemon, one order at a time; the newest order counts.

`kept.OneGate` orders on the thread that compiles rules. What comes of it is told on a thread of this module's own.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from routerd.core.errors import Unavailable
from routerd.core.frames import Frame
from routerd.waf.gate import order
from routerd.waf.gate.needs import Need

log = logging.getLogger(__name__)

MAKING_S = 1_200.0
"""Longest that an order may take. Its program has the lowest rank: on a busy machine it gets little of the processor."""

Done = Callable[[bytes | None], None]


class Maker(Protocol):
    """`kernel.asides.Aside`, of the program `asides.matchers`."""

    def ask(self, words: Mapping[str, Any], *, wait_s: float, told: Callable[[int], None] | None = None) -> Frame:
        """The answer's octets are the gate, sealed; Unavailable when there is none."""
        ...

    def dismiss(self) -> None:
        """End the program until it is asked again."""
        ...

    def stop(self) -> None:
        """End the program for good."""
        ...


@dataclass(frozen=True, slots=True)
class _Order:
    words: Mapping[str, Any]
    done: Done


class _OutdatedError(Exception):
    """There is a newer order."""


class Making:
    """Orders; a Part.

    Args:
        maker: asked.
    """

    name = "matchers"

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._lock = threading.Lock()
        self._order: _Order | None = None
        self._is_stopping = False

    def start(self) -> None:
        """It starts with the first order."""

    def stop(self) -> None:
        """Give up what is being made: the next start makes it."""
        self._is_stopping = True
        self._maker.stop()

    def begin(self, groups: Sequence[Mapping[int, Need]], done: Done) -> None:
        """Have a gate made, rather than what was ordered before.

        Args:
            groups: as of `waf.gate.matchers.Matchers.gate`.
            done: told the gate, sealed; None when there will be none. It must not order.
        """
        with self._lock:
            is_idle, self._order = self._order is None, _Order(order.words(groups), done)
        if is_idle:
            threading.Thread(target=self._serve, name="matchers", daemon=True).start()

    def _serve(self) -> None:
        at: _Order | None = self._order
        while at is not None:
            try:
                at.done(self._made(at))
            except Exception:
                log.exception("the matchers of rules could not be exchanged")
            with self._lock:
                at = self._order = None if self._order is at else self._order

    def _made(self, wanted: _Order) -> bytes | None:
        def told(_done: int) -> None:
            if self._order is not wanted:
                raise _OutdatedError

        try:
            content = self._maker.ask(wanted.words, wait_s=MAKING_S, told=told).octets
        except _OutdatedError:
            return None
        except Unavailable as error:
            if not self._is_stopping:
                log.warning("rules go on with the matchers that need no databases: %s", error)
        else:
            self._maker.dismiss()
            return content
        return None

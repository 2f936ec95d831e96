"""A program beside the daemon that runs inside the test's own process."""

from collections.abc import Callable, Mapping
from typing import Any

from routerd.core.errors import RouterdError
from routerd.core.frames import Frame

Answer = Callable[[Mapping[str, Any], Callable[[int], None]], Frame]


def _deaf(_done: int) -> None:
    return None


class FakeAside:
    """Fulfils `verification.ports.Book` and `sheets.ports.Press`.

    Args:
        answer: the program's.

    Attributes:
        asked: every question.
        trouble: raised instead of answering, when given.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[Mapping[str, Any]] = []
        self.trouble: RouterdError | None = None

    def ask(self, words: Mapping[str, Any], *, wait_s: float, told: Callable[[int], None] | None = None) -> Frame:
        del wait_s
        self.asked.append(words)
        if self.trouble is not None:
            raise self.trouble
        return self._answer(words, told or _deaf)

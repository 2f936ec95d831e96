"""Step: something done once at the start and, perhaps, undone or finished at the end; so that the supervisor needs one list."""

from collections.abc import Callable


def _nothing() -> None:
    return None


class Step:
    """A Part that does not run but happens.

    Args:
        name: for logs.
        begin: done at the start; raises when it cannot be.
        finish: done at the end.
    """

    def __init__(self, name: str, begin: Callable[[], object] = _nothing, finish: Callable[[], object] = _nothing) -> None:
        self.name = name
        self._begin = begin
        self._finish = finish

    def start(self) -> None:
        self._begin()

    def stop(self) -> None:
        self._finish()

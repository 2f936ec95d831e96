"""`routerd run`: logging, the outside, and the life of the daemon put together."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from routerd.app.check import check
from routerd.app.lasting import Lasting
from routerd.app.life import Running, live
from routerd.app.upkeep import places
from routerd.core.clock import SystemClock
from routerd.core.errors import Misconfigured, RouterdError
from routerd.core.settings import Settings
from routerd.upkeep.exchange import Exchange
from routerd.upkeep.logs import Ring

log = logging.getLogger(__name__)


def serve(settings: Settings, path: Path) -> int:
    """Run the daemon until a signal ends it.

    Args:
        settings: verified settings.
        path: the file that they came from, read again at SIGHUP.

    Returns:
        The exit status.
    """
    from routerd.app.build import build
    from routerd.app.outside import real

    lasting = Lasting()
    troubles: list[str] = []
    ring = Ring()

    def built(fresh: Settings) -> Running:
        _set_up_logging(fresh.daemon.log_level, ring)
        trouble = troubles.pop() if troubles else ""
        if _exchanged(fresh, path, trouble):
            fresh = load() or fresh
        app = build(fresh, replace(real(fresh), config=path, logs=ring, lasting=lasting), trouble)
        _quieten()  # after the libraries were loaded: pyroute2 sets its own level then
        return app

    def noted(fresh: Settings) -> Running:
        exchange = Exchange(places(fresh, path))
        return Noted(lambda: built(fresh), troubles, lambda: exchange.confirm(int(SystemClock().now())), lambda: exchange.waiting)

    def load() -> Settings | None:
        fresh, problems = check(path)
        for problem in problems:
            log.error("%s", problem)
        return fresh

    try:
        return live(settings, noted, load)
    finally:
        lasting.end()


def _nothing() -> None:
    return None


def _no() -> bool:
    return False


def _exchanged(settings: Settings, path: Path, trouble: str) -> bool:
    """Whether a restored backup was put in place just now, or taken back."""
    try:
        return Exchange(places(settings, path)).settle(int(SystemClock().now()), trouble)
    except OSError as error:
        raise Misconfigured(f"a backup could not be put in place: {error}; the next start goes on with it") from error


class Noted:
    """An application whose failure to start is written down, so that the next one can tell the owner.

    Args:
        build: makes it.
        troubles: takes what went wrong.
        started: called once it runs.
        must_end: whether there is something that only the next one can take over.
    """

    def __init__(
        self,
        build: Callable[[], Running],
        troubles: list[str],
        started: Callable[[], None] = _nothing,
        must_end: Callable[[], bool] = _no,
    ) -> None:
        self._troubles = troubles
        self._started = started
        self._must_end = must_end
        with self._noting():
            self._app = build()

    def start(self) -> None:
        """Start it."""
        with self._noting():
            self._app.start()
        self._started()

    def stop(self, *, again: bool = False) -> None:
        """Stop it."""
        self._app.stop(again=again)

    def adopt(self, before: Settings, fresh: Settings) -> bool:
        """Have it take over what the file says now, unless a backup waits to be put in its place."""
        return not self._must_end() and self._app.adopt(before, fresh)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except RouterdError as error:
            self._troubles[:] = [str(error)]
            raise


def _set_up_logging(level: str, ring: logging.Handler) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger().addHandler(ring)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # says only that requests wait, for every request that waits


def _quieten() -> None:
    """Keep libraries' own accounts of every packet out of the log, also when ours is at its most talkative."""
    for noisy in ("scapy", "pyroute2", "asyncio", "peewee"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

"""`routerd run`: logging, the outside, and the life of the daemon put together."""

import logging
import sys
from pathlib import Path

from routerd.app.check import check
from routerd.app.life import Running, live
from routerd.core.settings import Settings

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

    def built(fresh: Settings) -> Running:
        _set_up_logging(fresh.daemon.log_level)
        app = build(fresh, real(fresh))
        _quieten()  # after the libraries were loaded: pyroute2 sets its own level then
        return app

    def load() -> Settings | None:
        fresh, problems = check(path)
        for problem in problems:
            log.error("%s", problem)
        return fresh

    return live(settings, built, load)


def _set_up_logging(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # says only that requests wait, for every request that waits


def _quieten() -> None:
    """Keep libraries' own accounts of every packet out of the log, also when ours is at its most talkative."""
    for noisy in ("scapy", "pyroute2", "asyncio", "peewee"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

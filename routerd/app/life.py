"""The life of the daemon in the foreground: build, start, wait for signals, reload, stop. Called by `app.run` alone.

SIGTERM and SIGINT end it; guests stay online, for the kernel holds their sessions. SIGUSR1, which the daemon sends to itself when its
owner changed settings, builds and starts everything anew. SIGHUP reads the file again: a faulty file is
reported and changes nothing; a good one is taken over while everything serves on where that is possible (sites, certificates, rules),
otherwise built and started in place of the old, and if that fails the old one is started again.
"""

import gc
import logging
import signal
from collections.abc import Callable
from functools import partial
from typing import Protocol

from routerd.app import notify
from routerd.app.signals import Ear
from routerd.core.errors import RouterdError
from routerd.core.settings import Settings

log = logging.getLogger(__name__)

MOST_SILENT_S = 60.0
"""How long the main thread waits for a signal at most before it looks around."""


class Running(Protocol):
    """What `build` makes: an application that can be started and stopped."""

    def start(self) -> None:
        """Serve when this returns."""
        ...

    def stop(self, *, again: bool = False) -> None:
        """End within five seconds. `again`: another application takes its place at once."""
        ...

    def adopt(self, before: Settings, fresh: Settings) -> bool:
        """Take over what the file says now without anything being stopped, if that is possible."""
        ...


Build = Callable[[Settings], Running]
Load = Callable[[], Settings | None]


def live(settings: Settings, build: Build, load: Load) -> int:
    """Run until told to end.

    Args:
        settings: verified settings to start with.
        build: makes the application.
        load: reads the file again; None (after logging the problems) when it is faulty.

    Returns:
        The exit status: 0 after a signal, 1 when the start failed.
    """
    with Ear((signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)) as ear:
        return _live(settings, build, load, ear)


def _live(settings: Settings, build: Build, load: Load, ear: Ear) -> int:
    app = _started(settings, build)
    if app is None:
        return 1
    _say_ready()
    pause_s = notify.watchdog_s() or MOST_SILENT_S
    while True:
        heard_now = ear.wait(pause_s)
        notify.alive()
        if heard_now & {signal.SIGTERM, signal.SIGINT}:
            log.info("stopping; guests who are online stay online")
            notify.stopping()
            app.stop()
            return 0
        if heard_now:
            settings, reloaded = _reload(app, settings, build, load if signal.SIGHUP in heard_now else partial(_same, settings))
            if reloaded is None:
                return 1
            app = reloaded


def _same(settings: Settings) -> Settings:
    return settings


def _reload(app: Running, settings: Settings, build: Build, load: Load) -> tuple[Settings, Running | None]:
    fresh = load()
    if fresh is None:
        log.error("the configuration is faulty; going on with the one in use")
        return settings, app
    notify.reloading()
    if fresh is not settings and app.adopt(settings, fresh):
        log.info("reloaded while serving")
        _say_ready()
        return fresh, app
    app.stop(again=True)
    started = _started(fresh, build)
    if started is not None:
        log.info("reloaded")
    else:
        log.error("the new configuration does not start; going back to the one before")
        fresh, started = settings, _started(settings, build)
    if started is not None:
        _say_ready()
    return fresh, started


def _started(settings: Settings, build: Build) -> Running | None:
    app = _tried(settings, build)
    gc.unfreeze()
    gc.collect()  # what an application before this one left, and what one that did not get ready had opened
    if app is not None:
        gc.freeze()  # what exists now stays for long; the collector need not walk it again
    return app


def _tried(settings: Settings, build: Build) -> Running | None:
    try:
        app = build(settings)
        app.start()
    except RouterdError as error:
        log.error("cannot start: %s", error)  # noqa: TRY400 - the message says all
        return None
    return app


def _say_ready() -> None:
    log.info("ready")
    notify.ready()

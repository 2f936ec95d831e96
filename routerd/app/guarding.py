"""A box that guards sites and does nothing else: no guests, no page, no action API. It runs without root."""

import logging

from routerd.app.fronts import Fronts
from routerd.app.outside import Outside
from routerd.control.guarding import build as build_control
from routerd.control.place import socket_path
from routerd.core.errors import Misconfigured
from routerd.core.parts import Part
from routerd.core.settings import Settings
from routerd.web.server import WebServer, bind_unix

log = logging.getLogger(__name__)

CONTROL_THREADS = 1


def parts(settings: Settings, outside: Outside, fronts: Fronts) -> list[Part]:
    """What has to run beside the store, in this order."""
    return [*_control(settings, outside, fronts), *fronts.parts()]


def _control(settings: Settings, outside: Outside, fronts: Fronts) -> list[Part]:
    """The control socket, where there is a directory for it: sites are served without `routerd status`, too."""
    place = socket_path(settings.daemon.run_dir)
    try:
        listener = bind_unix(place)
    except (Misconfigured, OSError) as error:
        log.warning("`routerd status` and its like cannot reach this daemon: %s; set [daemon] run_dir to a directory of its own", error)
        return []
    return [WebServer("control", build_control(outside.clock, fronts.told, fronts.rules, fronts.bans), [listener], CONTROL_THREADS)]

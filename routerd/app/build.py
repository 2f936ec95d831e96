"""build(settings, outside) -> App: the composition root. The only place where everything is known; it decides nothing else.

A section that is absent switches its module off: without [[guest]] neither firewall nor network, capture or portal are loaded, and
the kernel is not touched; with nothing but [edge] there are no doors either, and the daemon is a reverse proxy that judges.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.app.announcing import announced
from routerd.app.keyfile import key_file
from routerd.app.outside import Outside
from routerd.app.preferring import prefer
from routerd.app.supervisor import Supervisor
from routerd.core.clock import use_zone
from routerd.core.overlay import environment_changes
from routerd.core.parts import Part
from routerd.core.settings import Settings
from routerd.identity.seal import Box
from routerd.preferences.service import Preferences
from routerd.store.database import Store
from routerd.web import moments
from routerd.web.server import WebServer

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.app.fronts import Fronts
    from routerd.app.house import House


class App:
    """A built application.

    Args:
        parts: in the order of their start.
        preferences: what the owner has set on the page.
        outside: what it stands on.
        house: its services; None on a box that only guards sites.
        fronts: the edge and what stands behind it; None without.
    """

    def __init__(
        self, parts: list[Part], preferences: Preferences, outside: Outside, house: "House | None" = None, fronts: "Fronts | None" = None
    ) -> None:
        self.house = house
        self.fronts = fronts
        self._preferences = preferences
        self._outside = outside
        self._supervisor = Supervisor(parts)
        self._servers = [part for part in parts if isinstance(part, WebServer)]

    def start(self) -> None:
        """Guests can be served when this returns."""
        try:
            self._supervisor.start()
        except BaseException:
            for server in self._servers:  # listening since they were built; whoever is started instead needs their addresses
                server.stop()
            raise
        finally:
            self._outside.lasting.again = False
        self._preferences.started()

    def stop(self, *, again: bool = False) -> None:
        """End everything that runs; what the kernel holds stays.

        Args:
            again: another application takes this one's place at once: the edge goes on meanwhile.
        """
        self._outside.lasting.again = again
        self._supervisor.stop()

    def adopt(self, before: Settings, fresh: Settings) -> bool:
        """Take over what the file says now without anything being stopped, if that is possible.

        Sites, their certificates and rules can be read again while requests are served.

        Args:
            before: what the file said when this was built.
            fresh: what it says now.
        """
        rules = replace(before.waf, rules=fresh.waf.rules)
        if self.fronts is None or self.fronts.protection is None or replace(before, sites=fresh.sites, waf=rules) != fresh:
            return False
        self.fronts.protection.reread(fresh.sites, fresh.waf.rules)
        return True


def build(settings: Settings, outside: Outside, trouble: str = "") -> App:
    """Put an application together; nothing runs yet, but the database is open and migrated.

    Args:
        settings: of file and environment, verified; what the owner has set on the page comes over them here.
        outside: what it stands on.
        trouble: why the last start failed, if it did.

    Raises:
        Misconfigured: the store or an address cannot be used.
    """
    store = Store(settings.store.url)
    settings = replace(settings, daemon=replace(settings.daemon, key_file=str(key_file(settings))))
    preferences = prefer(settings, outside.clock, store, environment_changes(os.environ), trouble)
    settings = preferences.settings
    use_zone(settings.system.time_zone)
    moments.local.cache_clear()
    portal = announced(settings, outside.clock)
    fronts = None
    if settings.edge or settings.management.https or portal.pair:
        from routerd.app.fronts import Fronts

        fronts = Fronts(settings, outside, store, Box(Path(settings.daemon.key_file)), portal)
    if fronts is not None and only_guards(settings):
        from routerd.app import guarding

        return App([store, *guarding.parts(settings, outside, fronts)], preferences, outside, fronts=fronts)
    from routerd.app import housed

    house, parts = housed.parts(preferences, outside, store, portal, fronts)
    return App([store, *parts], preferences, outside, house, fronts)


def only_guards(settings: Settings) -> bool:
    """Whether this box has sites to guard and nothing else to do."""
    management = settings.management
    return settings.edge is not None and not (settings.guest or settings.lan or management.listen or management.https or settings.tunnel)

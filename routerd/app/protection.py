"""What stands before sites: the sites themselves, their certificates, and what judges requests. Loaded only with [edge].

Without a mode in which requests are judged the engine is not loaded.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from routerd.app.shields import Raise, Shields
from routerd.app.steps import Step
from routerd.core.clock import Clock
from routerd.core.edge import SiteSettings
from routerd.core.parts import Part
from routerd.core.settings import Settings
from routerd.defence.building import Watch, furnish
from routerd.sites.ports import Seal
from routerd.sites.service import Served, Sites
from routerd.store.database import Store

log = logging.getLogger(__name__)

RULES_S = 45.0
"""Longest that the start waits for rules, within what systemd waits for us. Those of the OWASP CRS take one, at the very first start some:
databases of their patterns are made while requests are judged already."""

REREAD_S = 8.0
"""Longest that a reload waits for rules. On a machine that has other work they may take longer: they follow."""

OFF, DETECT = "off", "detect"


class Protection:
    """Sites and their guard.

    Args:
        settings: of file and page, verified.
        store: open.
        clock: for all of them.
        sites: the sites.
        seal: seals what the store shall not tell.
        raised: makes what drops packets in the kernel; None: nothing does.
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock, sites: Sites, seal: Seal, raised: Raise | None = None) -> None:
        self.sites = sites
        self.shields = Shields(settings, store, clock, seal, raised)
        self._mode = settings.waf.mode
        self._publishing = threading.Lock()
        self._served: Sequence[Served] = ()
        self.watch: Watch = furnish(
            settings.waf, store, clock, self.shields.protections(), self.shields.countries, judging=self._mode != OFF
        )
        self.published: Callable[[], None] = _nothing

    def parts(self) -> list[Part]:
        """What has to run after the store and before the edge."""
        return [Step("sites", self._look), *self.shields.parts(), *self.watch.parts(), Step("rules", self._ready)]

    def served(self) -> Sequence[Served]:
        """The sites as they were published last."""
        return self._served

    def publish(self) -> None:
        """Have sites be served and guarded as they are now; requests under way end as they began."""
        with self._publishing:
            self._look()
            self.published()

    def reread(self, settings: Sequence[SiteSettings], rules: Sequence[str]) -> None:
        """Read certificates and rules again, and take over what the file says of both now. What has a fault changes nothing.

        Rules are read on a thread of their own: the one that calls this has the supervisor of the service to keep content, and waits
        for them only so long.

        Args:
            settings: [[sites]].
            rules: where rules come from.
        """
        rulebook = self.watch.rulebook
        if rulebook is not None:
            rulebook.reload_soon(rules)
        self.sites.reread(settings)
        if rulebook is not None:
            rulebook.wait(REREAD_S)

    def _look(self) -> None:
        served = self.sites.served()
        modes = {each.site.name: self._mode_of(each.site.mode) for each in served}
        self.watch.sites(modes)
        self.shields.bans.drop(DETECT not in modes.values())
        self._served = served

    def _mode_of(self, own: str) -> str:
        return OFF if self._mode == OFF else own or self._mode

    def _ready(self) -> None:
        """Wait for the rules: a box that is started says that it is ready when it judges."""
        if self.watch.rulebook is not None and not self.watch.rulebook.wait(RULES_S):
            log.error("there are no rules in use yet: sites that are to be judged answer 503 until there are some")


def _nothing() -> None:
    return None

"""Whether the portal's https address may be told to devices: not while its certificate stands in the way.

A device that is told of an address by RFC 8910 and cannot trust what answers there shows its owner nothing at all, which is worse than
the redirect that every device knows. So with a certificate that has expired or is for another name, the portal is served and told of
by plain HTTP alone, and the log says why.
"""

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from routerd.core.clock import Clock
from routerd.core.errors import RouterdError
from routerd.core.settings import PortalSettings, Settings

if TYPE_CHECKING:  # without a certificate it is not loaded
    from routerd.sites.certificates import Pair

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What is told to devices.

    Attributes:
        pair: the certificate that the portal shows; None: none.
        host: the name that it is for.
        trouble: why there is none although there should be; empty: all is well.
    """

    pair: "Pair | None" = None
    host: str = ""
    trouble: str = ""

    def fit(self, settings: Settings) -> Settings:
        """`settings` without the https address if it must not be told."""
        if not self.trouble:
            return settings
        return replace(settings, portal=replace(settings.portal, https_url="", certificate="", key=""))


def announced(settings: Settings, clock: Clock) -> Announced:
    """Look at the portal's certificate, and tell the log what is wrong."""
    portal = settings.portal
    host = urlsplit(portal.https_url).hostname or ""
    if not host or not settings.guest:
        return Announced()
    if not portal.certificate:
        log.warning(
            "devices are told of the portal at %s, but routerd does not answer there without [portal] certificate and key", portal.https_url
        )
        return Announced(host=host)
    found = looked_at(portal, host, clock)
    if found.trouble:
        log.warning("%s is not told to devices, and the portal is served by plain HTTP alone: %s", portal.https_url, found.trouble)
    return found


def looked_at(portal: PortalSettings, host: str, clock: Clock) -> Announced:
    """The same without a word to the log."""
    from routerd.sites.service import read_pair

    try:
        pair = read_pair(portal.certificate, portal.key)
    except RouterdError as error:
        return Announced(host=host, trouble=str(error))
    trouble = pair.facts.trouble((host,), clock.now())
    return Announced(None, host, f"{portal.certificate}: {trouble}") if trouble else Announced(pair, host)

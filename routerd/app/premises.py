"""What the admin page's settings sections need of this box, put together."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from routerd.admin.premises import Premises
from routerd.admin.sections.settings import Trial
from routerd.app.outside import Outside
from routerd.app.upkeep import Box, backups
from routerd.core.clock import Clock
from routerd.kernel.interfaces import interfaces
from routerd.portal.languages import NAMES, RIGHT_TO_LEFT
from routerd.preferences.service import Preferences
from routerd.upkeep.updates import Updates

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.app.gateway import Kernelside
    from routerd.portal.live import LivePortal

LANGUAGES = tuple({"code": code, "name": name, "rtl": code in RIGHT_TO_LEFT} for code, name in NAMES.items())


def premises(
    preferences: Preferences, outside: Outside, kernel: "Kernelside | None" = None, entrance: "LivePortal[Any] | None" = None
) -> Premises:
    """The box as it is."""
    clock, running, network = outside.clock, version("routerd"), kernel.network if kernel else None
    settings = preferences.settings
    system = Box(
        preferences=preferences,
        clock=clock,
        backups=backups(settings, outside.config, clock, running),
        logs=outside.logs,
        updates=Updates(settings.system, clock, running),
        restart=outside.restart,
        state_dir=outside.state_dir,
        started_at=int(clock.now()),
        portal=entrance,
        network=network,
    )
    return Premises(
        languages=LANGUAGES,
        preview=entrance,
        firewall=kernel.firewall if kernel else None,
        network=network,
        system=system,
        interfaces=interfaces,
        trials=lambda service: trial(preferences, clock, service),
    )


def trial(preferences: Preferences, clock: Clock, service: str) -> Trial | None:
    """What sends one message by mail or SMS with the settings in force; None when they are not set up."""
    from routerd.courier.service import Courier

    settings = preferences.settings
    courier = Courier(settings.mail, settings.sms, settings.portal.title, clock)
    if service == "mail" and courier.has_mail:
        return courier.send_test_mail
    if service == "sms" and courier.has_sms:
        return courier.send_test_sms
    return None

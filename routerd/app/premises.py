"""What the admin page's settings sections need of this box, put together."""

from typing import TYPE_CHECKING, Any

from routerd.admin.premises import Premises
from routerd.admin.sections.settings import Trial
from routerd.core.clock import Clock
from routerd.kernel.interfaces import interfaces
from routerd.portal.languages import NAMES, RIGHT_TO_LEFT
from routerd.preferences.service import Preferences

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.app.gateway import Kernelside
    from routerd.portal.live import LivePortal

LANGUAGES = tuple({"code": code, "name": name, "rtl": code in RIGHT_TO_LEFT} for code, name in NAMES.items())


def premises(
    preferences: Preferences, clock: Clock, kernel: "Kernelside | None" = None, entrance: "LivePortal[Any] | None" = None
) -> Premises:
    """The box as it is."""
    return Premises(
        languages=LANGUAGES,
        preview=entrance,
        firewall=kernel.firewall if kernel else None,
        network=kernel.network if kernel else None,
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

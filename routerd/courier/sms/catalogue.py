"""Every way to send a text message there is. To add one, write its module and its section of settings and add a line."""

from routerd.core.errors import Misconfigured
from routerd.core.messaging import SmsSettings
from routerd.courier.sms.carrier import Carrier
from routerd.courier.sms.kannel import KannelCarrier
from routerd.courier.sms.smpp import SmppCarrier
from routerd.courier.sms.smstools import SmstoolsCarrier
from routerd.courier.sms.template import HttpCarrier
from routerd.courier.sms.twilio import TwilioCarrier

CATALOGUE: tuple[type[Carrier], ...] = (
    HttpCarrier,
    TwilioCarrier,
    SmppCarrier,
    KannelCarrier,
    SmstoolsCarrier,
)


def make(settings: SmsSettings) -> Carrier:
    """The carrier that the settings name.

    Raises:
        Misconfigured: there is none of that name.
    """
    kind = next((kind for kind in CATALOGUE if kind.name == settings.provider), None)
    if kind is None:
        raise Misconfigured(f'sms.provider: "{settings.provider}"; expected one of ' + ", ".join(kind.name for kind in CATALOGUE))
    return kind(settings)

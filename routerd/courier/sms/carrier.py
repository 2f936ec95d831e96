"""Carrier: what every way to send a text message has in common."""

from abc import ABC, abstractmethod
from typing import ClassVar

from routerd.core.messaging import SmsSettings


class Carrier(ABC):
    """Hands text messages to somebody who sends them. Subclasses name themselves and override `send`.

    What they need of the settings, `core.messaging.sms_problems` has seen to it that it is there.

    Args:
        settings: the section [sms].
    """

    name: ClassVar[str]
    """In settings."""

    def __init__(self, settings: SmsSettings) -> None:
        self.settings = settings

    @abstractmethod
    def send(self, number: str, text: str) -> None:
        """Hand one message over; may wait for as long as `settings.timeout_s` at each step.

        Args:
            number: E.164 with the plus sign.
            text: at most a few hundred characters.

        Raises:
            Unavailable: it could not be; in the provider's words where it has said some.
        """

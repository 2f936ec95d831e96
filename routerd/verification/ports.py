"""What verification needs of those who carry messages and keep keys, in its own words; courier and identity fulfil these structurally."""

from typing import Protocol


class Mail(Protocol):
    """Carries e-mail."""

    def send_mail(self, to: str, subject: str, text: str) -> None:
        """Hand a mail over; returns when the server took it, or when it is well on its way.

        Raises:
            BadInput: the server does not know such a recipient.
            Unavailable: it could not be handed over.
        """
        ...


class Sms(Protocol):
    """Carries text messages."""

    def send_sms(self, number: str, text: str) -> None:
        """Hand a message over; `number` is E.164 with the plus sign.

        Raises:
            BadInput: the provider does not serve that number.
            Unavailable: it could not be handed over.
        """
        ...


class Keys(Protocol):
    """Keeps keys that outlive the process and are not in the store."""

    def derived(self, purpose: str) -> bytes:
        """32 octets, the same each time for the same purpose.

        Raises:
            Unavailable: the key file cannot be used.
        """
        ...

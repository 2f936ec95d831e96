"""What sites need others to fulfil."""

from typing import Protocol


class Seal(Protocol):
    """Seals keys in the store; `identity.seal.Box`."""

    def seal(self, secret: str, purpose: str) -> str:
        """As text that only this box opens.

        Raises:
            Unavailable: the box's key cannot be used.
        """
        ...

    def open(self, sealed: str, purpose: str) -> str:
        """What was sealed for the same purpose.

        Raises:
            Unavailable: the box's key cannot be used, or is another.
        """
        ...

"""What upkeep needs of others: something that encrypts files (`identity.vault.Vault`)."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol


class Vault(Protocol):
    """Encrypts streams under a passphrase."""

    def sealed(self, pieces: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
        """The encrypted file."""
        ...

    def opened(self, file: BinaryIO, passphrase: str) -> Iterator[bytes]:
        """The plain file; BadInput when it is not as it was written."""
        ...

"""Encrypts a whole file under a passphrase, piece by piece, so that a box's backup may lie anywhere.

The key is scrypt's of the passphrase (RFC 7914), the pieces are AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway,
Vizár 2015): each piece's nonce holds its number and whether it is the last, so that pieces can be neither swapped, left out nor cut off
without notice. Called by `upkeep` through a Protocol. What `opened` yields is genuine piece by piece; whoever uses it before the last
piece came must be able to take that back.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from routerd.core.errors import BadInput
from routerd.core.tokens import key_octets

MAGIC = b"routerd backup 1\n"

PIECE_OCTETS = 1 << 20
TAG_OCTETS = 16
SALT_OCTETS = 16

SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 16, 8, 1
"""64 MB and a fifth of a second: OWASP's second choice (N=2^16, r=8, p=2) at half the time, for a file that nobody opens twice a day."""

WRONG = "the passphrase is wrong, or the file is damaged or not a backup of routerd"


class Vault:
    """Seals and opens streams."""

    def sealed(self, pieces: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
        """An encrypted file, in pieces.

        Args:
            pieces: of the plain file, of any length.
            passphrase: what opens it.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as in `identity.seal`

        salt = key_octets(SALT_OCTETS)
        cipher = AESGCM(_key(passphrase, salt))
        yield MAGIC + salt
        waiting = b""
        number = 0
        for whole in _cut(pieces):
            if waiting:
                yield cipher.encrypt(_nonce(number, last=False), waiting, MAGIC)
                number += 1
            waiting = whole
        yield cipher.encrypt(_nonce(number, last=True), waiting, MAGIC)

    def opened(self, file: BinaryIO, passphrase: str) -> Iterator[bytes]:
        """The plain file, in pieces.

        Raises:
            BadInput: the passphrase is wrong, or the file is not as it was written.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as in `identity.seal`
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - likewise

        head = file.read(len(MAGIC) + SALT_OCTETS)
        if len(head) != len(MAGIC) + SALT_OCTETS or not head.startswith(MAGIC):
            raise BadInput(WRONG)
        cipher = AESGCM(_key(passphrase, head.removeprefix(MAGIC)))
        number, piece = 0, file.read(PIECE_OCTETS + TAG_OCTETS)
        while True:
            following = file.read(PIECE_OCTETS + TAG_OCTETS)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), piece, MAGIC)
            except InvalidTag:
                raise BadInput(WRONG) from None
            if not following:
                return
            number, piece = number + 1, following


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - as in `identity.seal`

    return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in pieces of PIECE_OCTETS; only the last is shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PIECE_OCTETS:
            yield bytes(held[:PIECE_OCTETS])
            del held[:PIECE_OCTETS]
    if held:
        yield bytes(held)

"""Seals a secret under the box's own key file, so that a stolen database or backup does not tell it.

Whoever can read both the database and the key file can open it: it protects copies of the store, not the running machine's
root. AES-256-GCM; the purpose is bound in, so a sealed text cannot be passed off as another kind. `cryptography` is imported
at the first use only: it costs about 8 MB, and a box whose key is never made or shown does without.
"""

import base64
import os
from pathlib import Path

from routerd.core.errors import Unavailable
from routerd.core.tokens import key_octets, sign

KEY_OCTETS = 32
NONCE_OCTETS = 12
"""NIST SP 800-38D, 5.2.1.1: the length that GCM is made for."""


class Box:
    """Seals and opens with the key in one file.

    Args:
        key_file: made at the first use, mode 0600; read again at each use, which is rare.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def seal(self, secret: str, purpose: str) -> str:
        """`secret` as text that only this box's key opens.

        Raises:
            Unavailable: the key file can neither be read nor made.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see the module's docstring

        nonce = key_octets(NONCE_OCTETS)
        sealed = AESGCM(self._key(make=True)).encrypt(nonce, secret.encode(), purpose.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> str:
        """What `seal` was given.

        Raises:
            Unavailable: the key file is missing, or is not the one that it was sealed with.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above: loaded only to seal or open
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see the module's docstring

        key = self._key(make=False)
        try:
            octets = base64.b64decode(sealed, validate=True)
            return AESGCM(key).decrypt(octets[:NONCE_OCTETS], octets[NONCE_OCTETS:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unavailable(f"{self._key_file} is not the key that this was sealed with; make a new API key") from None

    def derived(self, purpose: str) -> bytes:
        """A key of 32 octets for one purpose, the same each time; who knows it learns nothing of the box's own or of another's.

        Raises:
            Unavailable: the key file can neither be read nor made.
        """
        return bytes.fromhex(sign(self._key(make=True), f"derived|{purpose}"))

    def _key(self, *, make: bool) -> bytes:
        try:
            if make and not self._key_file.exists():
                _place(self._key_file, key_octets(KEY_OCTETS))
            key = self._key_file.read_bytes()
        except OSError as error:
            raise Unavailable(f"cannot use the box key {self._key_file}: {error.strerror}") from error
        if len(key) != KEY_OCTETS:
            raise Unavailable(f"the box key {self._key_file} has {len(key)} octets; expected {KEY_OCTETS}")
        return key


def _place(path: Path, octets: bytes) -> None:
    """Put a complete file at `path`, durably, unless somebody else was faster: then theirs stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{key_octets(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

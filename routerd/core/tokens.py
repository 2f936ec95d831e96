"""The only module that makes secrets. Callers never import `secrets` or `random` themselves."""

import hmac
import secrets
from hashlib import sha256

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for one another in print: no 0/o, 1/l/i."""

API_KEY_OCTETS = 24
"""192 bits: beyond guessing, short enough to paste."""


def readable(length: int) -> str:
    """A random word of `length` characters from READABLE (4.95 bits each)."""
    word = ""
    while len(word) < length:
        # Five bits choose among 32; the one that READABLE lacks is thrown away, so that each of its 31 is as likely as any other.
        word += "".join(READABLE[five] for octet in secrets.token_bytes(length + 2) if (five := octet & 31) < len(READABLE))
    return word[:length]


def api_key() -> str:
    """A new API key, 48 hexadecimal digits."""
    return secrets.token_hex(API_KEY_OCTETS)


def nonce() -> str:
    """An unguessable one-time word, URL-safe, 128 bits."""
    return secrets.token_urlsafe(16)


def digits(length: int) -> str:
    """A random number of `length` digits, leading zeros included, each number as likely as any other."""
    return f"{secrets.randbelow(10**length):0{length}}"


SESSION_OCTETS = 32
SESSION_LENGTH = 43
"""Characters of a session's cookie: 256 bits in URL-safe base 64 without padding."""


def session() -> str:
    """What a signed-in browser is known by."""
    return secrets.token_urlsafe(SESSION_OCTETS)


def key_octets(length: int = 32) -> bytes:
    """Fresh key material."""
    return secrets.token_bytes(length)


def fingerprint(secret: str) -> str:
    """SHA-256 of a high-entropy secret, as hex: what is kept instead of the secret."""
    return sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare without telling by the time taken where the two differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA-256 of `text` under `key`, as hex."""
    return hmac.new(key, text.encode(), sha256).hexdigest()


def host_name() -> str:
    """A name in the DNS that nobody guesses by trying: 12 hexadecimal digits, 48 bits."""
    return secrets.token_hex(6)


def chance() -> float:
    """A number from 0 to 1, for spreading what would otherwise happen everywhere at once."""
    return secrets.randbelow(1 << 16) / ((1 << 16) - 1)

"""Work that a browser does to show that it is one, and the cookie that it gets for it. Pure but for what `core.tokens` draws.

A task is a salt, signed together with the client, its end and how hard it is: nothing is remembered about it. It has PARTS parts; each
asks for a number such that SHA-256 of ``salt.part.number`` begins with so many zero bits. Many small parts instead of one make the
time that it takes predictable: of a hundred phones the slowest needs about twice what most need, not five times.

The pass is bound to the client's address and an end. Somebody else cannot use it, and it opens nothing: it only spares its holder
further tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from routerd.core import tokens

PARTS = 8
TASK_S = 300
"""Seconds that a task may take; a phone that was put away meanwhile gets another."""
COOKIE = "routerd_pass"
_SIGNED = 32
"""Characters of a signature: 128 bits."""
_NUMBER_MOST = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What a browser has to do.

    Attributes:
        salt: what it starts from.
        bits: zero bits of each part.
        until: seconds since the epoch.
        signature: by which we know it again.
    """

    salt: str
    bits: int
    until: int
    signature: str

    @property
    def text(self) -> str:
        """As a page carries it."""
        return f"{self.salt}.{self.bits}.{self.until}.{self.signature}"


def task(key: bytes, client: str, bits: int, now: float) -> Task:
    """A new task for a client."""
    salt, until = tokens.nonce(), int(now) + TASK_S
    return Task(salt, bits, until, _sign(key, "task", client, salt, bits, until))


def solves(key: bytes, client: str, text: str, answer: str, now: float) -> bool:
    """Whether an answer is right for a task of ours, of this client, whose time is not over.

    Args:
        key: ours.
        client: who answers.
        text: the task, as the page carried it.
        answer: the numbers, with commas between.
        now: seconds since the epoch.
    """
    parts = text.split(".")
    numbers = answer.split(",")
    if len(parts) != 4 or len(numbers) != PARTS or not (_is_number(parts[1]) and _is_number(parts[2])):
        return False
    salt, bits, until = parts[0], int(parts[1]), int(parts[2])
    if until < now or not tokens.same(parts[3], _sign(key, "task", client, salt, bits, until)):
        return False
    return all(_is_number(number) and zero_bits(salt, part, number) >= bits for part, number in enumerate(numbers))


def zero_bits(salt: str, part: int, number: str) -> int:
    """Leading zero bits of one part's digest, as far as its first 32 bits."""
    return 32 - int.from_bytes(sha256(f"{salt}.{part}.{number}".encode()).digest()[:4], "big").bit_length()


def issue(key: bytes, client: str, seconds: int, now: float) -> str:
    """The pass of a client, as the cookie's value."""
    until = int(now) + seconds
    return f"{until}.{_sign(key, 'pass', client, until)}"


def holds(key: bytes, client: str, headers: Sequence[tuple[bytes, bytes]], now: float) -> bool:
    """Whether a request brings a pass of this client's that is not over."""
    return any(_is_pass(key, client, value, now) for value in _cookies(headers))


def _is_pass(key: bytes, client: str, value: str, now: float) -> bool:
    until, _, signature = value.partition(".")
    return _is_number(until) and int(until) >= now and tokens.same(signature, _sign(key, "pass", client, int(until)))


def _cookies(headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """Values of the cookie of our name; a browser sends one, and more than a few are not looked at."""
    found: list[str] = []
    for name, value in headers:
        if name.lower() == b"cookie":
            pairs = (pair.partition(b"=") for pair in value.split(b";"))
            found += [text.strip().decode("latin-1") for word, _, text in pairs if word.strip() == COOKIE.encode()]
    return found[:3]


def _sign(key: bytes, *parts: object) -> str:
    return tokens.sign(key, "|".join(map(str, parts)))[:_SIGNED]


def _is_number(text: str) -> bool:
    return 0 < len(text) <= _NUMBER_MOST and text.isascii() and text.isdigit()

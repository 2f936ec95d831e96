from urllib.parse import parse_qs, urlsplit

import pytest

from routerd.cc import proof
from routerd.cc.model import NewRule, Rule
from routerd.cc.service import Counters
from routerd.core.errors import Unavailable
from routerd.core.protections import CcSettings
from routerd.core.ruling import Ruling
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead


class Bans:
    """Remembers who was banned; never bans 10.0.0.1."""

    def __init__(self) -> None:
        self.banned: list[tuple[bytes, float, Ruling, bool]] = []

    def ban(self, client: bytes, seconds: float, why: Ruling, *, direct: bool = True) -> bool:
        if client == b"10.0.0.1":
            return False
        self.banned.append((client, seconds, why, direct))
        return True


class PlainSeal:
    """Seals by writing the purpose in front; what another box sealed it does not open."""

    box = "this"

    def seal(self, secret: str, purpose: str) -> str:
        return f"{self.box}|{purpose}|{secret}"

    def open(self, sealed: str, purpose: str) -> str:
        box, sealed_for, secret = sealed.split("|")
        if (box, sealed_for) != (self.box, purpose):
            raise Unavailable("sealed with another key")
        return secret


class Desk:
    """Counters on a database in memory."""

    def __init__(self) -> None:
        self.store, self.clock, self.bans = Store("sqlite:///:memory:"), FakeClock(), Bans()
        self.seal = PlainSeal()
        self.counters = self.again()

    def again(self, **words) -> Counters:
        return Counters(self.store, self.clock, self.bans, CcSettings(difficulty=4), self.seal, **words)

    def rule(self, **words) -> Rule:
        whole = {"host": "*", "path": "/", "threshold": 3, "window": 10, "ban_duration": 60, "action": "block", **words}
        return self.counters.create(NewRule(**whole))

    def ask(self, many: int = 1, **words) -> list[str]:
        """What is said of so many requests, one after another: the action, or "-"."""
        said = (self.counters.seen(FakeHead(**words)) for _ in range(many))
        return [ruling.action if ruling else "-" for ruling in said]


def solved(answer: str) -> bytes:
    """What a browser asks for once it has done the work that a page's `data-answer` is for."""
    text = parse_qs(urlsplit(answer).query)["task"][0]
    salt, bits = text.split(".")[0], int(text.split(".")[1])
    numbers = []
    for part in range(proof.PARTS):
        number = 0
        while proof.zero_bits(salt, part, str(number)) < bits:
            number += 1
        numbers.append(str(number))
    return (answer + ",".join(numbers)).encode()


@pytest.fixture
def desk() -> Desk:
    return Desk()

import pytest

from routerd.acl.model import NewRule, Rule
from routerd.acl.service import Lists
from routerd.store.database import Store
from routerd.waf.automaton import Finder
from routerd.waf.regex.pattern import Pattern
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead


class Atlas:
    """Knows where three addresses are."""

    def code(self, client: bytes) -> str:
        return {b"192.0.2.1": "DE", b"192.0.2.2": "FR", b"2001:db8::1": "AT"}.get(client, "")


class Kernel:
    """Remembers what it was told to block."""

    def __init__(self) -> None:
        self.four: list[tuple[int, int]] = []
        self.six: list[tuple[int, int]] = []

    def block(self, four, six) -> None:
        self.four, self.six = list(four), list(six)


class Desk:
    """Access lists on a database in memory."""

    def __init__(self) -> None:
        self.store = Store("sqlite:///:memory:")
        self.kernel = Kernel()
        self.lists = self.again()

    def again(self) -> Lists:
        return Lists(self.store, FakeClock(), Pattern, Finder, Atlas(), self.kernel)

    def rule(self, rule_type: str, pattern: str, action: str = "block", **words) -> Rule:
        return self.lists.create(NewRule(words.pop("type", "global"), rule_type, pattern, action, **words))

    def says(self, **words) -> str:
        """The action and the number of the rule that fits a request; "" when none does."""
        ruling = self.lists.judge(FakeHead(**words))
        return f"{ruling.action} {ruling.rule_id}" if ruling else ""


@pytest.fixture
def desk() -> Desk:
    return Desk()

from typing import Any

import pytest

from routerd.customrules import model
from routerd.customrules.model import Rule
from routerd.customrules.service import Conditions
from routerd.store.database import Store
from routerd.waf.automaton import Finder
from routerd.waf.regex.pattern import Pattern
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead


class Desk:
    """Custom rules on a database in memory."""

    def __init__(self) -> None:
        self.store = Store("sqlite:///:memory:")
        self.conditions = self.again()

    def again(self) -> Conditions:
        return Conditions(self.store, FakeClock(), Pattern, Finder)

    def rule(self, *judges: dict[str, Any], relation: str = "or", method: str = "any", name: str = "a rule", **words) -> Rule:
        document = {"name": name, "method": method, "relation": relation, "action": "block", "judges": list(judges), **words}
        return self.conditions.create(model.read(document))

    def fits(self, body: bytes | None = None, kind: bytes = b"", **words) -> str:
        """When a rule speaks: at the "head", at the "body", or never ("")."""
        if kind:
            words["headers"] = (*words.get("headers", ()), (b"Content-Type", kind))
        head = FakeHead(**words)
        if self.conditions.judge(head):
            return "head"
        return "body" if self.conditions.judge_body(head, body or b"") else ""


@pytest.fixture
def desk() -> Desk:
    return Desk()

"""Operators that do not look."""

from typing import ClassVar

from routerd.waf.operators.operator import Hit, Operator, Resources


class UnconditionalMatch(Operator):
    """Always."""

    name: ClassVar[str] = "unconditionalMatch"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value)


class NoMatch(Operator):
    """Never."""

    name: ClassVar[str] = "noMatch"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        del value
        return None

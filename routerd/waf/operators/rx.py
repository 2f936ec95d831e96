"""@rx and @rxGlobal: regular expressions."""

from typing import ClassVar

from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources
from routerd.waf.regex import Pattern, PatternFault, compiled

_CAPTURES_MOST = 100
"""Captures of all matches together that @rxGlobal collects before it stops."""


def pattern(argument: str) -> Pattern:
    """A compiled regular expression.

    Raises:
        ArgumentFault: it cannot be used.
    """
    try:
        return compiled(argument)
    except PatternFault as fault:
        raise ArgumentFault(str(fault)) from fault


class Rx(Operator):
    """The first match, with its groups. An empty expression matches everything and captures nothing."""

    name: ClassVar[str] = "rx"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.pattern = pattern(argument) if argument else None

    def match(self, value: bytes) -> Hit | None:
        if self.pattern is None:
            return Hit()
        captures = self.pattern.search(value)
        return None if captures is None else Hit(captures, captures[0])

    def warm(self) -> None:
        if self.pattern is not None:
            self.pattern.warm()


class RxGlobal(Rx):
    """Every match; their captures are numbered on."""

    name: ClassVar[str] = "rxGlobal"

    def match(self, value: bytes) -> Hit | None:
        if self.pattern is None:
            return Hit()
        together: list[bytes] = []
        for _, _, captures in self.pattern.spans(value):
            together += captures
            if len(together) >= _CAPTURES_MOST:
                break
        return Hit(tuple(together), together[0]) if together else None

"""@detectSQLi and @detectXSS: SQL and script where data was asked for."""

import string
from typing import ClassVar

from routerd.waf.budget import Price
from routerd.waf.detect.sqli import detector as sqli
from routerd.waf.detect.xss import detector as xss
from routerd.waf.operators.operator import Hit, Operator, Resources

_PUNCTUATION = string.punctuation.encode()


class DetectSQLi(Operator):
    """Captures the shape of what was found, a letter for each token."""

    name: ClassVar[str] = "detectSQLi"
    price: ClassVar[Price] = Price(150, _PUNCTUATION, 1_500, most=2_000_000)

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        shape = sqli.injection(value)
        return None if shape is None else Hit((shape,), shape)


class DetectXSS(Operator):
    """Captures the whole value."""

    name: ClassVar[str] = "detectXSS"
    price: ClassVar[Price] = Price(200)

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        return Hit((value,), value) if xss.is_script(value) else None

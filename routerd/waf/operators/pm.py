"""@pm and @pmFromFile: any of many phrases, without case."""

import re
from typing import ClassVar

from routerd.waf.automaton import Automaton
from routerd.waf.operators.operator import Hit, Operator, Resources

_ESCAPE = re.compile(rb"\|((?:[0-9a-fA-F]{2})*)\||\\([:;\\\"])")


class Pm(Operator):
    """Phrases between blanks; ``|41 42|`` without the blank stands for octets in hexadecimal, quotes around everything are not meant."""

    name: ClassVar[str] = "pm"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.automaton = Automaton(_unescaped(argument.encode("utf-8", "surrogateescape")).split())

    def match(self, value: bytes) -> Hit | None:
        phrase = self.automaton.first(value)
        return None if phrase is None else Hit((phrase,), phrase)


class PmFromFile(Pm):
    """Phrases of files, a line each, blanks and all."""

    name: ClassVar[str] = "pmFromFile"

    def __init__(self, argument: str, resources: Resources) -> None:
        self.automaton = Automaton(phrase for file in argument.split() for phrase in resources.phrases(file))


class PmF(PmFromFile):
    """@pmFromFile by its short name."""

    name: ClassVar[str] = "pmf"


def _unescaped(argument: bytes) -> bytes:
    """With escapes resolved; as it stands if one of them is malformed, as ModSecurity v3 leaves it."""
    text = argument.lstrip(b" \t")
    if len(text) > 2 and text.startswith(b'"') and text.endswith(b'"'):
        text = text[1:-1]
    rest = _ESCAPE.sub(b"", text)
    if b"|" in rest or b"\\" in rest:
        return argument
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()) if found[2] is None else found[2], text)

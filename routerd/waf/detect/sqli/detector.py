"""Says whether a value would change a statement of SQL that it is put into.

The idea is libinjection's (Nick Galbreath, 2012): read the value the way a database would, as it is and behind each quote, and judge the
shape of the tokens. Tokens, words and grammar are our own. Called by @detectSQLi.
"""

import re

from routerd.waf.detect.sqli.grammar import is_injection
from routerd.waf.detect.sqli.tokens import read

TRIGGER = r"['\"(;=]|(?i:union|select|waitfor|insert|delete|drop|alter|create|truncate|update|declare|exec|order\s+by|xp_|sp_| x?or | and )"
"""A value without a match of this is no injection."""
_TRIGGERED = re.compile(TRIGGER.encode())
_PATH = re.compile(rb"/[\w.%~-]+(?:/|\Z)")
"""A path of two segments or more: no statement goes on with a division by a name divided by another, only a string does."""
_SHAPE_MOST = 5
"""Letters of a shape that are shown."""


def injection(value: bytes) -> bytes | None:
    """The beginning of the shape of an injection, such as ``s&1=1``; None when the value is none."""
    if _TRIGGERED.search(value) is None:
        return None
    for mark in (b"", b"'", b'"'):
        if mark and mark not in value:
            continue
        shape = read(value, mark).shape
        if not mark and "N" not in shape and _PATH.match(value):
            continue
        if shape and is_injection(shape, quoted=bool(mark)):
            return shape[:_SHAPE_MOST].encode()
    return None

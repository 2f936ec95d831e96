"""How exclusions name tags and messages: the very text, or a pattern that fits all of it."""

import re
from collections.abc import Callable


def named(wanted: str) -> Callable[[str], bool]:
    """Whether a tag or a message is meant.

    The v3 engine compares texts, the reference speaks of patterns; a text that is equal is meant here, and one that a pattern fits
    from end to end. A pattern is never looked for within a text, so that ``attack-sqli`` does not mean ``attack-sqli-extended``.
    """
    try:
        fits = re.compile(wanted, re.DOTALL).fullmatch
    except re.error:
        return lambda text: text == wanted
    return lambda text: text == wanted or fits(text) is not None

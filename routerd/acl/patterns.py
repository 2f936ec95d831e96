r"""How a text pattern is written, and what it looks for. Pure.

======================  =================================================================
``sqlmap``              the value contains it, whatever the case of its letters
``=curl/8.5.0``         the value is exactly this, whatever the case; ``=`` alone: it is empty
``*/wp-login.php``      with a ``*``: the whole value looks like this, ``*`` being any characters
``~ ^Mozilla/[45]\.``   a regular expression that fits anywhere in the value
``~* (bot|spider)$``    likewise, whatever the case
======================  =================================================================
"""

import re
from dataclasses import dataclass
from typing import Literal

from routerd.core.errors import BadInput

Form = Literal["contains", "begins", "equals", "expression"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text pattern, read.

    Attributes:
        form: how it is looked for; ``begins`` is only made by `Pattern.leading`.
        text: in lower case but for expressions, which have their flags in front.
    """

    form: Form
    text: str

    @property
    def octets(self) -> bytes:
        """What is looked for, of every form but an expression."""
        return self.text.encode("utf-8", "surrogateescape").lower()

    def leading(self) -> "Pattern":
        """The same, but what it would find anywhere it finds at the start only."""
        return Pattern("begins", self.text) if self.form == "contains" else self


def read(text: str) -> Pattern:
    """A pattern as it is written.

    Raises:
        BadInput: it looks for nothing.
    """
    if text.startswith("~"):
        anyhow = text.startswith("~*")
        expression = text[2 if anyhow else 1 :].strip()
        if not expression:
            raise BadInput("pattern is '~' without an expression behind it; expected one such as '~ ^/api/v[12]/'", "pattern")
        return Pattern("expression", f"(?i:{expression})" if anyhow else f"(?:{expression})")
    if text.startswith("="):
        return Pattern("equals", text[1:].strip())
    if not text.strip("*"):
        raise BadInput("pattern fits everything; expected something to look for", "pattern")
    if "*" in text:
        return Pattern("expression", rf"(?is:\A{'.*'.join(re.escape(part) for part in re.split(r'[*]+', text))}\z)")
    return Pattern("contains", text)

"""What a command line looks like to the shell, roughly: no quotes, one blank, lower case.

Called through the catalogue only.
"""

import re
import string

_FOLD = bytes.maketrans(string.ascii_uppercase.encode() + b",;\t\r\n", string.ascii_lowercase.encode() + b"     ")
_BLANKS = re.compile(rb" {2,}")


def cmd_line(value: bytes) -> bytes:
    """Quotes, backslashes and carets go; commas, semicolons and white space become one blank, none before ``/`` or ``(``; lower case."""
    folded = value.translate(_FOLD, b"\"'\\^")
    if b"  " in folded:
        folded = _BLANKS.sub(b" ", folded)
    return folded.replace(b" /", b"/").replace(b" (", b"(")

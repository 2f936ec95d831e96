"""Comments of SQL, C, HTML and shells: taken out as ModSecurity v3 takes them out, with its habits at the ends.

Called through the catalogue only.
"""

import re

_COMMENT = re.compile(rb"(?:/\*|<!--).*?(?:(?:\*/|-->)(?:(.)|\Z)|(\Z))|(?:--|#).*", re.DOTALL)
_REPLACED = re.compile(rb"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MARKS = re.compile(rb"/\*|\*/|<!--|-->|--|#")


def remove_comments(value: bytes) -> bytes:
    """Takes out ``/*…*/`` and ``<!--…-->``, and everything from ``--`` or ``#`` on.

    The octet after a comment is never taken for the beginning of another; it is NUL when a comment ends the value. A comment that is
    not closed leaves a blank.
    """
    return _COMMENT.sub(_remainder, value)


def replace_comments(value: bytes) -> bytes:
    """A blank for each ``/*…*/``, closed or not."""
    return _REPLACED.sub(b" ", value) if b"/*" in value else value


def remove_comments_char(value: bytes) -> bytes:
    """Takes out the marks of comments and leaves what is between them."""
    return _MARKS.sub(b"", value)


def _remainder(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return found[1]
    if found[0][:1] in {b"-", b"#"}:
        return b""
    return b" " if found[2] is not None else b"\0"

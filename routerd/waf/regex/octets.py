"""Sets of octets: the classes of PCRE, without locale and without UTF. Bit n of a mask is octet n."""

from routerd.waf.regex.syntax import EVERY


def mask_of(octets: bytes) -> int:
    """The mask of these octets."""
    mask = 0
    for octet in octets:
        mask |= 1 << octet
    return mask


def span(first: int, last: int) -> int:
    """The mask of all octets from one to another."""
    return (1 << last + 1) - (1 << first)


UPPER = span(0x41, 0x5A)
LOWER = span(0x61, 0x7A)
DIGIT = span(0x30, 0x39)
WORD = UPPER | LOWER | DIGIT | 1 << 0x5F
SPACE = mask_of(b"\t\n\v\f\r ")
HORIZONTAL = mask_of(b"\t \xa0")
VERTICAL = mask_of(b"\n\v\f\r\x85")
NEWLINE = 1 << 0x0A

ESCAPES = {
    "d": DIGIT,
    "w": WORD,
    "s": SPACE,
    "h": HORIZONTAL,
    "v": VERTICAL,
    "D": EVERY & ~DIGIT,
    "W": EVERY & ~WORD,
    "S": EVERY & ~SPACE,
    "H": EVERY & ~HORIZONTAL,
    "V": EVERY & ~VERTICAL,
}
"""Escapes that stand for a class, in a class and outside."""

POSIX = {
    "alnum": UPPER | LOWER | DIGIT,
    "alpha": UPPER | LOWER,
    "ascii": span(0, 0x7F),
    "blank": mask_of(b" \t"),
    "cntrl": span(0, 0x1F) | 1 << 0x7F,
    "digit": DIGIT,
    "graph": span(0x21, 0x7E),
    "lower": LOWER,
    "print": span(0x20, 0x7E),
    "punct": span(0x21, 0x7E) & ~(UPPER | LOWER | DIGIT),
    "space": SPACE,
    "upper": UPPER,
    "word": WORD,
    "xdigit": DIGIT | mask_of(b"abcdefABCDEF"),
}
"""``[:name:]``."""


def folded(mask: int) -> int:
    """With every letter its other case."""
    return mask | (mask & UPPER) << 32 | (mask & LOWER) >> 32


def members(mask: int) -> list[int]:
    """The octets of a mask, in order."""
    return [octet for octet in range(256) if mask >> octet & 1]


def ranges(mask: int) -> list[tuple[int, int]]:
    """The octets of a mask as ranges, in order."""
    found: list[tuple[int, int]] = []
    for octet in members(mask):
        if found and found[-1][1] == octet - 1:
            found[-1] = (found[-1][0], octet)
        else:
            found.append((octet, octet))
    return found

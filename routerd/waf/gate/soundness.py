"""Whether a gate misses anything that it is known to have to find.

No matcher is trusted for its name: releases of Hyperscan have been seen to miss matches. Strings are made from every pattern, and
whatever the exact operator matches the gate has to let through: alone, and among other values.
"""

from collections.abc import Callable, Mapping, Sequence

from routerd.waf.gate.needs import Match, Need
from routerd.waf.gate.samples import samples

_PHRASES_MOST = 4_000
_SHARED = 2
"""Strings of each operator that all others are asked of, too."""
_SHOWN = 60

HARMLESS = (b"apple", b"12", b"a b c", b"The quick brown fox", b"2026-11-21", b"en")
"""Values that people send all day."""

Masks = Callable[[Sequence[bytes]], Sequence[int]]


def examples(need: Need, match: Match) -> list[bytes]:
    """Values that an operator matches, made from what it needs.

    Args:
        need: of the operator.
        match: what `need.exact` has made.
    """
    made = need.phrases[:_PHRASES_MOST] if need.phrases else tuple(samples(need.node()))
    varied = [form for value in made for form in (value, b"x " + value + b" y", b"q\n" + value + b"\nz", value.swapcase())]
    return [value for value in dict.fromkeys(varied) if match(value) is not None]


def missed(matches: Mapping[int, Match], values: Mapping[int, Sequence[bytes]], masks: Masks) -> dict[int, str]:
    """Operators that a gate misses matches of, and why these cannot be left to it.

    Args:
        matches: say exactly of each operator what it needs, by number of bit.
        values: of each operator, values that it matches.
        masks: asks the gate.
    """
    found: dict[int, str] = {}
    for number in matches:
        if not values[number]:
            found[number] = "no value was made that it matches"
        elif (lost := _lost(number, values[number], masks)) is not None:
            found[number] = f"it is missed in {lost[:_SHOWN]!r}"
    shared = [value for each in values.values() for value in each[:_SHARED]]
    for value, mask in zip(shared, masks(shared), strict=True):
        for number, match in matches.items():
            if not mask >> number & 1 and number not in found and match(value) is not None:
                found[number] = f"it is missed in {value[:_SHOWN]!r}"
    return found


def _lost(number: int, values: Sequence[bytes], masks: Masks) -> bytes | None:
    together = zip(values, masks(values), strict=True)
    alone = ((value, masks([value])[0]) for value in values)
    return next((value for pairs in (together, alone) for value, mask in pairs if not mask >> number & 1), None)

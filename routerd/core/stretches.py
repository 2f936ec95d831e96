"""Stretches of whole numbers, such as ranges of addresses: joined, and with others taken out. Pure."""

from collections.abc import Iterable

Stretch = tuple[int, int]
"""First and last, both inside."""


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same numbers in as few stretches as can be, in order."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """What is in a stretch and in no hole, in as few stretches as can be, in order."""
    edges = joined(holes)
    kept: list[Stretch] = []
    at_hole = 0
    for first, last in joined(stretches):
        at = first
        while at_hole < len(edges) and edges[at_hole][1] < at:
            at_hole += 1
        following = at_hole
        while following < len(edges) and edges[following][0] <= last:
            begin, end = edges[following]
            if begin > at:
                kept.append((at, begin - 1))
            at = end + 1
            following += 1
        if at <= last:
            kept.append((at, last))
    return kept

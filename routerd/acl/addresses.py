"""Lists of addresses: read from a pattern, and looked up in one bisection however many there are. Pure."""

import heapq
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from routerd.core.errors import BadInput
from routerd.core.stretches import Stretch

_BETWEEN = re.compile(r"[,;\s]+")
_RANGE = re.compile(r"\s*-\s*")
_MAPPED = int(ip_address("::ffff:0:0"))

Address = IPv4Address | IPv6Address
Families = tuple[list[Stretch], list[Stretch]]
"""Stretches of IPv4 and of IPv6."""


def families(pattern: str) -> Families:
    """The addresses of a pattern: single ones, prefixes, ranges ``first-last``, with commas, blanks or line ends between; # comments.

    Raises:
        BadInput: one of them is none, or a range ends before it begins.
    """
    found: Families = ([], [])
    for line in pattern.splitlines():
        bare = _RANGE.sub("-", line.partition("#")[0])
        for word in _BETWEEN.split(bare):
            if word:
                version, stretch = _stretch(word)
                found[version == 6].append(stretch)
    if not any(found):
        raise BadInput("pattern names no address; expected addresses, prefixes or ranges with commas between", "pattern")
    return found


def _stretch(word: str) -> tuple[int, Stretch]:
    first, dash, last = word.partition("-")
    try:
        if dash:
            return _between(ip_address(first), ip_address(last))
        network = ip_network(word, strict=False)
    except ValueError:
        raise BadInput(
            f"'{word[:60]}' is no address; expected 203.0.113.7, 203.0.113.0/24, 203.0.113.1-203.0.113.9 or their like in IPv6", "pattern"
        ) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped is not None:
        return 4, (int(network.network_address) - _MAPPED, int(network.broadcast_address) - _MAPPED)
    return network.version, (int(network.network_address), int(network.broadcast_address))


def _between(first: Address, last: Address) -> tuple[int, Stretch]:
    if first.version != last.version or int(first) > int(last):
        raise BadInput(f"'{first}-{last}' is no range; expected a last address that does not come before the first", "pattern")
    return first.version, (int(first), int(last))


class AddressBook:
    """Which of many rules an address belongs to. Immutable.

    Args:
        entries: stretches of each rule, by the rule's place; of rules that both hold an address the one with the lowest place counts.
    """

    __slots__ = ("_places", "_starts")

    def __init__(self, entries: Sequence[tuple[int, Families]]) -> None:
        flat = [_flattened([(*stretch, place) for place, found in entries for stretch in found[at]]) for at in (0, 1)]
        self._starts: tuple[list[int], list[int]] = (flat[0][0], flat[1][0])
        self._places: tuple[list[int], list[int]] = (flat[0][1], flat[1][1])

    def find(self, address: Address) -> int:
        """The place of the first rule that holds this address; -1 when none does."""
        family = address.version == 6
        at = bisect_right(self._starts[family], int(address)) - 1
        return self._places[family][at] if at >= 0 else -1


def _flattened(spans: Iterable[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Overlapping spans as a line cut into pieces: where each piece starts, and the lowest place there; -1: none."""
    waiting = sorted(spans)
    starts: list[int] = []
    places: list[int] = []
    open_spans: list[tuple[int, int]] = []
    at_span = 0
    cuts = sorted({edge for first, last, _ in waiting for edge in (first, last + 1)})
    for cut in cuts:
        while at_span < len(waiting) and waiting[at_span][0] <= cut:
            heapq.heappush(open_spans, (waiting[at_span][2], waiting[at_span][1]))
            at_span += 1
        while open_spans and open_spans[0][1] < cut:
            heapq.heappop(open_spans)
        place = open_spans[0][0] if open_spans else -1
        if not places or places[-1] != place:
            starts.append(cut)
            places.append(place)
    return starts, places

"""Masks of values that are kept from one request to the next: header fields and names of arguments come again and again."""

OCTETS_MOST = 4 << 20
"""Octets of all values kept, with what keeping costs."""
_COST = 160
"""Octets that an entry costs besides its value."""
VALUE_MOST = 16_384
"""Octets of a value that is kept; one that is longer will hardly come again."""


class Kept:
    """The values that were asked for last, roughly: of two halves the older one is let go when the younger one is full.

    Args:
        octets_most: bound of its memory.
    """

    __slots__ = ("_half", "_octets", "_old", "_young")

    def __init__(self, octets_most: int = OCTETS_MOST) -> None:
        self._half = octets_most // 2
        self._octets = 0
        self._old: dict[bytes, int] = {}
        self._young: dict[bytes, int] = {}

    def get(self, value: bytes) -> int | None:
        """Its mask; None when it is not kept."""
        found = self._young.get(value)
        if found is None and (found := self._old.get(value)) is not None:
            self.put(value, found)
        return found

    def put(self, value: bytes, mask: int) -> None:
        """Keeps a mask."""
        if len(value) > VALUE_MOST:
            return
        self._octets += len(value) + _COST
        if self._octets > self._half:
            self._old, self._young, self._octets = self._young, {}, len(value) + _COST
        self._young[value] = mask

"""Changes of set elements in one transaction that say what shall be, whatever is there.

What exists is replaced, what is missing is not missed. Called by the rest of the firewall.

nftables refuses a whole transaction when one element to be added exists (with EXCL) or one to be deleted does not, and undoing it
costs it 20 ms (it waits for every CPU). So the kernel is asked first what it has; when elements time out in between, the change is
tried again. Linux 6.3 has a forgiving delete, Debian 12's 6.1 has not.
"""

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

from routerd.core.errors import Unavailable
from routerd.firewall.ruleset import TABLE
from routerd.kernel import elements, nfnetlink
from routerd.kernel.elements import Element
from routerd.kernel.netlink import Refused
from routerd.kernel.nfnetlink import Message

_T = TypeVar("_T")

TRIES = 5
"""Only elements that time out between question and change make a second try necessary."""

SINGLY_MOST = 128
"""Up to so many elements of a set are asked for one by one (20 microseconds each), beyond that the whole set is read."""


@dataclass
class Change:
    """What shall be.

    Attributes:
        put: (set, element): is there when the change is done, in place of any other with its key.
        drop: (set, key): is not there.
    """

    put: list[tuple[str, Element]] = field(default_factory=list)
    drop: list[tuple[str, bytes]] = field(default_factory=list)

    def apply(self) -> dict[tuple[str, bytes], Element]:
        """Apply it, all or nothing.

        Returns:
            What was deleted or replaced, with its exact final count.

        Raises:
            Unavailable: the kernel refused.
        """
        for _ in range(TRIES):
            try:
                return elements.echoed(nfnetlink.transact(self._messages()))
            except Refused as refused:
                if any(failure.code not in {errno.EEXIST, errno.ENOENT} for failure in refused.failures):
                    raise
                last = refused
        raise Unavailable("the kernel's sets changed under every try to change them") from last

    def _messages(self) -> list[Message]:
        put = [(name, element.key) for name, element in self.put]
        gone = present([*self.drop, *put])
        messages = [
            message for name, keys in _grouped(sorted(gone)) for message in elements.deleting(TABLE, name, (key for _, key in keys))
        ]
        for name, group in _grouped(sorted(self.put, key=_name)):
            messages += elements.adding(TABLE, name, (element for _, element in group), exclusive=True)
        return messages


def present(wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Element]:
    """Those of the wanted (set, key) that the kernel holds.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    found: dict[tuple[str, bytes], Element] = {}
    for name, group in _grouped(sorted(set(wanted))):
        keys = {key for _, key in group}
        if len(keys) > SINGLY_MOST:
            held: Iterable[Element | None] = elements.dump(TABLE, name)
        else:
            held = (elements.get(TABLE, name, key) for key in keys)
        found.update({(name, element.key): element for element in held if element is not None and element.key in keys})
    return found


def _name(pair: tuple[str, object]) -> str:
    return pair[0]


def _grouped(pairs: Sequence[tuple[str, _T]]) -> "groupby[str, tuple[str, _T]]":
    return groupby(pairs, key=_name)

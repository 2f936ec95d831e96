"""What sessions need of the outside: a gate that the kernel holds. The firewall's service fulfils it structurally.

Sessions open, change and close passes here and read back what was used; they never see tables, sets or netlink. Every verb may
be called from any thread, and may be repeated: opening what is open or closing what is closed is no error.
"""

from collections.abc import Sequence
from typing import Protocol

from routerd.core.terms import Pass, PassKey, Requota, Usage


class Gate(Protocol):
    """Lets signed-in devices through, holds each to its time, data and rate, and counts."""

    def open(self, passes: Sequence[Pass]) -> None:
        """Let these through; one transaction; replaces passes with the same key, counting on from the `used` values given.

        Raises:
            Unavailable: the kernel refused; nothing of the batch was applied.
        """
        ...

    def requota(self, passes: Sequence[Pass]) -> Sequence[Requota]:
        """Change quotas, time left and rates of passes that are open, without letting go of a packet or a connection.

        One transaction. Unlike `open` it ignores the `used` values: for each pass it looks at the element itself at the last
        moment, and replaces it by one that has the new quota, the new time and that count (and, where it can, that idle time).
        A pass that the kernel does not hold is skipped and missing from the answer.

        Raises:
            Unavailable: the kernel refused; nothing of the batch was applied.
        """
        ...

    def close(self, keys: Sequence[PassKey]) -> Sequence[Usage]:
        """Stop these at once, established connections included; returns the exact final count of those that were open.

        Raises:
            Unavailable: the kernel refused.
        """
        ...

    def usage(self) -> Sequence[Usage]:
        """One dump of all passes that the kernel holds; counts are at most the quota.

        Raises:
            Unavailable: the kernel refused.
        """
        ...

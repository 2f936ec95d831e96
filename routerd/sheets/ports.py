"""What sheets needs, in its own words: `kernel.asides.Aside` fulfils it structurally."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from routerd.core.frames import Frame


class Press(Protocol):
    """The program that makes documents."""

    def ask(self, words: Mapping[str, Any], *, wait_s: float, told: Callable[[int], None] | None = None) -> Frame:
        """Have a question answered; `told` hears how far it is, and what it raises ends the work.

        Raises:
            Unavailable: it cannot be.
        """
        ...

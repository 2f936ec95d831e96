"""A gate that another one takes the place of while requests are judged: rules are in use before the databases of their patterns are.

Gates of the same operators give the same verdicts, so that it does not matter which of the two a request asks.
"""

from collections.abc import Callable, Sequence

from routerd.waf.gate.gate import Ejected, Gate


class Exchanged:
    """A gate, until it is given a better one.

    Attributes:
        making: whether a better one is on its way.
        heard: called when it has come, or will not come.

    Args:
        gate: asked until then.
    """

    __slots__ = ("_gate", "heard", "making")

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.making = True
        self.heard: Callable[[], None] = _nobody

    @property
    def kind(self) -> str:
        """Of the one that is asked now."""
        return self._gate.kind

    @property
    def ejected(self) -> tuple[Ejected, ...]:
        """Likewise."""
        return self._gate.ejected

    def mask(self, value: bytes) -> int:
        """As of the one that is asked now."""
        return self._gate.mask(value)

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        """Likewise."""
        return self._gate.masks(values, wanted)

    def settle(self, gate: Gate | None) -> None:
        """Ask this one from now on; None: there will be no better one."""
        if gate is not None:
            self._gate = gate
        self.making = False
        self.heard()


def _nobody() -> None:
    return None

"""What every action that does something is: compiled once from its argument, then carried out on the state of a request."""

from typing import Protocol

from routerd.waf.state import State


class Step(Protocol):
    """One action."""

    def run(self, state: State) -> None:
        """Carries it out; it never raises."""
        ...

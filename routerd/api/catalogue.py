"""What an action is, and the check that no two share a name. `api.routes` lists the modules; `api.actions` holds the actions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from routerd.api.fields import Fields
from routerd.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Action:
    """One value of the `action` parameter.

    Attributes:
        name: as the specification spells it.
        answer: decodes its parameters, calls one service verb, returns the JSON answer as octets.
    """

    name: str
    answer: Callable[[Fields], bytes]


class Catalogue:
    """Finds actions by name.

    Args:
        actions: all there are.

    Raises:
        ValueError: two actions share a name.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions: dict[str, Action] = {}
        for action in actions:
            if action.name in self._actions:
                raise ValueError(f"two actions are called {action.name}")
            self._actions[action.name] = action

    def find(self, name: str | None) -> Action:
        """The action of that name.

        Raises:
            BadInput: none was named, or there is none of that name; the message lists those that exist.
        """
        if name is None:
            raise BadInput(f"No action set; the actions are {self._listed()}")
        found = self._actions.get(name)
        if found is None:
            raise BadInput(f'Unknown action "{name[:40]}"; the actions are {self._listed()}')
        return found

    def _listed(self) -> str:
        return ", ".join(sorted(self._actions))

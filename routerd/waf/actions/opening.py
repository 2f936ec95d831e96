"""initcol, setsid, setuid and setrsc: they say which persistent collections belong to this request."""

from dataclasses import dataclass

from routerd.waf.macros import Macro, macro
from routerd.waf.rules import Action
from routerd.waf.state import State

_KINDS = {"setsid": "SESSION", "setuid": "USER", "setrsc": "RESOURCE"}


@dataclass(frozen=True, slots=True)
class Open:
    """Opens a collection by its key; sites with another SecWebAppId have others of the same key."""

    kind: str
    key: Macro
    named: bool
    """Whether SESSIONID or USERID says the key from now on."""

    def run(self, state: State) -> None:
        """Opens it; an empty key opens none."""
        key = self.key.expand(state)
        if not key:
            return
        state.opened[self.kind] = state.settings.web_app + b"\0" + key
        if self.named and self.kind == "SESSION":
            state.session = key
        elif self.named and self.kind == "USER":
            state.user = key


def initcol(action: Action) -> Open:
    """Compiles an initcol."""
    kind, _, key = action.argument.partition("=")
    return Open(kind.upper(), macro(key, action.place), named=False)


def setid(action: Action) -> Open:
    """Compiles a setsid, setuid or setrsc."""
    return Open(_KINDS[action.name], macro(action.argument, action.place), named=True)

"""ctl: changes for the rest of one request how it is judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routerd.waf.rules import Action
from routerd.waf.seclang.directives import ids
from routerd.waf.seclang.lexer import Text
from routerd.waf.seclang.variables import targets
from routerd.waf.selection import chooser
from routerd.waf.settings import Mode
from routerd.waf.state import Removal, State
from routerd.waf.tastes import named

if TYPE_CHECKING:
    from routerd.waf.link import Link


@dataclass(frozen=True, slots=True)
class Control:
    """One change.

    Attributes:
        change: makes it.
        removal: the rules, or variables of rules, that it takes out; None when it changes something else.
    """

    change: Callable[[State], None]
    removal: Removal | None = None

    def run(self, state: State) -> None:
        """Makes it."""
        self.change(state)


def control(action: Action) -> Control:
    """Compiles a ctl, whose form the parser has checked."""
    name, _, value = action.argument.partition("=")
    if name.startswith("ruleRemove"):
        removal = _removal(name, value, action)
        return Control(lambda state: state.removals.append(removal), removal)
    return Control(_CHANGES[name](value))


def _removal(name: str, value: str, action: Action) -> Removal:
    what, _, target = value.partition(";")
    rules = _rules(name, what)
    if not target:
        return Removal(rules)
    found = targets(Text(target, action.place.file, ((0, action.place.line, action.place.column),)))[0]
    return Removal(rules, found.collection, chooser(found))


def _rules(name: str, what: str) -> "Callable[[Link], bool]":
    if name.endswith("ById"):
        ranges = ids(what)
        return lambda link: any(first <= link.id <= last for first, last in ranges)
    fits = named(what)
    if name.endswith("ByTag"):
        return lambda link: any(map(fits, link.meta.tag_texts))
    return lambda link: fits(link.meta.message_text)


def _set(field: str, value: object) -> Callable[[State], None]:
    return lambda state: setattr(state, field, value)


_CHANGES: dict[str, Callable[[str], Callable[[State], None]]] = {
    "auditEngine": lambda value: _set("audit", value.lower()),
    "auditLogParts": lambda _: lambda _: None,
    "forceRequestBodyVariable": lambda value: _set("body_forced", value.lower() == "on"),
    "requestBodyAccess": lambda value: _set("body_access", value.lower() == "on"),
    "requestBodyProcessor": lambda value: _set("processor", value.upper().encode()),
    "responseBodyAccess": lambda value: _set("response_access", value.lower() == "on"),
    "ruleEngine": lambda value: _set("mode", Mode(value.lower())),
}
"""Parts of the audit log are the daemon's."""

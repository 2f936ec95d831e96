"""setvar, expirevar and setenv: members of TX, ENV and of the persistent collections."""

import re
from dataclasses import dataclass

from routerd.waf.collections import number
from routerd.waf.macros import EMPTY, Macro, macro
from routerd.waf.rules import Action
from routerd.waf.state import State

_SETVAR = re.compile(r"(!?)\s*(\w+)[.:]([^=]+?)\s*(?:=([+-]?)(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SetVar:
    """``tx.name=value``, ``=+value``, ``=-value``, ``tx.name`` (1) and ``!tx.name`` (take it out)."""

    kind: str
    name: Macro
    value: Macro
    sign: int
    """0 sets, 1 adds, -1 takes away."""
    out: bool

    def run(self, state: State) -> None:
        """Sets the member; one of a persistent collection that is not open is left alone."""
        name = self.name.expand(state)
        if self.out:
            _drop(state, self.kind, name)
            return
        value = self.value.expand(state)
        if self.sign:
            value = b"%d" % (number(_get(state, self.kind, name)) + self.sign * number(value))
        _put(state, self.kind, name, value)


@dataclass(frozen=True, slots=True)
class ExpireVar:
    """``ip.name=seconds``."""

    kind: str
    name: Macro
    seconds: int

    def run(self, state: State) -> None:
        """Has the member expire."""
        key = state.opened.get(self.kind)
        if key is not None:
            state.collections.expire(self.kind, key, self.name.expand(state), state.now + self.seconds)


@dataclass(frozen=True, slots=True)
class SetEnv:
    """``name=value``: of this request only, never of the process."""

    name: str
    value: Macro

    def run(self, state: State) -> None:
        """Sets the member of ENV."""
        state.env.put(self.name.encode(), self.value.expand(state))


def setvar(action: Action) -> SetVar:
    """Compiles a setvar, whose form the parser has checked."""
    found = _SETVAR.fullmatch(action.argument)
    out, kind, name, sign, value = found.groups() if found else ("", "tx", action.argument, "", None)
    filled = macro("1" if value is None else value, action.place)
    signs = {"+": 1, "-": -1}
    return SetVar(kind.upper(), macro(name, action.place), EMPTY if out else filled, signs.get(sign or "", 0), bool(out))


def expirevar(action: Action) -> ExpireVar:
    """Compiles an expirevar."""
    where, _, seconds = action.argument.rpartition("=")
    kind, name = re.split(r"[.:]", where, maxsplit=1)
    return ExpireVar(kind.upper(), macro(name, action.place), int(seconds))


def setenv(action: Action) -> SetEnv:
    """Compiles a setenv."""
    name, _, value = action.argument.partition("=")
    return SetEnv(name, macro(value, action.place))


def _get(state: State, kind: str, name: bytes) -> bytes | None:
    if kind == "TX":
        return state.tx.get(name)
    folded = name.lower()
    return next((value for each, value in state.kept(kind) if each.lower() == folded), None)


def _put(state: State, kind: str, name: bytes, value: bytes) -> None:
    if kind == "TX":
        state.tx.put(name, value)
    elif (key := state.opened.get(kind)) is not None:
        state.collections.put(kind, key, (name, value), state.now, state.settings.collection_timeout_s)


def _drop(state: State, kind: str, name: bytes) -> None:
    if kind == "TX":
        state.tx.drop(name)
    elif (key := state.opened.get(kind)) is not None:
        state.collections.drop(kind, key, name)

"""Arguments, of the query and of the body."""

from routerd.waf.collections import Members
from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, flag, names_of, single


def _all(state: State) -> Members:
    if not state.parsed.args:
        return state.args_get
    return (*state.args_get, *state.parsed.args)


def _posted(state: State) -> Members:
    return state.parsed.args if state.parsed.posted else ()


def _combined_size(state: State) -> bytes:
    return b"%d" % sum(len(name) + len(value) for name, value in _all(state))


VARIABLES: tuple[Variable, ...] = (
    Variable("ARGS", _all),
    single("ARGS_COMBINED_SIZE", _combined_size),
    Variable("ARGS_GET", lambda state: state.args_get),
    Variable("ARGS_GET_NAMES", lambda state: names_of(state.args_get)),
    Variable("ARGS_NAMES", lambda state: names_of(_all(state))),
    Variable("ARGS_POST", _posted),
    Variable("ARGS_POST_NAMES", lambda state: names_of(_posted(state))),
    flag("URLENCODED_ERROR", lambda state: state.urlencoded_error or state.parsed.flags.get("URLENCODED_ERROR", 0)),
)

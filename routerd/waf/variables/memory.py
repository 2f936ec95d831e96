"""Variables that rules themselves make: TX, ENV, GEO, what has matched, the persistent collections, and RULE."""

from routerd.waf.collections import Members
from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, single


def _rule(state: State) -> Members:
    """Of the rule that is looked at; a chained one has that of the rule it is chained to."""
    link = state.rule
    if link is None:
        return ()
    meta = link.meta
    severity = b"" if meta.severity is None else b"%d" % meta.severity
    known = (
        (b"id", b"%d" % link.id),
        (b"rev", meta.rev),
        (b"severity", severity),
        (b"logdata", meta.data.expand(state)),
        (b"msg", meta.message.expand(state)),
    )
    return tuple(each for each in known if each[1])


def _kept(kind: str) -> Variable:
    return Variable(kind, lambda state: state.kept(kind), changing=True)


VARIABLES: tuple[Variable, ...] = (
    Variable("ENV", lambda state: state.env.members(), changing=True),
    Variable("GEO", lambda state: state.geo.members(), changing=True),
    Variable("TX", lambda state: state.tx.members(), changing=True, named=lambda state, name: state.tx.named(name)),
    *map(_kept, ("GLOBAL", "IP", "RESOURCE", "SESSION", "USER")),
    single("HIGHEST_SEVERITY", lambda state: b"%d" % state.highest_severity, changing=True),
    single("MATCHED_VAR", lambda state: state.matched_value, changing=True),
    single("MATCHED_VAR_NAME", lambda state: state.matched_name, changing=True),
    Variable("MATCHED_VARS", lambda state: tuple(state.matched), changing=True),
    Variable("MATCHED_VARS_NAMES", lambda state: [(name, name) for name, _ in state.matched], changing=True),
    single("MSC_PCRE_ERROR", lambda _: b"0"),
    single("MSC_PCRE_LIMITS_EXCEEDED", lambda _: b"0"),
    Variable("RULE", _rule, changing=True),
    single("SESSIONID", lambda state: state.session, changing=True),
    single("UNIQUE_ID", lambda state: state.unique_id),
    single("USERID", lambda state: state.user, changing=True),
    single("WEBAPPID", lambda state: state.settings.web_app),
)

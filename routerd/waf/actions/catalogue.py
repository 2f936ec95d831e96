"""Every action that does something when a rule matches. All others say something of the rule, or decide; `compiling` sees to those."""

from collections.abc import Callable, Mapping

from routerd.waf.actions import control, opening, setvar
from routerd.waf.actions.step import Step
from routerd.waf.rules import Action

CATALOGUE: Mapping[str, Callable[[Action], Step]] = {
    "ctl": control.control,
    "expirevar": setvar.expirevar,
    "initcol": opening.initcol,
    "setenv": setvar.setenv,
    "setrsc": opening.setid,
    "setsid": opening.setid,
    "setuid": opening.setid,
    "setvar": setvar.setvar,
}

"""Names everything that is wrong with a rule set, where compiling it would stop at the first fault.

Called by the command line and by `loading`.
"""

from collections.abc import Callable, Sequence

from routerd.waf.asking import Tools
from routerd.waf.compiling import Compiler
from routerd.waf.engine import RuleSet
from routerd.waf.place import Fault
from routerd.waf.rules import Default, Rule, Source


def checked(
    source: Source, faults: Sequence[Fault], tools: Tools, build: Callable[[Source, Tools], RuleSet]
) -> tuple[RuleSet | None, list[Fault]]:
    """A rule set, or all that is wrong with it.

    Args:
        source: what the parser has read.
        faults: what it could not.
        tools: operators, transformations and what these need.
        build: compiles; raises Fault.
    """
    if not faults:
        try:
            return build(source, tools), []
        except Fault as fault:
            return None, _each(source, tools) or [fault]
    return None, [*faults, *_each(source, tools)]


def _each(source: Source, tools: Tools) -> list[Fault]:
    """What is wrong with each rule by itself."""
    faults: list[Fault] = []
    compiler = Compiler(tools)
    defaults: dict[int, Default] = {}
    for entry in source.entries:
        if isinstance(entry, Default):
            defaults[entry.phase] = entry
        elif isinstance(entry, Rule):
            try:
                compiler.rule(entry, defaults.get(entry.phase))
            except Fault as fault:
                faults.append(fault)
    return faults

"""Every variable by its name."""

from collections.abc import Mapping

from routerd.waf.variables import arguments, body, head, memory, moment, response
from routerd.waf.variables.variable import Variable

_ALL = (*head.VARIABLES, *arguments.VARIABLES, *body.VARIABLES, *response.VARIABLES, *moment.VARIABLES, *memory.VARIABLES)

CATALOGUE: Mapping[str, Variable] = {each.name: each for each in _ALL}

if len(CATALOGUE) != len(_ALL):
    raise ValueError("two variables have the same name")

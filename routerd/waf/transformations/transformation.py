"""What every transformation is: a name and a pure function of bytes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from routerd.waf.budget import Price

_CHEAP = Price()


@dataclass(frozen=True, slots=True)
class Transformation:
    """One transformation.

    Attributes:
        name: as the reference spells it.
        function: never raises, whatever the value; gives back the very same object when it changes nothing.
        triggers: what has to be found in a value for it to be changed; None when anything may be.
        idle: tells quickly of many values that all of them would come out as they go in; it may say no for no reason.
        price: what it costs when it is carried out.
        joinable: whether values that are joined by DEL come out as they would one by one, as long as it makes no DEL of its own.
    """

    name: str
    function: Callable[[bytes], bytes]
    triggers: re.Pattern[bytes] | None = None
    idle: Callable[[bytes], bool] | None = None
    price: Price = _CHEAP
    joinable: bool = False

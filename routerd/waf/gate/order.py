"""What a gate of databases is made for, in words: they are made by a program beside the daemon, which knows nothing of its rules.

`defence.making` writes an order, `asides.matchers` carries it out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from routerd.waf.gate import building
from routerd.waf.gate.matchers import named
from routerd.waf.gate.needs import Need, need_of
from routerd.waf.gate.sealed import closed


def words(groups: Sequence[Mapping[int, Need]]) -> dict[str, Any]:
    """An order.

    Args:
        groups: as of `matchers.Matchers.gate`.
    """
    return {"groups": [[[number, need.key.decode("latin-1")] for number, need in group.items()] for group in groups]}


def carried_out(order: Mapping[str, Any]) -> bytes:
    """The gate at rest, sealed as the cache keeps it. It takes seconds.

    Raises:
        Unfit: the library takes each expression, and not all of them together.
    """
    groups = [{int(number): need_of(key.encode("latin-1")) for number, key in group} for group in order["groups"]]
    return closed(named(groups), building.built(groups))

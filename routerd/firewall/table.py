"""The table in the kernel as a whole: loading it, seeing whether it is as loaded, printing it, taking it away.

Called by `firewall.service`. Loading is one transaction; elements (who is online, what is left, whose address is whose) stay where
they are. A ruleset whose sets are defined otherwise than those in the kernel cannot be loaded over them: then everything that guests
forward is held back for the moment that it takes to carry the elements over.
"""

import logging
import re
from hashlib import sha256

from routerd.core.errors import Unavailable
from routerd.firewall.ruleset import TABLE, Ruleset
from routerd.kernel import elements, nfnetlink, tables
from routerd.kernel.commands import nft
from routerd.kernel.elements import Element
from routerd.kernel.tables import Layout

log = logging.getLogger(__name__)

IDENTITY = "identity"
"""A chain that no packet meets; its one rule's comment says which ruleset was loaded and what became of it."""

HOLD = f"table inet {TABLE} {{\n\tchain hold {{\n\t\ttype filter hook forward priority -1; policy drop;\n\t}}\n}}\n"

_SIZE = re.compile(r"^\t(?:set|map) (\w+) \{$.*?^\t\tsize (\d+)$", re.MULTILINE | re.DOTALL)

CARRIED = (
    *("session", "up", "down", "bound4", "bound6", "blocked", "seen"),
    *("garden4", "garden6", "garden4_prefixes", "garden6_prefixes", "class_down", "class_up"),
    *("signing", "signing_marks", "social4", "social6"),
)
"""Sets whose elements survive a new definition; the rest (DNS rates, `spent`) forgets within minutes anyway."""


def load(ruleset: Ruleset) -> bool:
    """See to it that the kernel enforces `ruleset`.

    Returns:
        True when the table was not there before: its sets are empty.

    Raises:
        Unavailable: nft refused it; what was there is unchanged.
        Misconfigured: nft is not installed.
    """
    there = tables.layout(TABLE)
    loaded = _loaded(there)
    if there is not None and loaded == [ruleset.identity, ruleset.skeleton, _digest(there)]:
        return False
    if there is None:
        _run(f"add table inet {TABLE}\n", ruleset)
        return True
    if loaded[1:2] == [ruleset.skeleton]:
        _run(_clearing(there, ruleset), ruleset)
    else:
        _rebuild(there, ruleset)
    return False


def intact(ruleset: Ruleset) -> bool:
    """Whether the kernel's table is exactly what `load` made of `ruleset`; elements aside."""
    there = tables.layout(TABLE)
    return there is not None and _loaded(there) == [ruleset.identity, ruleset.skeleton, _digest(there)]


def has_set(name: str) -> bool:
    """Whether the table in the kernel has a set or map of that name."""
    there = tables.layout(TABLE)
    return there is not None and name in there.sets


def show_table() -> str:
    """The table as nft prints it; empty when there is none.

    Raises:
        Unavailable: nft failed.
    """
    return nft("list", "table", "inet", TABLE) if tables.layout(TABLE) is not None else ""


def show_rules() -> str:
    """The table without what its sets hold; empty when there is none.

    Raises:
        Unavailable: nft failed.
    """
    return nft("--stateless", "--terse", "list", "table", "inet", TABLE) if tables.layout(TABLE) is not None else ""


def sizes(ruleset: Ruleset) -> dict[str, tuple[int, int]]:
    """How many elements each set holds, and how many it can; of those sets that the kernel has.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    there = tables.layout(TABLE)
    most = {name: int(size) for name, size in _SIZE.findall(ruleset.text)}
    return {name: (len(elements.dump(TABLE, name)), size) for name, size in most.items() if there is not None and name in there.sets}


def remove_table() -> None:
    """Take the table away; none is no error.

    Raises:
        Unavailable: nft failed.
    """
    nft("-f", "-", text=f"add table inet {TABLE}\ndelete table inet {TABLE}\n")


def _run(before: str, ruleset: Ruleset) -> None:
    nft("-f", "-", text=before + ruleset.text)
    there = tables.layout(TABLE)
    if there is None:
        raise Unavailable("the firewall's table vanished while it was loaded")
    comment = " ".join([ruleset.identity, ruleset.skeleton, _digest(there)])
    nft("-f", "-", text=f'table inet {TABLE} {{\n\tchain {IDENTITY} {{\n\t\treturn comment "{comment}"\n\t}}\n}}\n')


def _clearing(there: Layout, ruleset: Ruleset) -> str:
    """Empty every chain and drop what the new ruleset no longer has, in the transaction that adds the new rules."""
    chains = "".join(f"delete chain inet {TABLE} {name}\n" for name in sorted(there.chains.keys() - ruleset.chains))
    sets = "".join(f"delete set inet {TABLE} {name}\n" for name in sorted(there.sets.keys() - ruleset.sets))
    return f"flush table inet {TABLE}\n{chains}{sets}"


def _rebuild(there: Layout, ruleset: Ruleset) -> None:
    log.warning("the firewall's sets are defined anew; guests' packets are held back for a moment")
    nft("-f", "-", text=HOLD)
    kept = {name: elements.dump(TABLE, name) for name in CARRIED if name in there.sets and name in ruleset.sets}
    # Loaded in one transaction with the chain that holds everything back, then filled, then let go.
    nft("-f", "-", text=f"delete table inet {TABLE}\n{ruleset.text}{HOLD}")
    for name, found in kept.items():
        _refill(name, found)
    _run(f"flush table inet {TABLE}\ndelete chain inet {TABLE} hold\n", ruleset)


def _refill(name: str, found: list[Element]) -> None:
    lives = [element._replace(timeout_ms=element.expires_ms or element.timeout_ms) for element in found]
    try:
        nfnetlink.transact(elements.adding(TABLE, name, lives))
    except Unavailable as error:
        log.warning("%d elements of '%s' do not fit its new definition and are gone: %s", len(found), name, error)


def _loaded(there: Layout | None) -> list[str]:
    """Identity, skeleton and digest that the identity rule tells; empty when there is none."""
    comments = there.comments_of(IDENTITY) if there else []
    return comments[0].split() if len(comments) == 1 else []


def _digest(there: Layout) -> str:
    """Of everything but the identity rule and its chain."""
    return sha256(repr(there.parts_without(IDENTITY)).encode()).hexdigest()[:32]

"""What nftables holds besides elements: which tables, sets, chains and rules there are, and at which generation.

The firewall uses it to see whether its table is as it loaded it. Reads only; rulesets are loaded as text by nft.
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass

from routerd.kernel import nfnetlink
from routerd.kernel.attributes import parse, text
from routerd.kernel.netlink import Refused

_GET_TABLE, _GET_CHAIN, _GET_RULE, _GET_SET, _GET_GENERATION = 1, 4, 7, 10, 16
_TABLE_NAME = 1
_CHAIN_TABLE, _CHAIN_HANDLE, _CHAIN_NAME, _CHAIN_HOOK, _CHAIN_POLICY = 1, 2, 3, 4, 5
_RULE_TABLE, _RULE_CHAIN, _RULE_HANDLE, _RULE_USERDATA = 1, 2, 3, 7
_SET_TABLE, _SET_NAME, _SET_FLAGS, _SET_HANDLE = 1, 2, 3, 16
_GENERATION_ID = 1
_COMMENT = 0
"""NFTNL_UDATA_RULE_COMMENT: nft keeps a rule's comment as type, length, text with a zero behind."""

_SET_ANONYMOUS = 0x1


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the chain that it is in, its number (never used again), its comment."""

    chain: str
    handle: int
    comment: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table consists of.

    Attributes:
        sets: its sets and maps, anonymous ones left out, to their numbers.
        chains: its chains to number, hook and policy.
        rules: its rules.
    """

    sets: Mapping[str, int]
    chains: Mapping[str, tuple[int, bytes, bytes]]
    rules: tuple[Rule, ...]

    def comments_of(self, chain: str) -> list[str]:
        """Comments of the rules of a chain."""
        return [rule.comment for rule in self.rules if rule.chain == chain]

    def parts_without(self, chain: str) -> list[str]:
        """A word for each part, rules included, but for one chain: another list whenever anything was replaced, added or removed."""
        sets = [f"set {name} {handle}" for name, handle in self.sets.items()]
        chains = [f"chain {name} {words}" for name, words in self.chains.items() if name != chain]
        rules = [f"rule {rule.chain} {rule.handle}" for rule in self.rules if rule.chain != chain]
        return sorted([*sets, *chains, *rules])


def layout(table: str) -> Layout | None:
    """What table `inet TABLE` consists of; None when there is no such table.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    name = table.encode() + b"\0"
    try:
        nfnetlink.ask(_GET_TABLE, text(_TABLE_NAME, table))
        sets = _of(name, _GET_SET, _SET_TABLE, text(_SET_TABLE, table))
        rules = _of(name, _GET_RULE, _RULE_TABLE, text(_RULE_TABLE, table))
        chains = _of(name, _GET_CHAIN, _CHAIN_TABLE, b"")
    except Refused as refused:
        if refused.failures[0].code == errno.ENOENT:
            return None
        raise
    named = [each for each in sets if not _number(each.get(_SET_FLAGS, b"")) & _SET_ANONYMOUS]
    return Layout(
        {_word(each[_SET_NAME]): _number(each[_SET_HANDLE]) for each in named},
        {
            _word(chain[_CHAIN_NAME]): (_number(chain[_CHAIN_HANDLE]), chain.get(_CHAIN_HOOK, b""), chain.get(_CHAIN_POLICY, b""))
            for chain in chains
        },
        tuple(Rule(_word(rule[_RULE_CHAIN]), _number(rule[_RULE_HANDLE]), _comment(rule.get(_RULE_USERDATA, b""))) for rule in rules),
    )


def _of(table: bytes, kind: int, attribute: int, body: bytes) -> list[dict[int, bytes]]:
    return [found for found in map(parse, nfnetlink.dump(kind, body)) if found.get(attribute) == table]


def generation() -> int:
    """A number that changes with every change to any nftables table of this network namespace, elements included."""
    answers = nfnetlink.ask(_GET_GENERATION)
    return int.from_bytes(parse(answers[0]).get(_GENERATION_ID, b""), "big") if answers else 0


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _word(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")


def _comment(userdata: bytes) -> str:
    at = 0
    while at + 2 <= len(userdata):
        kind, length = userdata[at], userdata[at + 1]
        if kind == _COMMENT:
            return _word(userdata[at + 2 : at + 2 + length])
        at += 2 + length
    return ""

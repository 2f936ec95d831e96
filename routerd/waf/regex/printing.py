"""Writes a pattern that was taken apart for Python's `re`, and for RE2 where RE2 can say the same.

Both compile what comes out with no flags but DOTALL and MULTILINE, on octets.
"""

from collections.abc import Sequence as Items

from routerd.waf.regex import octets
from routerd.waf.regex.syntax import (
    EVERY,
    Again,
    Anchor,
    Appetite,
    Atomic,
    Choice,
    Group,
    Look,
    Node,
    Octets,
    Repeat,
    Sequence,
)

_RE2_COUNT_MOST = 1_000
_PYTHON_ANCHORS = {
    Anchor.LINE_START: r"(?:\A|^(?!\Z))",
    Anchor.LINE_START_PLAIN: "^",
    Anchor.LINE_END: "$",
    Anchor.LAST_LINE_END: r"(?=\n?\Z)",
    Anchor.START: r"\A",
    Anchor.END: r"\Z",
    Anchor.WORD: r"\b",
    Anchor.NO_WORD: r"(?!\b)",
}
_RE2_ANCHORS = {
    Anchor.LINE_START: "^",
    Anchor.LINE_START_PLAIN: "^",
    Anchor.LINE_END: "$",
    Anchor.START: r"\A",
    Anchor.END: r"\z",
    Anchor.WORD: r"\b",
    Anchor.NO_WORD: r"\B",
}


class Unfit(Exception):
    """RE2 cannot say this."""


def python(node: Node) -> str:
    """For `re`."""
    return _Printer(_PYTHON_ANCHORS, linear=False).text(node)


def re2(node: Node) -> str:
    """For RE2; where the pattern says LINE_START, RE2 also takes the place after a newline that ends the value.

    Raises:
        Unfit: it looks around, refers back, holds on to what it has, or counts above 1,000.
    """
    return _Printer(_RE2_ANCHORS, linear=True).text(node)


class _Printer:
    def __init__(self, anchors: dict[Anchor, str], *, linear: bool) -> None:
        self.anchors = anchors
        self.linear = linear

    def text(self, node: Node) -> str:
        match node:
            case Octets(mask):
                return _class(mask)
            case Sequence(items):
                return self.sequence(items)
            case Choice(items):
                return f"(?:{'|'.join(map(self.text, items))})"
            case Group(_, item):
                return f"({self.bare(item)})"
            case Repeat():
                return self.repeat(node)
            case _:
                return self.place(node) if isinstance(node, Anchor) else self.backtracking(node)

    def place(self, anchor: Anchor) -> str:
        if anchor not in self.anchors:
            raise Unfit
        return self.anchors[anchor]

    def bare(self, node: Node) -> str:
        return "|".join(map(self.text, node.items)) if isinstance(node, Choice) else self.text(node)

    def sequence(self, items: Items[Node]) -> str:
        """Letters of either case, one after another, are written under one flag: both engines are fastest so."""
        pieces: list[str] = []
        run = ""
        for item in items:
            letter = _either_case(item)
            if letter:
                run += letter
                continue
            if run:
                pieces.append(f"(?i:{run})")
                run = ""
            pieces.append(self.text(item))
        return "".join(pieces) + (f"(?i:{run})" if run else "")

    def repeat(self, node: Repeat) -> str:
        if self.linear and (node.appetite is Appetite.POSSESSIVE or max(node.least, node.most or 0) > _RE2_COUNT_MOST):
            raise Unfit
        inner = self.text(node.item)
        if not isinstance(node.item, Octets | Group | Choice):
            inner = f"(?:{inner})"
        if node.appetite is Appetite.POSSESSIVE:
            return f"(?>{inner}{_counts(node.least, node.most)})"  # `re` before 3.11.5 gives back what `++` and the like hold
        return f"{inner}{_counts(node.least, node.most)}{node.appetite.value}"

    def backtracking(self, node: Node) -> str:
        if self.linear:
            raise Unfit
        match node:
            case Atomic(item):
                return f"(?>{self.bare(item)})"
            case Again(number, fold):
                return f"(?i:\\{number})" if fold else f"(?:\\{number})"
            case Look(item, True, negative):
                return f"(?{'!' if negative else '='}{self.bare(item)})"
            case Look(item, False, negative):
                return self.behind(item, negative=negative)
            case _:
                raise Unfit

    def behind(self, item: Node, *, negative: bool) -> str:
        """`re` looks behind by one width only: alternatives look one by one."""
        branches = item.items if isinstance(item, Choice) else (item,)
        looks = [f"(?<{'!' if negative else '='}{self.text(branch)})" for branch in branches]
        return "".join(looks) if negative else f"(?:{'|'.join(looks)})"


def _counts(least: int, most: int | None) -> str:
    simple = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    if simple:
        return simple
    return f"{{{least},{'' if most is None else most}}}" if most != least else f"{{{least}}}"


def _either_case(node: Node) -> str:
    """A letter that stands in both cases; empty for all else."""
    if isinstance(node, Octets) and node.mask.bit_count() == 2:
        lower = node.mask & octets.LOWER
        if lower and node.mask == octets.folded(lower):
            return chr(lower.bit_length() - 1)
    return ""


def _class(mask: int) -> str:
    if mask == EVERY:
        return "."
    if mask.bit_count() == 1:
        return _octet(mask.bit_length() - 1)
    negative = mask.bit_count() > 128
    spans = octets.ranges(EVERY & ~mask if negative else mask)
    if not spans:
        return r"[^\x00-\xff]"
    inside = "".join(_octet(low) if low == high else f"{_octet(low)}-{_octet(high)}" for low, high in spans)
    return f"[{'^' if negative else ''}{inside}]"


def _octet(octet: int) -> str:
    letter = chr(octet)
    return letter if letter.isascii() and (letter.isalnum() or letter == "_") else f"\\x{octet:02x}"

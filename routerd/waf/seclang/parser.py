"""Rule files to a rule set taken apart. It finds what is wrong with the words; what only whole rule sets show, the engine finds."""

import re
from dataclasses import dataclass, field, replace

from routerd.waf.names import DISRUPTIVE, OPERATORS, REFUSED_OPERATORS, spelling
from routerd.waf.place import Fault, Place, nearest
from routerd.waf.rules import Default, Entry, Marker, Operation, Rule, Source
from routerd.waf.seclang.actions import Written, actions, disruptive
from routerd.waf.seclang.directives import directive_name, setting
from routerd.waf.seclang.include import FILES_MOST, Nothing, Reader, content
from routerd.waf.seclang.lexer import Directive, Text, directives
from routerd.waf.seclang.variables import targets

CHAIN_MOST = 64
"""Rules of one chain; the longest of the CRS has 6."""

_CHAINED = re.compile(r"(?:^|,)\s*chain\s*(?:,|$)")
_PHASE = 2
_EMPTY = Written(0, 0, chain=False, transformations=(), actions=())


def parse(text: str, file: str = "rules", reader: Reader | None = None) -> Source:
    """Takes rules apart.

    Args:
        text: of the rules.
        file: what to call it, and what paths of Include are relative to.
        reader: for files that are included; None when there may be none.

    Raises:
        Fault: something in it is wrong; it names file, line and column.
    """
    parsing = _Parsing(reader or Nothing())
    parsing.file(text, file, ())
    return Source(tuple(parsing.entries), tuple(parsing.files))


def parse_files(patterns: list[str], reader: Reader, faults: list[Fault] | None = None) -> Source:
    """Takes rule files apart, in order; a pattern stands for all its files.

    Args:
        patterns: paths of files, which may hold wildcards.
        reader: reads them.
        faults: where to put what is wrong and go on with the next directive; None for raising the first.

    Raises:
        Fault: a file cannot be read, a pattern stands for no file, or something in one is wrong.
    """
    parsing = _Parsing(reader, faults)
    for pattern in patterns:
        try:
            parsing.include(pattern, Place(pattern, 1, 1), (), optional=False)
        except Fault as fault:
            parsing.blame(fault)
    return Source(tuple(parsing.entries), tuple(parsing.files))


@dataclass(slots=True)
class _Parsing:
    reader: Reader
    faults: list[Fault] | None = None
    entries: list[Entry] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    chain: list[Rule] = field(default_factory=list)
    """Links of a chain whose last one is still to come."""
    broken: bool = False
    """A link of a chain was at fault, and what is chained to it is left out."""

    def blame(self, fault: Fault) -> None:
        """Collects a fault, or raises it."""
        if self.faults is None:
            raise fault
        self.faults.append(fault)

    def file(self, text: str, file: str, above: tuple[str, ...]) -> None:
        self.files.append(file)
        if len(self.files) > FILES_MOST:
            raise Fault(Place(file, 1, 1), f"a rule set of more than {FILES_MOST} files")
        for directive in directives(text.removeprefix("\ufeff"), file):
            self._tried(directive, (*above, file))
        if self.chain:
            raise Fault(self.chain[-1].place, "the rule that this one is chained to is missing", "leave chain away")

    def include(self, pattern: str, place: Place, above: tuple[str, ...], *, optional: bool) -> None:
        paths = self.reader.glob(pattern, above[-1] if above else "")
        if not paths and not optional and not set(pattern) & set("*?["):
            raise Fault(place, f"there is no file {pattern}")
        for path in paths:
            self.file(content(self.reader, path, place, above), path, above)

    def _tried(self, directive: Directive, above: tuple[str, ...]) -> None:
        if not self.broken:
            try:
                return self._directive(directive, above)
            except Fault as fault:
                self.blame(fault)
        self.chain = []
        self.broken = bool(directive.words) and _CHAINED.search(directive.words[-1].text) is not None
        return None

    def _directive(self, directive: Directive, above: tuple[str, ...]) -> None:
        name = directive_name(directive.name)
        if self.chain and name not in {"SecRule", "SecAction"}:
            raise Fault(directive.place, f"{name} cannot stand within a chain", "the rule that the one before is chained to goes first")
        match name:
            case "SecRule" | "SecAction":
                self._rule(_rule(name, directive))
            case "SecMarker":
                self.entries.append(Marker(directive.place, _words(name, directive, 1, 1)[0].text))
            case "SecDefaultAction":
                self.entries.append(_default(_words(name, directive, 1, 1)[0], directive.place))
            case "Include" | "IncludeOptional":
                word = _words(name, directive, 1, 1)[0]
                self.include(word.text, word.place(), above, optional=name == "IncludeOptional")
            case _:
                self.entries.append(setting(name, directive))

    def _rule(self, found: tuple[Rule, bool]) -> None:
        rule, chained_on = found
        if self.chain:
            _check_link(rule)
            rule = replace(rule, phase=self.chain[0].phase)
        elif not rule.id:
            raise Fault(rule.place, "a rule needs an id", "such as id:100001")
        self.chain.append(rule)
        if len(self.chain) > CHAIN_MOST:
            raise Fault(rule.place, f"a chain of more than {CHAIN_MOST} rules")
        if not chained_on:
            self.entries.append(replace(self.chain[0], chained=tuple(self.chain[1:])))
            self.chain = []


def _rule(name: str, directive: Directive) -> tuple[Rule, bool]:
    """A rule, and whether another one is chained to it."""
    if name == "SecAction":
        found = actions(_words(name, directive, 1, 1)[0])
        return _built(directive, found), found.chain
    words = _words(name, directive, 2, 3)
    found = actions(words[2]) if len(words) > 2 else _EMPTY
    rule = replace(_built(directive, found), targets=targets(words[0]), operation=operation(words[1]))
    return rule, found.chain


def _built(directive: Directive, found: Written) -> Rule:
    return Rule(directive.place, found.id, found.phase or _PHASE, transformations=found.transformations, actions=found.actions)


def operation(text: Text) -> Operation:
    """What a rule asks of its values; a pattern without an operator is one for ``rx``.

    Raises:
        Fault: the operator is not known, or refused.
    """
    lead = re.match(r"\s*(!?)\s*(?:@(\S*)\s*)?", text.text)
    negated, name = (lead[1] == "!", lead[2]) if lead else (False, None)
    start = lead.end() if lead else 0
    place = text.place(start if name is None else text.text.index("@"))
    if name is None:
        return Operation("rx", text.text[start:], negated, place)
    known = spelling(name, OPERATORS)
    if not known and (refused := spelling(name, REFUSED_OPERATORS)):
        raise Fault(place, f"the operator @{refused} is not carried out here", REFUSED_OPERATORS[refused])
    if not known:
        raise Fault(place, f"there is no operator @{name}", nearest(name, OPERATORS))
    return Operation(known, text.text[start:], negated, place)


def _default(word: Text, place: Place) -> Default:
    found = actions(word)
    if not found.phase:
        raise Fault(word.place(), "SecDefaultAction needs a phase", "such as phase:2,log,auditlog,pass")
    if not disruptive(found.actions):
        raise Fault(word.place(), "SecDefaultAction says what block does", f"add one of {', '.join(sorted(DISRUPTIVE - {'block'}))}")
    if found.id or found.chain:
        raise Fault(word.place(), "SecDefaultAction has no id and no chain", "leave them away")
    for each in found.actions:
        if each.name == "block":
            raise Fault(each.place, "SecDefaultAction says what block does, and cannot be it", "write deny, redirect, drop or pass")
    return Default(place, found.phase, found.transformations, found.actions)


def _check_link(rule: Rule) -> None:
    if rule.id:
        raise Fault(rule.place, "a chained rule has no id", "the first rule of the chain has it")
    if (found := disruptive(rule.actions)) and found.name not in {"block", "pass"}:
        raise Fault(found.place, f"{found.name} cannot stand in a chained rule", "it goes into the first rule of the chain")


def _words(name: str, directive: Directive, least: int, most: int) -> tuple[Text, ...]:
    if not least <= len(directive.words) <= most:
        wanted = f"{least} word{'' if least == 1 else 's'}" if least == most else f"{least} to {most} words"
        raise Fault(
            directive.place, f"{name} takes {wanted}, not {len(directive.words)}", "words with blanks in them go into double quotes"
        )
    return directive.words

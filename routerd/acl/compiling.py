"""Rules to an immutable object that judges requests: `service` makes it anew at each change and swaps it as a whole.

Rules that allow come before rules that block. Among rules of one action the order only decides which of them is named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from routerd.acl import addresses, model, patterns
from routerd.acl.addresses import AddressBook
from routerd.acl.model import Choice, Rule
from routerd.acl.patterns import Pattern
from routerd.acl.ports import Expressions, Finders
from routerd.acl.texts import Maker, Texts
from routerd.acl.view import View
from routerd.core.ruling import Ruling
from routerd.core.stretches import Stretch, without

_VARIABLES = {
    "ip": "REMOTE_ADDR",
    "ua": "REQUEST_HEADERS:User-Agent",
    "url": "REQUEST_URI",
    "country": "GEO:COUNTRY_CODE",
    "method": "REQUEST_METHOD",
    "referer": "REQUEST_HEADERS:Referer",
}
_FIELDS = {"ua": "user-agent", "referer": "referer"}
_THERE = Pattern("begins", "")


class Lists:
    """Compiled rules.

    Args:
        rules: in their order; those that are off are left out.
        make: makes Texts.
    """

    def __init__(self, rules: Sequence[Rule], make: Maker) -> None:
        holding = [rule for rule in rules if rule.enabled]
        self._rulings = tuple(ruling(rule) for rule in holding)
        placed = list(enumerate(holding))
        self._allow = _Hosts([(place, rule) for place, rule in placed if rule.action == "allow"], make)
        self._block = _Hosts([(place, rule) for place, rule in placed if rule.action == "block"], make)

    def judge(self, view: View) -> Ruling | None:
        """The first rule that fits, of those that allow; if there is none, of those that block."""
        place = self._allow.find(view)
        if place < 0:
            place = self._block.find(view)
        return self._rulings[place] if place >= 0 else None


class _Hosts:
    """Rules of one action: for every host, and for some."""

    def __init__(self, placed: Sequence[tuple[int, Rule]], make: Maker) -> None:
        by_host: dict[str, list[tuple[int, Rule]]] = {}
        for place, rule in placed:
            by_host.setdefault(rule.host, []).append((place, rule))
        self._all = _Group(by_host.pop("", []), make) if "" in by_host else None
        self._some = {host: _Group(members, make) for host, members in by_host.items()}

    def find(self, view: View) -> int:
        found = self._all.find(view) if self._all is not None else -1
        if self._some:
            for group in self._of(view.host):
                place = group.find(view)
                found = place if found < 0 or 0 <= place < found else found
        return found

    def _of(self, host: str) -> Iterator["_Group"]:
        rest = host
        names = [host, "*"]
        while "." in rest:
            rest = rest.partition(".")[2]
            names.append(f"*.{rest}")
        return (self._some[name] for name in names if name in self._some)


class _Group:
    """Rules of one action and one host."""

    def __init__(self, placed: Sequence[tuple[int, Rule]], make: Maker) -> None:
        books = [(place, addresses.families(rule.pattern)) for place, rule in placed if rule.rule_type == "ip"]
        self._book = AddressBook(books) if books else None
        self._countries = _choices(placed, "country")
        self._methods = _choices(placed, "method")
        self._paths = _texts([(place, pattern(rule)) for place, rule in placed if rule.rule_type == "url" and rule.action == "allow"], make)
        self._urls = _texts([(place, pattern(rule)) for place, rule in placed if rule.rule_type == "url" and rule.action == "block"], make)
        self._fields = _named(placed, ("ua", "referer", "header"), make)
        self._always = tuple(self._fields[name] for name in _FIELDS.values() if name in self._fields)
        self._names = tuple(name for name in _FIELDS.values() if name in self._fields)
        self._cookies = _named(placed, ("cookie",), make)

    def find(self, view: View) -> int:
        """The lowest place of a rule that fits; -1: none does."""
        found = [place for place in self._finds(view) if place >= 0]
        return min(found) if found else -1

    def _finds(self, view: View) -> Iterator[int]:
        if self._book is not None and view.address is not None:
            yield self._book.find(view.address)
        if self._countries is not None:
            yield _chosen(self._countries, view.country or model.UNKNOWN)
        if self._methods is not None:
            yield _chosen(self._methods, view.method)
        if self._paths is not None:
            yield self._paths.find(view.path)
        if self._urls is not None:
            yield from map(self._urls.find, view.urls)
        if self._fields:
            yield from self._in_fields(view)
        if self._cookies:
            yield from (self._cookies[name].find(value) for name, value in view.cookies if name in self._cookies)

    def _in_fields(self, view: View) -> Iterator[int]:
        fields = view.fields
        for name, values in fields.items():
            texts = self._fields.get(name)
            if texts is not None:
                yield from map(texts.find, values)
        for name, texts in zip(self._names, self._always, strict=True):
            if name not in fields:
                yield texts.find(b"")


def pattern(rule: Rule | model.NewRule) -> Pattern:
    """The text pattern of a rule; a rule that allows by URL looks at the start of the path, unless it says otherwise.

    Raises:
        BadInput: it cannot be meant.
    """
    if rule.rule_type in ("header", "cookie"):
        value = model.named(rule.rule_type, rule.pattern)[1]
        return patterns.read(value) if value else _THERE
    read = patterns.read(rule.pattern)
    return read.leading() if rule.rule_type == "url" and rule.action == "allow" else read


def ruling(rule: Rule) -> Ruling:
    """What is said of a request that a rule fits."""
    variable = _VARIABLES.get(rule.rule_type, "")
    if not variable:
        name = model.named(rule.rule_type, rule.pattern)[0]
        variable = f"REQUEST_HEADERS:{name}" if rule.rule_type == "header" else f"REQUEST_COOKIES:{name}"
    called = rule.description or f"{rule.rule_type} {' '.join(rule.pattern.split())}"[:120]
    return Ruling(rule.action, f"acl_{rule.id}", called, "acl", variable)


def walls(rules: Iterable[Rule]) -> tuple[list[Stretch], list[Stretch]]:
    """Addresses whose every request would be blocked, whatever it is: those of global blocks less all that some rule allows.

    A rule that allows by anything but the address may let any of them in: then there are none.
    """
    blocked: addresses.Families = ([], [])
    allowed: addresses.Families = ([], [])
    for rule in rules:
        if not rule.enabled or (rule.rule_type != "ip" and rule.action == "block"):
            continue
        if rule.rule_type != "ip":
            return [], []
        if rule.action == "block" and rule.type == "host":
            continue
        into = blocked if rule.action == "block" else allowed
        for at, stretches in enumerate(addresses.families(rule.pattern)):
            into[at].extend(stretches)
    return without(blocked[0], allowed[0]), without(blocked[1], allowed[1])


class Making:
    """Makes Texts, and keeps those of the last round: a change of one rule compiles only what it is among."""

    def __init__(self, expressions: Expressions, finders: Finders) -> None:
        self._expressions = expressions
        self._finders = finders
        self._before: dict[tuple[Any, ...], Texts] = {}
        self._now: dict[tuple[Any, ...], Texts] = {}

    def begin(self) -> None:
        """A new round."""
        self._before, self._now = self._now, {}

    def __call__(self, entries: Sequence[tuple[int, Pattern]]) -> Texts:
        key = tuple(entries)
        made = self._before.get(key) or Texts(entries, self._expressions, self._finders)
        self._now[key] = made
        return made


def _texts(entries: Sequence[tuple[int, Pattern]], make: Maker) -> Texts | None:
    return make(entries) if entries else None


def _named(placed: Sequence[tuple[int, Rule]], kinds: tuple[str, ...], make: Maker) -> Mapping[str, Texts]:
    entries: dict[str, list[tuple[int, Pattern]]] = {}
    for place, rule in placed:
        if rule.rule_type in kinds:
            name = _FIELDS.get(rule.rule_type) or model.named(rule.rule_type, rule.pattern)[0]
            entries.setdefault(name, []).append((place, pattern(rule)))
    return {name: make(found) for name, found in entries.items()}


_Choices = tuple[Mapping[str, int], Sequence[tuple[int, Choice]]]


def _choices(placed: Sequence[tuple[int, Rule]], kind: str) -> _Choices | None:
    chosen = [(place, model.choice(kind, rule.pattern)) for place, rule in placed if rule.rule_type == kind]
    words: dict[str, int] = {}
    for place, each in chosen:
        for word in each.words if not each.others else ():
            words.setdefault(word, place)
    others = [(place, each) for place, each in chosen if each.others]
    return (words, others) if chosen else None


def _chosen(choices: _Choices, word: str) -> int:
    words, others = choices
    # An address whose country nobody knows is in no list of countries, and not in the rest of the world either.
    rest = (place for place, each in others if word not in each.words and word != model.UNKNOWN)
    found = words.get(word, -1)
    return min(chain([found] if found >= 0 else [], rest), default=-1)

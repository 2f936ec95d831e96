"""Takes the variables of a rule apart: ``ARGS|!ARGS:token|&REQUEST_HEADERS:Host|REQUEST_COOKIES:/^s/``."""

import re
from collections.abc import Iterator

from routerd.waf.names import COLLECTIONS, KEYED, REFUSED_VARIABLES, spelling, variable
from routerd.waf.place import Fault, nearest
from routerd.waf.rules import Target
from routerd.waf.seclang.lexer import Text

TARGETS_MOST = 512
"""Variables of one rule; the longest list of the CRS has 12."""

_XPATHS = ("/*", "//@*")


def targets(text: Text) -> tuple[Target, ...]:
    """All variables of a rule.

    Raises:
        Fault: one is not known, or its selector cannot be used.
    """
    found = tuple(_target(each) for each in _pieces(text))
    if not found:
        raise Fault(text.place(), "a rule needs a variable to look at", "such as ARGS")
    if len(found) > TARGETS_MOST:
        raise Fault(text.place(), f"a rule with more than {TARGETS_MOST} variables")
    return found


def written(target: Target) -> str:
    """A variable as a rule file spells it."""
    selector = f"/{target.pattern}/" if target.pattern else target.selector
    quote = "'" if not target.pattern and set(selector) & set("|,'") else ""
    selector = selector.replace("'", "\\'") if quote else selector
    marks = f"{'!' if target.excluded else ''}{'&' if target.count else ''}"
    return f"{marks}{target.collection}{f':{quote}{selector}{quote}' if selector else ''}"


def _pieces(text: Text) -> Iterator[Text]:
    """What stands between bars and commas, leaving those in a pattern or in quotes alone."""
    start = at = 0
    while at <= len(text.text):
        if at == len(text.text) or text.text[at] in "|,":
            if piece := text.text[start:at].strip():
                offset = text.text.index(piece, start)
                yield text.cut(offset, offset + len(piece))
            start = at = at + 1
        elif text.text[at] == ":":
            at = _past_selector(text, at + 1, text.text[start:at].strip().lstrip("!&").upper())
        else:
            at += 1


def _past_selector(text: Text, start: int, collection: str) -> int:
    content = text.text
    first = content[start : start + 1]
    if first == "'":
        end = content.find("'", start + 1)
        while end > 0 and content[end - 1] == "\\":
            end = content.find("'", end + 1)
        if end < 0:
            raise Fault(text.place(start), "this quote is not closed")
        return end + 1
    if first == "/" and collection != "XML":
        closing = re.compile(r"(?:[^\\/]|\\.|/(?!\s*(?:[|,]|$)))*/").match(content, start + 1)
        if closing is None:
            raise Fault(text.place(start), "this pattern is not closed", "a pattern is written /…/")
        return closing.end()
    return start


def _target(text: Text) -> Target:
    marks = re.match(r"[!&\s]*", text.text)
    lead = marks[0] if marks else ""
    name, colon, selector = text.text[len(lead) :].partition(":")
    if not colon:
        name, _, selector = name.partition(".")
    known = variable(name.strip())
    if refused := spelling(name.strip(), REFUSED_VARIABLES):
        raise Fault(text.place(len(lead)), f"there is no variable {refused} here", REFUSED_VARIABLES[refused])
    if not known:
        raise Fault(text.place(len(lead)), f"there is no variable {name!r}", nearest(name, COLLECTIONS))
    place = text.place(len(lead) + len(name))
    if selector and known not in KEYED:
        raise Fault(place, f"{known} is a single value, it has no {selector!r}", f"write {known}")
    if known == "XML" and selector not in _XPATHS:
        raise Fault(place, f"XML{selector and ':'}{selector} cannot be looked at", f"this engine knows XML:{' and XML:'.join(_XPATHS)}")
    return _selected(known, selector, text, excluded="!" in lead, count="&" in lead)


def _selected(collection: str, selector: str, text: Text, *, excluded: bool, count: bool) -> Target:
    if selector[:1] == "'" and selector[-1:] == "'" and len(selector) > 1:
        selector = selector[1:-1].replace("\\'", "'")
    if collection != "XML" and len(selector) > 1 and selector[0] == "/" and selector[-1] == "/":
        pattern = selector[1:-1]
        if not pattern:
            raise Fault(text.place(), "this pattern is empty")
        try:
            re.compile(pattern.encode())
        except re.error as error:
            raise Fault(text.place(), f"the pattern of this selector is not one: {error}") from error
        return Target(collection, "", pattern, count, excluded)
    return Target(collection, selector, "", count, excluded)

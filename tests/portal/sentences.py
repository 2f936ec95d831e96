"""Every English sentence that a guest may read, found in the templates and in the code that words refusals."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "webroot" / "portal"

WORDED_FOR_GUESTS = ("portal", "verification", "radius", "social")
"""Packages whose refusals reach guests in their own words; what other domains refuse is worded by `portal.refusals`, by reason."""

FOR_OWNERS = ("preview.py",)
"""Modules there that only owners hear of."""

_LITERAL = r'"((?:[^"\\]|\\.)*)"'
_T = re.compile(r"\bt\(\s*" + _LITERAL)
_N = re.compile(r"\bn\(\s*" + _LITERAL + r"\s*,\s*" + _LITERAL)
_ANY = re.compile(r"\b[tn]\(")

_WORDS = {"Refusal": None, "Step": {2, "said"}, "BadInput": {0}, "Denied": {0}, "Limited": {0}, "t": {0}, "n": {1}}
"""Which arguments of these are sentences, by place or name; None all."""


def in_templates() -> set[str]:
    """Sentences in templates; a call with anything but a literal is an error."""
    found: set[str] = set()
    for path in TEMPLATES.rglob("*.tpl"):
        text = path.read_text(encoding="utf-8")
        singles, counted = _T.findall(text), [many for _, many in _N.findall(text)]
        assert len(_ANY.findall(text)) == len(singles) + len(counted), f"{path.name} translates something that is no literal"
        found.update(singles, counted)
    return found


def in_code() -> set[str]:
    """Sentences in Python."""
    return {
        sentence
        for package in WORDED_FOR_GUESTS
        for path in (ROOT / "routerd" / package).rglob("*.py")
        if path.name not in FOR_OWNERS
        for sentence in _of(path)
    }


def _of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name not in _WORDS:
            continue
        wanted = _WORDS[name]
        given: list[tuple[object, ast.expr]] = [*enumerate(node.args), *((each.arg, each.value) for each in node.keywords)]
        for place, value in given:
            if wanted is None or place in wanted:
                yield from _literal(path, name, value)


def _literal(path: Path, name: str, value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        if value.value:
            yield value.value
    elif isinstance(value, ast.JoinedStr) and "portal" in path.parts:
        raise AssertionError(f"{path.name}:{value.lineno}: {name} has a sentence with values in it, which nobody can translate")


def everything() -> set[str]:
    """Every sentence."""
    return in_templates() | in_code()


def reasons(*packages: str) -> set[str]:
    """Reasons for which these packages deny, by the literals in their code."""
    found: set[str] = set()
    for path in (path for package in packages for path in (ROOT / "routerd" / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Denied":
                reason = node.args[1] if len(node.args) > 1 else None
                assert isinstance(reason, ast.Constant), f"{path.name}:{node.lineno}: denied without a reason"
                found.add(str(reason.value))
    return found

"""`routerd waf test` and `routerd waf explain`: what is wrong with a rule set, and what it makes of requests. Neither needs the daemon."""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.control.output import say
from routerd.core.clock import SystemClock
from routerd.core.errors import BadInput

if TYPE_CHECKING:
    from routerd.waf.engine import RuleSet
    from routerd.waf.explaining import Explanation, Look, Scored, Value
    from routerd.waf.ftw.tests import Test

BUILTIN = "builtin"
"""Our own rules, as in the configuration; a folder of that name is ./builtin."""

_SHOWN_MOST = 160
"""Characters of a value that are shown."""


def test(arguments: argparse.Namespace) -> int:
    """Print every fault of a rule set; if it has none, run tests on it and print those that fail."""
    rules = _rules(arguments.paths, detect=True)
    if rules is None:
        return 2
    say(f"{len(rules.rules)} rules")
    tests = _tests(arguments)
    if not tests:
        say("no tests")
        return 0
    return _run(rules, tests)


def explain(arguments: argparse.Namespace) -> int:
    """Print what a rule set makes of a request."""
    from routerd.waf.explaining import explain as explained  # noqa: PLC0415 - other verbs start faster without the engine
    from routerd.waf.ftw.wire import written  # noqa: PLC0415 - as above

    request, body = written(_octets(arguments.request))
    if not request.method or not request.target:
        raise BadInput(f"{arguments.request}: its first line has to be a request line, such as GET /?id=1 HTTP/1.1")
    rules = _rules(arguments.rules, detect=False)
    if rules is None:
        return 2
    told = explained(rules, request, body, SystemClock().now())
    say(f"{_text(request.method)} {_text(request.target)}")
    if arguments.every:
        say("".join(_look(look) for look in told.looks))
    say(_explanation(told, every=arguments.every))
    return 0


def _rules(paths: Sequence[Path], *, detect: bool) -> "RuleSet | None":
    from routerd.waf.loading import load  # noqa: PLC0415 - other verbs start faster without the engine

    _check_there(paths)
    rules, faults = load(paths, detect=detect)
    if faults:
        say("".join(f"{fault}\n" for fault in faults) + f"{len(faults)} fault{'' if len(faults) == 1 else 's'}")
    return rules


def _tests(arguments: argparse.Namespace) -> "list[Test]":
    from routerd.waf.ftw.reader import read  # noqa: PLC0415 - loads YAML; needed only where there are tests

    try:
        wanted = re.compile(arguments.only)
    except re.error as wrong:
        raise BadInput(f"--only {arguments.only}: {wrong}") from wrong
    texts = _test_files(arguments.ftw or [path if _is_archive(path) else path / "tests" for path in arguments.paths if not _is_plain(path)])
    _check_there(arguments.ftw or ())
    tests = [each for name, text in texts for each in read(text.decode(errors="replace"), name)]
    return [each for each in tests if wanted.search(each.name)]


def _test_files(places: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the tests in files, in folders, and in releases of rules."""
    from routerd.waf.archives import TESTS, opened  # noqa: PLC0415 - as above

    for place in places:
        if _is_archive(place):
            files = opened(str(place), _octets(place))
            yield from sorted((name, text) for name, text in files.items() if name.endswith(TESTS))
        else:
            found = [place] if place.is_file() else sorted(place.rglob("*.y*ml"))
            yield from ((str(file), _octets(file)) for file in found)


def _is_archive(path: Path) -> bool:
    from routerd.waf.archives import is_archive  # noqa: PLC0415 - as above

    return path.is_file() and is_archive(str(path))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not _is_archive(path)


def _run(rules: "RuleSet", tests: "Sequence[Test]") -> int:
    from routerd.waf.ftw.running import run  # noqa: PLC0415 - as above

    now, passed = SystemClock().now(), 0
    for each in tests:
        outcome = run(rules, each, now)
        passed += not outcome.wrong
        if outcome.wrong:
            about = " ".join(each.description.split())
            say(f"{each.name} ({each.file}){about and f' {about}'}: {'; '.join(outcome.wrong)}")
    say(f"{passed} of {len(tests)} tests passed")
    return 0 if passed == len(tests) else 1


def _check_there(paths: Sequence[Path]) -> None:
    for path in paths:
        if str(path) != BUILTIN and not path.exists():
            raise BadInput(f"there is no {path}")


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise BadInput(f"{path} cannot be read: {wrong.strerror}") from wrong


def _explanation(told: "Explanation", *, every: bool) -> str:
    values = sum(len(look.values) for look in told.looks)
    lines = [f"{len(told.looks)} times a rule looked, at {values} values in all"]
    lines += [_scored(each) for each in told.matches if each.match.logged or every]
    lines += [f"over a limit: {limit}" for limit in told.exceeded]
    if told.verdict is None:
        lines.append("it goes through")
    else:
        lines.append(f"{told.verdict.action} with {told.verdict.status}, by rule {told.verdict.rule}: {_text(told.verdict.message)}")
    return "\n".join(lines)


def _scored(each: "Scored") -> str:
    match = each.match
    lines = [f"rule {match.rule} (phase {match.phase}, {match.file}:{match.line}) {_text(match.message)}".rstrip()]
    lines += [f"    saw  {_value(value)}" for value in each.found]
    lines += [f"    data {_text(match.data)}"] if match.data else []
    lines += [f"    set  TX:{_text(name)} from {_text(before) or 'nothing'} to {_text(after)}" for name, before, after in each.changes]
    return "\n".join(lines)


def _look(look: "Look") -> str:
    asked = look.link.ask.operation if look.link.ask else None
    operator = f"{'!' if asked.negated else ''}@{asked.name} {asked.argument}" if asked else ""
    head = f"rule {look.link.id} (phase {look.link.phase}) {_text(operator.encode())}\n"
    return head + "".join(f"    {'saw  ' if value.matched else 'not  '}{_value(value)}\n" for value in look.values)


def _value(value: "Value") -> str:
    return f"{_text(value.name)} = {_text(value.content)}"


def _text(value: bytes) -> str:
    """A value on one line that a terminal will not obey, cut where it is long."""
    shown = "".join(each if each.isprintable() else "?" for each in value.decode(errors="backslashreplace"))
    return shown if len(shown) <= _SHOWN_MOST else f"{shown[:_SHOWN_MOST]}…"

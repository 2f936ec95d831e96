"""Plays a test's requests to a rule set in process, and says in what the rules did otherwise than the test expects.

The rule set should detect only, so that all rules are heard. Statuses are not judged: a request that an HTTP server would refuse on its
own never gets to an engine that is asked directly. Called by the command line and by the tests of this project.
"""

import re
from dataclasses import dataclass

from routerd.waf.engine import RuleSet
from routerd.waf.ftw.backend import answer
from routerd.waf.ftw.tests import Expected, Sent, Test
from routerd.waf.ftw.wire import octets, received
from routerd.waf.judging import Watch
from routerd.waf.transaction import Transaction
from routerd.waf.verdict import Match

_SHOWN_MOST = 200
"""Octets of logdata in a log line, as in the reference's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test.

    Attributes:
        test: which.
        wrong: what was not as expected, a sentence each; empty when the test has passed.
        ids: rules that logged, by stage.
    """

    test: Test
    wrong: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]


def run(rules: RuleSet, test: Test, now: float) -> Outcome:
    """Runs a test.

    Args:
        rules: to be judged.
        test: its stages are played in order.
        now: seconds since the epoch.
    """
    wrong: list[str] = []
    ids: list[tuple[int, ...]] = []
    for stage in test.stages:
        transaction = play(rules, stage.sent, now)
        logged = [match for match in transaction.matches if match.logged]
        ids.append(tuple(sorted({match.rule for match in logged})))
        wrong += _wrong(stage.expected, set(ids[-1]), [line(match) for match in logged])
    return Outcome(test, tuple(wrong), tuple(ids))


def play(rules: RuleSet, sent: Sent, now: float, watch: Watch | None = None) -> Transaction:
    """Takes one request through all phases, with the answer of the back end that tests assume."""
    request, body = received(octets(sent))
    transaction = rules.begin(request, now, watch=watch)
    if transaction.headers() is None and transaction.body(body) is None:
        response, content = answer(request, body)
        if transaction.response_headers(response) is None:
            transaction.response_body(content)
    transaction.log()
    return transaction


def line(match: Match) -> str:
    """A match as the reference writes it into the error log, from the file on."""
    shown = match.data[:_SHOWN_MOST]
    shown += b" (%d characters omitted)" % (len(match.data) - _SHOWN_MOST) if len(match.data) > _SHOWN_MOST else b""
    parts = [
        ("file", match.file),
        ("line", str(match.line)),
        ("id", str(match.rule)),
        ("rev", _plain(match.rev)),
        ("msg", _plain(match.message)),
        ("data", _plain(shown)),
        ("severity", "" if match.severity is None else str(match.severity)),
        ("ver", _plain(match.version)),
        *(("tag", _plain(tag)) for tag in match.tags),
    ]
    return " ".join(f'[{name} "{value}"]' for name, value in parts)


def _plain(value: bytes) -> str:
    """Octets that are no printable ASCII, quotes and backslashes in hexadecimal."""
    return "".join(chr(each) if 31 < each < 127 and each not in b'"\\' else f"\\x{each:02x}" for each in value)


def _wrong(expected: Expected, ids: set[int], lines: list[str]) -> list[str]:
    wrong = [f"rule {each} did not match" for each in expected.ids if each not in ids]
    wrong += [f"rule {each} matched" for each in expected.not_ids if each in ids]
    if expected.pattern and not any(re.search(expected.pattern, each) for each in lines):
        wrong.append(f"nothing was logged that fits {expected.pattern}")
    if expected.not_pattern and (found := next((each for each in lines if re.search(expected.not_pattern, each)), "")):
        wrong.append(f"what was logged fits {expected.not_pattern}: {found}")
    if expected.alone and len(ids) != 1:
        wrong.append(f"not one rule matched but {len(ids)}")
    return wrong

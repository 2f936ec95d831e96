"""Rules that are judged once, all at once or not at all come out as rules that are judged one after another."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.engine import RuleSet, compiled
from routerd.waf.judging import Judge
from routerd.waf.request import Request, Response
from routerd.waf.seclang.parser import parse
from routerd.waf.transaction import Transaction
from tests.waf.tiny import TOOLS, fired, get, rules

MEMBERS = ("a", "b", "level", "score")
VALUES = ("0", "1", "2", "x", "%{tx.a}", "%{tx.level}", "%{ARGS.p}", "%{MATCHED_VAR}")
TARGETS = (
    *(f"TX:{name}" for name in MEMBERS),
    *(f"&TX:{name}" for name in MEMBERS),
    "TX:a|TX:score",
    "TX:/^d/",
    "TX",
    "ARGS",
    "ARGS:p|ARGS:q",
    "ARGS|!ARGS:p",
    "&ARGS",
    "&ARGS:p",
    "ARGS_NAMES",
    "REQUEST_HEADERS:Tag",
    "&REQUEST_HEADERS:Tag",
    "REQUEST_METHOD",
    "MATCHED_VAR",
    "HIGHEST_SEVERITY",
    "REQUEST_HEADERS|REQUEST_COOKIES",
)
OPERATORS = (
    *(f"{no}@{name} {value}" for no in ("", "!") for name in ("eq", "ge") for value in ("0", "1", "2", "%{tx.level}")),
    *(f"{no}@streq {value}" for no in ("", "!") for value in ("x", "get", "%{tx.a}")),
    *(f"{no}@rx {value}" for no in ("", "!") for value in ("x", "^(.)(.?)", "y$")),
)
CONTROLS = (
    *(f"ruleRemoveById={number}" for number in (1, 2, 3, 4, 5)),
    *(f"ruleRemoveTargetById={number};{target}" for number in (1, 3, 5) for target in ("ARGS:p", "ARGS", "TX:a")),
    "ruleRemoveByTag=t",
    "ruleEngine=DetectionOnly",
)

setvar = st.one_of(
    st.builds("setvar:tx.{}={}{}".format, st.sampled_from(MEMBERS), st.sampled_from(("", "+", "-")), st.sampled_from(VALUES)),
    st.builds("setvar:tx.d%{{{}}}={}".format, st.sampled_from(("tx.1", "ARGS.p", "MATCHED_VAR")), st.sampled_from(VALUES)),
    st.builds("setvar:!tx.{}".format, st.sampled_from(MEMBERS)),
)
LATER = st.one_of(
    st.sampled_from(CONTROLS).map("ctl:{}".format),
    st.sampled_from(("skip:1", "skip:2", "skipAfter:END", "deny", "deny,status:406", "allow:phase", "tag:t", "severity:2", "nolog")),
    st.sampled_from(("msg:'%{tx.a}'", "logdata:'%{MATCHED_VAR_NAME} %{tx.level}'")),
)
CHANGES = st.lists(st.sampled_from(("t:lowercase", "t:urlDecode", "t:trim", "capture", "multiMatch")), max_size=2).map(",".join)


@st.composite
def rule(draw: st.DrawFn, number: int) -> str:
    """A rule, in one of the first phases, with a chain at times."""
    actions = [
        f"id:{number}",
        f"phase:{draw(st.sampled_from((1, 2, 2, 5)))}",
        *draw(st.lists(setvar, max_size=2)),
        *draw(st.lists(LATER, max_size=2)),
    ]
    if len({each for each in actions if each.startswith(("deny", "allow"))}) > 1 or len([e for e in actions if e.startswith("skip")]) > 1:
        actions = actions[:2]
    if draw(st.integers(0, 4)) == 0:
        return f'SecAction "{",".join(actions)}"'
    lines = [(draw(st.sampled_from(TARGETS)), draw(st.sampled_from(OPERATORS)), actions)]
    if draw(st.integers(0, 2)) == 0:
        lines.append((draw(st.sampled_from(TARGETS)), draw(st.sampled_from(OPERATORS)), draw(st.lists(setvar, max_size=1))))
    texts = []
    for at, (target, operator, each) in enumerate(lines):
        said = [*each, *filter(None, [draw(CHANGES)]), *(["chain"] if at + 1 < len(lines) else [])]
        texts.append(f'SecRule {target} "{operator}" "{",".join(said)}"' if said else f'SecRule {target} "{operator}"')
    return "\n".join(texts)


@st.composite
def rule_set(draw: st.DrawFn) -> str:
    """Up to nine rules: some defaults first, as in the CRS, and a marker at the end."""
    first = [
        f'SecAction "id:{100 + at},phase:1,setvar:tx.{name}={at}"'
        for at, name in enumerate(draw(st.lists(st.sampled_from(MEMBERS), max_size=3)))
    ]
    drawn = [draw(rule(number)) for number in range(1, draw(st.integers(1, 6)) + 1)]
    return "\n".join([*first, *drawn, "SecMarker END"])


requests = st.builds(
    lambda query, tag, method: get(f"/?{query}", *((("Tag", tag),) if tag else ()), method=method),
    st.lists(st.sampled_from(("p=x", "p=1", "q=2", "q=%58y", "p=Get", "r=", "p=+x+", "xy=0", "p=a%7fx")), max_size=4).map("&".join),
    st.sampled_from(("", "x", "1", "xy")),
    st.sampled_from(("GET", "x")),
)


@given(rule_set(), st.lists(requests, min_size=1, max_size=3))
def test_what_is_known_beforehand_comes_out_the_same(text: str, several: list[Request]) -> None:
    source = parse(text)
    fast, slow = compiled(source, TOOLS), compiled(source, TOOLS, matchers=None)
    for request in several:
        assert _outcome(fast, request) == _outcome(slow, request)


def _outcome(ruleset: RuleSet, request: Request) -> Mapping[str, object]:
    transaction = ruleset.begin(request, 0.0, b"one")
    if transaction.headers() is None and transaction.body(b"") is None:
        transaction.response_headers(Response(200))
    transaction.log()
    return _seen(transaction)


def _seen(transaction: Transaction) -> Mapping[str, object]:
    state = transaction.state
    return {
        "matches": transaction.matches,
        "verdict": transaction.verdict,
        "detected": transaction.detected,
        "tx": list(state.tx.settled().values()),
        "mode": state.mode,
        "severity": state.highest_severity,
        "removals": len(state.removals),
    }


PLAIN = """
SecRule &TX:level "@eq 0" "id:1,phase:1,nolog,setvar:tx.level=1"
SecAction "id:2,phase:1,nolog,setvar:tx.score=0"
SecRule TX:level "!@ge 1" "id:3,phase:2,nolog,skipAfter:END"
SecRule ARGS "@rx evil" "id:4,phase:2,capture,setvar:tx.score=+5"
SecRule ARGS "@rx odd" "id:5,phase:2,capture,setvar:tx.seen=1"
SecRule TX:level "!@ge 2" "id:6,phase:2,nolog,skipAfter:END"
SecRule ARGS "@rx [a-z]" "id:7,phase:2,setvar:tx.score=+5"
SecMarker END
SecRule TX:score "@ge 5" "id:8,phase:2,deny"
"""


@pytest.mark.parametrize(
    ("query", "asked", "matched"),
    [("a=fine", [], [1, 2, 6]), ("a=odd", [5], [1, 2, 5, 6]), ("a=evil", [4, 6, 8], [1, 2, 4, 6, 8])],
)
def test_only_rules_that_match_are_judged_until_one_has_a_say_in_what_others_go_by(
    monkeypatch: pytest.MonkeyPatch, query: str, asked: list[int], matched: list[int]
) -> None:
    transaction = rules(PLAIN).begin(get(f"/?{query}"), 0.0)
    judged: list[int] = []
    rule = Judge.rule
    monkeypatch.setattr(Judge, "rule", lambda self, link, known=False: (judged.append(link.id), rule(self, link, known=known))[1])
    transaction.headers()
    transaction.body()
    assert judged == asked
    assert fired(transaction) == matched

"""Compiled rules find what one would find who evaluates every condition at every value."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.core.ruling import Ruling
from routerd.customrules.compiling import Conditions
from routerd.customrules.model import POSITIONS, Judge, NewRule, Rule
from routerd.customrules.view import View
from routerd.waf.automaton import Finder
from routerd.waf.regex.pattern import Pattern
from tests.fakes.request import FakeHead

words = st.sampled_from(["aa", "bb", "ab", "ba"])
judges = st.builds(
    Judge,
    position=st.sampled_from(POSITIONS),
    contents=st.lists(words, max_size=2).map(tuple),
    rix=st.sampled_from(["", "^a+$", "b.a"]),
    negate=st.booleans(),
).filter(lambda judge: judge.contents or judge.rix)
rules = st.lists(
    st.builds(
        NewRule,
        name=st.just("x"),
        method=st.sampled_from(["any", "GET", "PUT,POST"]),
        relation=st.sampled_from(["and", "or"]),
        judges=st.lists(judges, min_size=1, max_size=3).map(tuple),
    ),
    max_size=6,
)
letters = st.text("ab", max_size=4).map(str.encode)
heads = st.builds(
    FakeHead,
    target=st.tuples(letters, letters, letters).map(lambda parts: b"/%b?%b=%b" % parts),
    method=st.sampled_from([b"GET", b"POST"]),
    headers=letters.map(lambda value: ((b"X", value), (b"Content-Type", b"application/x-www-form-urlencoded"))),
)
bodies = st.one_of(st.just(b""), st.tuples(letters, letters).map(lambda parts: b"%b=%b" % parts))


def naive(rule: NewRule, view: View, method: bytes) -> bool:
    """Every condition at every value."""

    def fits(judge: Judge) -> bool:
        places = POSITIONS[:-1] if judge.position == "any" else (judge.position,)
        values = [value for place in places for value in view.values(place)]
        there = any(any(text.encode() in value for text in judge.contents) for value in values)
        there = there or (bool(judge.rix) and any(Pattern(judge.rix).search(value) is not None for value in values))
        return there is not judge.negate

    if rule.method != "any" and method.decode() not in rule.method.split(","):
        return False
    return (all if rule.relation == "and" else any)(fits(judge) for judge in rule.judges)


@settings(deadline=None)
@given(rules, heads, bodies)
def test_the_first_rule_that_fits_a_whole_request_is_found(news: list[NewRule], head: FakeHead, body: bytes) -> None:
    view = View(head, body)
    fitting = [str(at) for at, new in enumerate(news) if naive(new, view, head.method)]
    for fast in (True, False):
        kept = [Rule(str(at), new) for at, new in enumerate(news)]
        conditions = Conditions(kept, Pattern, lambda bits, fast=fast: Finder(bits, fast=fast))
        early = conditions.judge(View(head, None), head.method)
        late = conditions.judge_body(View(head, body), head.method, empty=not body)
        said = {ruling.rule_id for ruling in (early, late) if isinstance(ruling, Ruling)}
        assert bool(said) is bool(fitting)
        assert said <= set(fitting)

"""Which rules are looked at, in which order, and what ends a request."""

from dataclasses import dataclass

import pytest

from routerd.waf.budget import Budget, Over
from routerd.waf.place import Fault
from routerd.waf.request import Response
from tests.waf.tiny import fired, get, judged, rules

ONE = 'SecRule ARGS "@rx x" "id:{},{}"\n'


@dataclass(frozen=True)
class Case:
    """Rules, a request with `?a=x`, which of them match, and the status it ends with; 0 if it goes on."""

    name: str
    rules: str
    matches: list[int]
    status: int = 0


CASES = (
    Case("a rule that passes", ONE.format(1, "pass"), [1]),
    Case("a rule that denies", ONE.format(1, "deny"), [1], 403),
    Case("a rule that denies with a status", ONE.format(1, "deny,status:406"), [1], 406),
    Case("nothing comes after a denial", ONE.format(1, "deny") + ONE.format(2, "pass"), [1], 403),
    Case("a rule without a decision passes", ONE.format(1, "log"), [1]),
    Case("block passes unless the default says otherwise", ONE.format(1, "block"), [1]),
    Case("block does what the default says", 'SecDefaultAction "phase:2,deny,status:418"\n' + ONE.format(1, "block"), [1], 418),
    Case(
        "the default of another phase does not count",
        'SecDefaultAction "phase:1,deny,status:418"\n' + ONE.format(1, "phase:2,block"),
        [1],
    ),
    Case(
        "a rule that passes does not do what the default says",
        'SecDefaultAction "phase:2,deny"\n' + ONE.format(1, "pass"),
        [1],
    ),
    Case("phase 1 comes before phase 2", ONE.format(2, "phase:2,pass") + ONE.format(1, "phase:1,pass"), [1, 2]),
    Case("phase 2 does not come after a denial in phase 1", ONE.format(2, "phase:2,pass") + ONE.format(1, "phase:1,deny"), [1], 403),
    Case("skip leaves rules out", ONE.format(1, "skip:2") + ONE.format(2, "pass") + ONE.format(3, "pass") + ONE.format(4, "pass"), [1, 4]),
    Case(
        "skip counts a chain as one",
        ONE.format(1, "skip:1") + ONE.format(2, "chain") + 'SecRule ARGS "x"\n' + ONE.format(3, "pass"),
        [1, 3],
    ),
    Case(
        "skipAfter goes on after its marker",
        ONE.format(1, "skipAfter:M") + ONE.format(2, "pass") + "SecMarker M\n" + ONE.format(3, "pass"),
        [1, 3],
    ),
    Case(
        "skipAfter goes to the next of several markers",
        "SecMarker M\n" + ONE.format(1, "skipAfter:M") + "SecMarker M\n" + ONE.format(3, "pass") + "SecMarker M\n",
        [1, 3],
    ),
    Case("skipAfter goes on after a rule", ONE.format(1, "skipAfter:2") + ONE.format(2, "pass") + ONE.format(3, "pass"), [1, 3]),
    Case(
        "skipAfter stays within its phase",
        ONE.format(1, "phase:1,skipAfter:M") + ONE.format(2, "phase:2,pass") + "SecMarker M\n",
        [1, 2],
    ),
    Case("allow ends all but logging", ONE.format(1, "phase:1,allow") + ONE.format(2, "phase:2,deny"), [1]),
    Case(
        "allow:phase ends the phase",
        ONE.format(1, "phase:1,allow:phase") + ONE.format(2, "phase:1,deny") + ONE.format(3, "phase:2,pass"),
        [1, 3],
    ),
    Case("allow:request ends phases 1 and 2", ONE.format(1, "phase:1,allow:request") + ONE.format(3, "phase:2,deny"), [1]),
    Case("a chain needs every link", ONE.format(1, "deny,chain") + 'SecRule ARGS "@rx y"\n' + ONE.format(2, "pass"), [2]),
    Case("a chain of three", ONE.format(1, "deny,chain") + 'SecRule ARGS "@rx x" chain\nSecRule ARGS "!@rx y"\n', [1], 403),
    Case("a rule that looks at nothing does not match", 'SecRule ARGS:b "!@rx x" "id:1,deny"', []),
    Case("a count is there when nothing else is", 'SecRule &ARGS:b "@eq 0" "id:1,deny"', [1], 403),
    Case("SecAction always matches", 'SecAction "id:1,deny"', [1], 403),
    Case("the engine off", "SecRuleEngine Off\n" + ONE.format(1, "deny"), []),
    Case("the engine only detecting", "SecRuleEngine DetectionOnly\n" + ONE.format(1, "deny") + ONE.format(2, "deny"), [1, 2]),
    Case("ctl turns the engine off", 'SecAction "id:9,phase:1,ctl:ruleEngine=Off"\n' + ONE.format(1, "deny"), [9]),
    Case("ctl has the engine detect only", 'SecAction "id:9,phase:1,ctl:ruleEngine=DetectionOnly"\n' + ONE.format(1, "deny"), [9, 1]),
    Case("drop", ONE.format(1, "drop"), [1], 403),
    Case("redirect", ONE.format(1, "redirect:'/no?%{MATCHED_VAR}'"), [1], 302),
    Case("redirect with a status", ONE.format(1, "redirect:/no,status:307"), [1], 307),
    Case("redirect with a status that is none for it", ONE.format(1, "redirect:/no,status:403"), [1], 302),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rules_are_looked_at_in_order(case: Case) -> None:
    transaction = judged(case.rules, get("/?a=x"))
    assert fired(transaction) == case.matches
    assert (transaction.verdict.status if transaction.verdict else 0) == case.status


def test_what_would_have_been_denied_is_known_when_only_detecting() -> None:
    transaction = judged("SecRuleEngine DetectionOnly\n" + ONE.format(1, "deny,status:406,msg:'no'"), get("/?a=x"))
    assert transaction.verdict is None
    assert transaction.detected is not None
    assert (transaction.detected.rule, transaction.detected.status, transaction.detected.message) == (1, 406, b"no")


def test_a_redirect_says_where_to() -> None:
    transaction = judged(ONE.format(1, "redirect:'/no?%{MATCHED_VAR}'"), get("/?a=x"))
    assert transaction.verdict is not None
    assert (transaction.verdict.action, transaction.verdict.url) == ("redirect", b"/no?x")


def test_all_five_phases_are_run() -> None:
    text = "SecResponseBodyAccess On\n" + "".join(f'SecAction "id:{phase},phase:{phase},pass"\n' for phase in range(1, 6))
    transaction = rules(text).begin(get(), 0.0)
    transaction.headers()
    transaction.body()
    transaction.response_headers(Response(200, headers=((b"Content-Type", b"text/html; charset=utf-8"),)))
    transaction.response_body(b"x")
    transaction.log()
    assert fired(transaction) == [1, 2, 3, 4, 5]


def test_logging_runs_after_a_denial_and_changes_nothing_of_it() -> None:
    transaction = judged('SecAction "id:1,phase:1,deny"\nSecAction "id:5,phase:5,deny,status:500"')
    transaction.log()
    assert fired(transaction) == [1, 5]
    assert transaction.verdict is not None
    assert transaction.verdict.status == 403


def test_logging_runs_after_an_allow() -> None:
    transaction = judged('SecAction "id:1,phase:1,allow"\nSecAction "id:2,phase:2,deny"\nSecAction "id:5,phase:5,pass"')
    transaction.log()
    assert fired(transaction) == [1, 5]


@pytest.mark.parametrize(
    ("content_type", "settings", "seen"),
    [
        (b"text/html", "SecResponseBodyAccess On", True),
        (b"TEXT/HTML; charset=x", "SecResponseBodyAccess On", True),
        (b"image/png", "SecResponseBodyAccess On", False),
        (b"image/png", "SecResponseBodyAccess On\nSecResponseBodyMimeType image/png", True),
        (b"text/html", "SecResponseBodyAccess On\nSecResponseBodyMimeTypesClear", False),
        (b"text/html", "SecResponseBodyAccess Off", False),
    ],
)
def test_bodies_of_responses_are_looked_at_by_type(content_type: bytes, settings: str, *, seen: bool) -> None:
    transaction = rules(settings + '\nSecRule RESPONSE_BODY "@rx secret" "id:4,phase:4,deny"').begin(get(), 0.0)
    transaction.headers()
    transaction.body()
    transaction.response_headers(Response(200, headers=((b"Content-Type", content_type),)))
    assert transaction.wants_response_body == seen
    assert (transaction.response_body(b"a secret") is not None) == seen


def test_what_lies_beyond_the_limit_of_a_response_is_not_seen_and_said() -> None:
    text = """SecResponseBodyAccess On\nSecResponseBodyLimit 4
    SecRule RESPONSE_BODY "@rx secret" "id:4,phase:4,deny"\nSecRule OUTBOUND_DATA_ERROR "@eq 1" "id:5,phase:4,pass" """
    transaction = rules(text).begin(get(), 0.0)
    transaction.response_headers(Response(200, headers=((b"Content-Type", b"text/html"),)))
    assert transaction.response_body(b"1234 secret") is None
    assert fired(transaction) == [5]


@pytest.mark.parametrize(("action", "status", "matches"), [("Reject", 413, []), ("ProcessPartial", 0, [1, 2])])
def test_a_body_over_the_limit_is_refused_or_looked_at_in_part(action: str, status: int, matches: list[int]) -> None:
    text = f"""SecRequestBodyLimit 4\nSecRequestBodyLimitAction {action}
    SecRule REQUEST_BODY "@streq abcd" "id:1,pass"\nSecRule INBOUND_DATA_ERROR "@eq 1" "id:2,pass" """
    transaction = judged(text, get(method="POST"), b"abcdefgh")
    assert fired(transaction) == matches
    assert (transaction.verdict.status if transaction.verdict else 0) == status


def test_without_access_the_body_is_not_seen_but_phase_2_is_run() -> None:
    text = 'SecRequestBodyAccess Off\nSecRule REQUEST_BODY "@rx x" "id:1,deny"\nSecAction "id:2,pass"'
    assert fired(judged(text, get(method="POST"), b"x")) == [2]


def test_a_request_that_costs_too_much_is_refused() -> None:
    transaction = rules(ONE.format(1, "pass") + ONE.format(2, "pass"), Budget(cost_most=70)).begin(get("/?a=" + "y" * 100), 0.0)
    transaction.body()
    assert transaction.verdict is not None
    assert transaction.verdict.rule == 0
    assert transaction.exceeded == ["more work than a request may make"]


def test_a_request_that_costs_too_much_may_go_on_unseen() -> None:
    budget = Budget(cost_most=1_500, cost_over=Over.LOG)
    text = 'SecRule REQUEST_METHOD "@rx G" "id:1,phase:1,pass"\n' + ONE.format(2, "deny")
    transaction = rules(text, budget).begin(get("/?a=x" + "y" * 300), 0.0)
    assert transaction.headers() is None
    assert transaction.body() is None
    assert fired(transaction) == [1]
    assert transaction.exceeded == ["more work than a request may make"]


@pytest.mark.parametrize(("over", "refused"), [(Over.BLOCK, True), (Over.LOG, False)])
def test_more_arguments_than_may_be(over: Over, *, refused: bool) -> None:
    transaction = rules("SecArgumentsLimit 2", Budget(arguments_over=over)).begin(get("/?a=1&b=2&c=3"), 0.0)
    assert (transaction.headers() is not None) == refused
    assert transaction.exceeded == ["more than 2 arguments"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('SecAction "id:1"\nSecAction "id:1"', "rules:2:1: there is a rule 1 already, at rules:1:1"),
        (
            'SecAction "id:1,skipAfter:END"\nSecMarker END1',
            "rules:1:1: skipAfter leads to 'END', and there is no such marker after the rule; did you",
        ),
        ('SecMarker END\nSecAction "id:1,skipAfter:END"', "rules:2:1: skipAfter leads to 'END'"),
        ('SecRule ARGS "@rx (" "id:1"', "rules:1:15: @rx: "),
        ("SecAction \"id:1,msg:'%{ARGZ.x}'\"", "rules:1:17: there is no variable 'ARGZ' for a macro; did you mean ARGS?"),
    ],
)
def test_what_only_the_whole_rule_set_shows_is_a_fault(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        rules(text)
    assert str(caught.value).startswith(message)


def test_a_watcher_sees_what_each_rule_looks_at() -> None:
    seen: list[tuple[int, bytes, bytes, bool]] = []
    transaction = rules(ONE.format(1, "t:lowercase,pass")).begin(
        get("/?a=X&b=Y"), 0.0, watch=lambda link, name, value, hit: seen.append((link.id, name, value, hit))
    )
    transaction.body()
    assert seen == [(1, b"ARGS:a", b"x", True), (1, b"ARGS:b", b"y", False)]

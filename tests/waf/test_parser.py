"""SecLang is read as the reference has it; whatever is wrong has a place and, where it can be said, a suggestion."""

from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.names import COLLECTIONS, KEYED, OPERATORS, TRANSFORMATIONS
from routerd.waf.place import Fault, Place
from routerd.waf.rules import Action, Entry, Marker, Operation, Rule, Setting, Target
from routerd.waf.seclang.directives import FORMS, REFUSED
from routerd.waf.seclang.parser import parse, parse_files
from routerd.waf.seclang.printer import printed

CRS = Path(__file__).parents[3] / "shared" / "data" / "crs-4.29"
NOWHERE = Place("", 0, 0)


def rule(text: str) -> Rule:
    (found,) = parse(text).entries
    assert isinstance(found, Rule)
    return found


def placeless(entry: Entry) -> Entry:
    """The entry without the places that it was written at."""
    entry = replace(entry, place=NOWHERE)
    if not isinstance(entry, Marker | Setting):
        entry = replace(entry, actions=tuple(replace(action, place=NOWHERE) for action in entry.actions))
    if isinstance(entry, Rule):
        chained = tuple(link for link in map(placeless, entry.chained) if isinstance(link, Rule))
        operation = replace(entry.operation, place=NOWHERE) if entry.operation else None
        entry = replace(entry, operation=operation, chained=chained)
    return entry


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("ARGS", [Target("ARGS")]),
        ("args", [Target("ARGS")]),
        ("ARGS|REQUEST_HEADERS:User-Agent", [Target("ARGS"), Target("REQUEST_HEADERS", "User-Agent")]),
        ("ARGS|!ARGS:token", [Target("ARGS"), Target("ARGS", "token", excluded=True)]),
        ("&ARGS", [Target("ARGS", count=True)]),
        ("&TX:/^a|b/", [Target("TX", "", "^a|b", count=True)]),
        ("REQUEST_COOKIES:/__utm\\/x/|ARGS", [Target("REQUEST_COOKIES", "", "__utm\\/x"), Target("ARGS")]),
        ("ARGS:'/a b/'", [Target("ARGS", "", "a b")]),
        ("ARGS:'a|b'", [Target("ARGS", "a|b")]),
        ("XML:/*|XML://@*", [Target("XML", "/*"), Target("XML", "//@*")]),
        ("TX.score", [Target("TX", "score")]),
    ],
)
def test_variables(text: str, targets: list[Target]) -> None:
    assert list(rule(f'SecRule "{text}" "@rx x" "id:1"').targets) == targets


@pytest.mark.parametrize(
    ("text", "name", "argument", "negated"),
    [
        ("abc", "rx", "abc", False),
        ("!abc", "rx", "abc", True),
        ("@rx a b ", "rx", "a b ", False),
        ("!@RX  a", "rx", "a", True),
        ("! @within a b", "within", "a b", True),
        ("@detectsqli", "detectSQLi", "", False),
        ("  @eq 0", "eq", "0", False),
    ],
)
def test_operators(text: str, name: str, argument: str, *, negated: bool) -> None:
    found = rule(f'SecRule ARGS "{text}" "id:1"').operation
    assert found is not None
    assert (found.name, found.argument, found.negated) == (name, argument, negated)


def test_actions_are_sorted_by_what_they_decide() -> None:
    found = rule(
        """SecRule ARGS "x" "id:'7',phase:request, t:Lowercase,t:none,t:urldecodeuni,\\
        block,msg:'a, \\'b\\'',tag:c,setvar:'tx.a=+%{TX.b}'" """
    )
    assert (found.id, found.phase, found.transformations) == (7, 2, ("none", "urlDecodeUni"))
    assert [(action.name, action.argument) for action in found.actions] == [
        ("block", ""),
        ("msg", "a, 'b'"),
        ("tag", "c"),
        ("setvar", "tx.a=+%{TX.b}"),
    ]


def test_a_variable_of_two_names_is_known_by_both() -> None:
    found = rule('SecRule &STATUS|!multipart_semicolon_missing "x" "id:1,logdata:\'%{status}\'"')
    assert [target.collection for target in found.targets] == ["RESPONSE_STATUS", "MULTIPART_MISSING_SEMICOLON"]


def test_a_chain_is_one_entry_in_one_phase() -> None:
    found = rule('SecRule ARGS "a" "id:1,phase:1,chain"\nSecRule TX:x "b" "chain"\nSecRule TX:y "c"')
    assert [(link.id, link.phase) for link in (found, *found.chained)] == [(1, 1), (0, 1), (0, 1)]


FAULTS = [
    ("SecRul ARGS x", "1:1: there is no directive 'SecRul'; did you mean SecRule?"),
    ("SecRuleScript a.lua", "1:1: SecRuleScript is not carried out here; it would run a program"),
    ("SecRuleEngine Maybe", "1:15: SecRuleEngine cannot be 'Maybe'; On, Off or DetectionOnly"),
    ("SecRuleEngine", "1:1: SecRuleEngine takes 1 word, not 0"),
    ("SecXmlExternalEntity On", "1:22: SecXmlExternalEntity cannot be 'On'"),
    ('SecRule ARG "x" "id:1"', "1:9: there is no variable 'ARG'; did you mean ARGS?"),
    ('SecRule ARGS|&ARGZ "x" "id:1"', "1:15: there is no variable 'ARGZ'"),
    ('SecRule REMOTE_ADDR:x "x" "id:1"', "1:20: REMOTE_ADDR is a single value"),
    ('SecRule ARGS:/(/ "x" "id:1"', "1:9: the pattern of this selector is not one"),
    ('SecRule ARGS:/a "x" "id:1"', "1:14: this pattern is not closed"),
    ('SecRule XML:/a/b "x" "id:1"', "1:12: XML:/a/b cannot be looked at; this engine knows XML:/* and XML://@*"),
    ('SecRule XML "x" "id:1"', "1:12: XML cannot be looked at; this engine knows XML:/* and XML://@*"),
    ('SecRule stream_input_body "x" "id:1"', "1:9: there is no variable STREAM_INPUT_BODY here; this engine does not change bodies"),
    ('SecRule WEBSERVER_ERROR_LOG "x" "id:1"', "1:9: there is no variable WEBSERVER_ERROR_LOG here; the errors of the server"),
    ('SecRule "" "x" "id:1"', "1:10: a rule needs a variable"),
    ('SecRule ARGS "@within2 x" "id:1"', "1:15: there is no operator @within2; did you mean within?"),
    ('SecRule ARGS "!@inspectFile x" "id:1"', "1:16: the operator @inspectFile is not carried out here; it would run a program"),
    ('SecRule ARGS "x" "id:1,exec:/bin/x"', "1:24: the action exec is not carried out here"),
    ('SecRule ARGS "x" "id:1,proxy:http://x"', "1:24: the action proxy is not carried out here"),
    ('SecRule ARGS "x" "id:1,blok"', "1:24: there is no action 'blok'; did you mean block?"),
    ('SecRule ARGS "x" "id:1,\\\n  t:lower"', "2:3: there is no transformation 'lower'; did you mean lowercase?"),
    ('SecRule ARGS "x" "id:1,phase:6"', "1:24: there is no phase '6'"),
    ('SecRule ARGS "x" "id:1,severity:BAD"', "1:24: severity cannot be 'BAD'"),
    ('SecRule ARGS "x" "id:1,status:99"', "1:24: status cannot be '99'"),
    ('SecRule ARGS "x" "id:1,deny:5"', "1:24: deny takes no argument"),
    ('SecRule ARGS "x" "id:1,msg"', "1:24: msg needs an argument"),
    ('SecRule ARGS x "id:1,msg:\'a"', "1:26: this single quote is not closed"),
    ("SecRule ARGS x \"id:1,msg:'a'b\"", "1:29: after a quoted argument there is a comma or the end"),
    ('SecRule ARGS "x" "id:1,ctl:ruleRemovById=3"', "1:24: there is no ctl:ruleRemovById; did you mean ruleRemoveById?"),
    ('SecRule ARGS "x" "id:1,ctl:ruleRemoveById=x"', "1:24: ctl:ruleRemoveById cannot be 'x'"),
    ('SecRule ARGS "x" "id:1,ctl:ruleRemoveTargetById=5;ARGZ"', "1:24: there is no variable 'ARGZ'"),
    ('SecRule ARGS "x" "id:1,ctl:ruleRemoveTargetById=5"', "1:24: ctl:ruleRemoveTargetById needs a variable"),
    ('SecRule ARGS "x" "id:1,ctl:ruleEngine=Yes"', "1:24: ctl:ruleEngine cannot be 'Yes'"),
    ('SecRule ARGS "x" "id:1,ctl:debugLogLevel=9"', "1:24: ctl:debugLogLevel is not carried out here"),
    ('SecRule ARGS "x" "id:1,setvar:args.a=1"', "1:24: a rule cannot set members of 'args'"),
    ('SecRule ARGS "x" "id:1,id:2"', "1:24: a rule has one id"),
    ('SecRule ARGS "x" "phase:2"', "1:1: a rule needs an id"),
    ('SecRule ARGS "x" "id:1,chain"', "1:1: the rule that this one is chained to is missing"),
    ('SecRule ARGS "x" "id:1,chain"\nSecMarker x', "2:1: SecMarker cannot stand within a chain"),
    ('SecRule ARGS "x" "id:1,chain"\nSecRule ARGS "x" "id:2"', "2:1: a chained rule has no id"),
    ('SecRule ARGS "x" "id:1,chain"\nSecRule ARGS "x" "deny"', "2:19: deny cannot stand in a chained rule"),
    ('SecDefaultAction "phase:2,log"', "1:19: SecDefaultAction says what block does"),
    ('SecDefaultAction "log,pass"', "1:19: SecDefaultAction needs a phase"),
    ('SecDefaultAction "phase:1,block"', "1:27: SecDefaultAction says what block does, and cannot be it"),
    ("SecRuleRemoveById 5-3", "1:19: '5-3' is no id and no range"),
    ('SecRuleUpdateTargetById 5 "!ARGZ:x"', "1:29: there is no variable 'ARGZ'"),
    ('SecRuleUpdateActionById 5 "id:6"', "1:28: id, phase and chain of a rule cannot be changed"),
    ("Include other.conf", "1:9: other.conf cannot be read"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        parse(text, "f")
    assert str(caught.value).startswith(f"f:{message}")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_directive_says_why(name: str) -> None:
    with pytest.raises(Fault) as caught:
        parse(f"{name} x")
    assert caught.value.suggestion == REFUSED[name]


@pytest.mark.parametrize("name", sorted(name for name, form in FORMS.items() if form.idle))
def test_a_directive_that_changes_nothing_here_is_still_read(name: str) -> None:
    assert parse(f"{name} x").entries == (Setting(Place("rules", 1, 1), name, ("x",)),)


# Include


@dataclass
class Folder:
    files: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return self.files[path]

    def glob(self, pattern: str, beside: str) -> list[str]:
        at = pattern if pattern.startswith("/") else f"{beside.rpartition('/')[0]}/{pattern}"
        return sorted(path for path in self.files if fnmatch(path, at)) if set("*?") & set(at) else [at]


def test_files_are_included_in_order_relative_to_the_one_that_includes_them() -> None:
    folder = Folder({"/a/main": "Include sub/*.conf\nSecMarker end", "/a/sub/2.conf": "SecMarker two", "/a/sub/1.conf": "SecMarker one"})
    found = parse_files(["/a/main"], folder)
    assert [entry.name for entry in found.entries if isinstance(entry, Marker)] == ["one", "two", "end"]
    assert found.files == ("/a/main", "/a/sub/1.conf", "/a/sub/2.conf")


def test_files_that_include_one_another_are_a_fault() -> None:
    folder = Folder({"/a": "Include /b", "/b": "SecMarker x\nInclude /a"})
    with pytest.raises(Fault, match="/b:2:9: /a includes itself"):
        parse_files(["/a"], folder)


def test_a_file_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(Fault, match="/x:1:9: /y cannot be read: No such file"):
        parse_files(["/x"], Folder({"/x": "Include /y"}))


def test_a_pattern_may_stand_for_nothing() -> None:
    assert parse_files(["/x"], Folder({"/x": "Include plugins/*.conf"})).entries == ()


# Round trip

_plain = st.text(st.characters(codec="utf-8", exclude_characters='\n\r\0\\"', exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_selectors = st.text(st.sampled_from("abcXYZ-_.09[] |'"), min_size=1, max_size=8).map(str.strip).filter(bool)
_keyed = sorted(KEYED - {"XML"})
_targets = st.one_of(
    st.builds(Target, st.sampled_from(sorted(COLLECTIONS - {"XML"})), count=st.booleans(), excluded=st.just(value=False)),
    st.builds(Target, st.sampled_from(_keyed), selector=_selectors, excluded=st.booleans()),
    st.builds(Target, st.sampled_from(_keyed), pattern=st.sampled_from(["^a", "a|b", r"a\/b", "[a-z]+$"])),
    st.just(Target("XML", "/*")),
)
_named = st.sampled_from(["msg", "tag", "logdata", "rev", "ver"])
_arguments = st.text(st.characters(codec="utf-8", exclude_characters='\n\r\0"', exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_actions = st.one_of(
    st.builds(Action, _named, _arguments, st.just(NOWHERE)),
    st.sampled_from(["capture", "log", "nolog", "multiMatch"]).map(lambda name: Action(name, "", NOWHERE)),
)
_operations = st.builds(
    Operation, st.sampled_from(sorted(OPERATORS)), _plain.map(str.strip).map(lambda text: text + '"'), st.booleans(), st.just(NOWHERE)
)
_rules = st.builds(
    Rule,
    st.just(NOWHERE),
    st.just(0),
    st.just(2),
    st.lists(_targets, min_size=1, max_size=4).map(tuple),
    _operations,
    st.lists(st.sampled_from(sorted(TRANSFORMATIONS - {"none"})), max_size=3).map(tuple),
    st.lists(_actions, max_size=4).map(tuple),
)


@given(_rules, st.lists(_rules, max_size=2), st.integers(1, 10**9))
def test_a_rule_that_is_printed_parses_to_the_same_again(first: Rule, others: list[Rule], number: int) -> None:
    wanted = replace(first, id=number, chained=tuple(others))
    (found,) = parse(printed(wanted)).entries
    assert placeless(found) == wanted


@given(st.text(max_size=300) | st.lists(st.sampled_from([text for text, _ in FAULTS]), max_size=4).map("\n".join))
def test_any_text_is_read_or_faulted(text: str) -> None:
    place = Place("rules", 1, 1)
    try:
        parse(text)
    except Fault as fault:
        place = fault.place
    assert 1 <= place.line <= text.count("\n") + 1


@pytest.mark.skipif(not CRS.exists(), reason="the CRS is not beside the checkout")
def test_the_whole_crs_is_read_and_printed_without_loss() -> None:
    files = [CRS / "crs-setup.conf.example", *sorted((CRS / "rules").glob("*.conf*"))]
    found = [entry for file in files for entry in parse(file.read_text(), file.name).entries]
    assert sum(isinstance(entry, Rule) for entry in found) > 600
    again = parse("".join(map(printed, found))).entries
    assert list(map(placeless, again)) == list(map(placeless, found))

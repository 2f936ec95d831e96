"""What rules see, what they set, and what they say when they match."""

import pytest

from routerd.waf.collections import number
from routerd.waf.names import COLLECTIONS
from routerd.waf.persistent import Memory
from routerd.waf.request import Request, Response
from routerd.waf.variables.catalogue import CATALOGUE
from tests.waf.tiny import fired, get, judged, rules

MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n'
    b"X-Own: 1\r\n\r\nhello\r\n"
    b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n--b--\r\n'
)
XML = b'<a b="c"><d e="f">text</d>more</a>'
POST = get(
    "/p/a.php?q=1&Q=2&r=3#f", ("Host", "h:80"), ("Cookie", "c=1; d=2"), ("Content-Type", "application/x-www-form-urlencoded"), method="POST"
)


def looked(targets: str, request: Request = POST, body: bytes = b"x=y&q=9", before: str = "") -> list[tuple[str, str]]:
    """Names and values that a rule over these targets looks at in phase 2."""
    seen: list[tuple[str, str]] = []
    ruleset = rules(f'{before}\nSecRule {targets} "@rx ^" "id:99,phase:2,pass"')
    transaction = ruleset.begin(
        request,
        1_700_000_000.0,
        b"one",
        lambda link, name, value, _: seen.append((name.decode(), value.decode())) if link.id == 99 else None,
    )
    transaction.headers()
    transaction.body(body)
    return seen


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ("ARGS", [("ARGS:q", "1"), ("ARGS:Q", "2"), ("ARGS:r", "3"), ("ARGS:x", "y"), ("ARGS:q", "9")]),
        ("ARGS:q", [("ARGS:q", "1"), ("ARGS:Q", "2"), ("ARGS:q", "9")]),
        ("ARGS:/^[xr]$/", [("ARGS:r", "3"), ("ARGS:x", "y")]),
        ("ARGS|!ARGS:q", [("ARGS:r", "3"), ("ARGS:x", "y")]),
        ("ARGS|!ARGS:/^[qr]/", [("ARGS:x", "y")]),
        ("ARGS|!ARGS", []),
        ("ARGS_GET|!ARGS:q", [("ARGS_GET:q", "1"), ("ARGS_GET:Q", "2"), ("ARGS_GET:r", "3")]),
        ("ARGS_POST", [("ARGS_POST:x", "y"), ("ARGS_POST:q", "9")]),
        ("ARGS_NAMES:r", [("ARGS_NAMES:r", "r")]),
        ("ARGS_POST_NAMES", [("ARGS_POST_NAMES:x", "x"), ("ARGS_POST_NAMES:q", "q")]),
        ("&ARGS", [("ARGS", "5")]),
        ("&ARGS:q", [("ARGS:q", "3")]),
        ("&ARGS:none", [("ARGS:none", "0")]),
        ("ARGS_COMBINED_SIZE", [("ARGS_COMBINED_SIZE", "10")]),
        ("REQUEST_METHOD", [("REQUEST_METHOD", "POST")]),
        ("REQUEST_LINE", [("REQUEST_LINE", "POST /p/a.php?q=1&Q=2&r=3#f HTTP/1.1")]),
        ("REQUEST_URI", [("REQUEST_URI", "/p/a.php?q=1&Q=2&r=3")]),
        ("REQUEST_URI_RAW", [("REQUEST_URI_RAW", "/p/a.php?q=1&Q=2&r=3#f")]),
        ("REQUEST_FILENAME", [("REQUEST_FILENAME", "/p/a.php")]),
        ("REQUEST_BASENAME", [("REQUEST_BASENAME", "a.php")]),
        ("QUERY_STRING", [("QUERY_STRING", "q=1&Q=2&r=3")]),
        ("REQUEST_HEADERS:host", [("REQUEST_HEADERS:Host", "h:80")]),
        ("REQUEST_HEADERS_NAMES:host", [("REQUEST_HEADERS_NAMES:Host", "Host")]),
        ("SERVER_NAME", [("SERVER_NAME", "h")]),
        ("REQUEST_COOKIES", [("REQUEST_COOKIES:c", "1"), ("REQUEST_COOKIES:d", "2")]),
        ("REQUEST_COOKIES_NAMES", [("REQUEST_COOKIES_NAMES:c", "c"), ("REQUEST_COOKIES_NAMES:d", "d")]),
        ("REQUEST_BODY", [("REQUEST_BODY", "x=y&q=9")]),
        ("REQUEST_BODY_LENGTH", [("REQUEST_BODY_LENGTH", "7")]),
        ("REQBODY_PROCESSOR", [("REQBODY_PROCESSOR", "URLENCODED")]),
        ("REQBODY_ERROR", [("REQBODY_ERROR", "0")]),
        ("REMOTE_ADDR", [("REMOTE_ADDR", "192.0.2.1")]),
        ("UNIQUE_ID", [("UNIQUE_ID", "one")]),
        ("TIME_EPOCH", [("TIME_EPOCH", "1700000000")]),
        (
            "TIME|TIME_DAY|TIME_MON|TIME_WDAY|TIME_YEAR",
            [("TIME", "22:13:20"), ("TIME_DAY", "14"), ("TIME_MON", "10"), ("TIME_WDAY", "2"), ("TIME_YEAR", "2023")],
        ),
        ("HIGHEST_SEVERITY", [("HIGHEST_SEVERITY", "255")]),
        ("RULE:id", [("RULE:id", "99")]),
        ("IP:x", []),
        ("XML:/*", []),
        ("FILES_TMPNAMES", []),
        ("FULL_REQUEST_LENGTH", [("FULL_REQUEST_LENGTH", "85")]),
    ],
)
def test_variables_of_a_form(targets: str, expected: list[tuple[str, str]]) -> None:
    assert looked(targets) == expected


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ("FILES", [("FILES:f", "a.txt")]),
        ("FILES_NAMES", [("FILES_NAMES:f", "f")]),
        ("FILES_SIZES", [("FILES_SIZES:f", "5")]),
        ("FILES_COMBINED_SIZE", [("FILES_COMBINED_SIZE", "5")]),
        ("FILES_TMP_CONTENT", [("FILES_TMP_CONTENT:f", "hello")]),
        ("MULTIPART_FILENAME", [("MULTIPART_FILENAME:f", "a.txt")]),
        ("MULTIPART_PART_HEADERS:f|!MULTIPART_PART_HEADERS:n", None),
        ("MULTIPART_STRICT_ERROR", [("MULTIPART_STRICT_ERROR", "0")]),
        ("ARGS_POST", [("ARGS_POST:n", "v")]),
    ],
)
def test_variables_of_an_upload(targets: str, expected: list[tuple[str, str]] | None) -> None:
    request = get("/", ("Content-Type", "multipart/form-data; boundary=b"), method="POST")
    found = looked(targets, request, MULTIPART)
    if expected is None:
        assert ("MULTIPART_PART_HEADERS:f", "X-Own: 1") in found
    else:
        assert found == expected


def test_variables_of_xml_and_json() -> None:
    xml = 'SecAction "id:1,phase:1,ctl:requestBodyProcessor=XML"'
    assert looked("XML://@*", get(method="POST"), XML, xml) == [("XML://@*", "c"), ("XML://@*", "f")]
    assert looked("XML:/*", get(method="POST"), XML, xml) == [("XML:/*", "textmore")]
    json = 'SecAction "id:1,phase:1,ctl:requestBodyProcessor=JSON"'
    assert looked("ARGS", get(method="POST"), b'{"a":{"b":"c"}}', json) == [("ARGS:json.a.b", "c")]
    assert looked("REQBODY_ERROR", get(method="POST"), b'{"a":', json) == [("REQBODY_ERROR", "1")]
    assert looked("REQBODY_ERROR", get(method="POST"), b"", json) == [("REQBODY_ERROR", "0")]


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_every_variable_can_be_read_in_every_phase(name: str) -> None:
    assert CATALOGUE[name].name == name
    selector = ":/*" if name == "XML" else ""
    text = "SecResponseBodyAccess On\n" + "".join(
        f'SecRule {name}{selector} "@rx ." "id:{phase},phase:{phase},pass"\n' for phase in range(1, 6)
    )
    transaction = rules(text).begin(Request(b"GET", b"*"), 0.0)
    transaction.headers()
    transaction.body()
    transaction.response_headers(Response(200, headers=((b"Content-Type", b"text/html"),)))
    transaction.response_body(b"")
    transaction.log()
    assert transaction.verdict is None


def test_a_basic_authorization_names_a_user() -> None:
    request = get("/", ("Authorization", "Basic YWw6cHc="))
    assert looked("REMOTE_USER|AUTH_TYPE", request) == [("REMOTE_USER", "al"), ("AUTH_TYPE", "Basic")]
    assert looked("REMOTE_USER", get("/", ("Authorization", "Basic ="))) == [("REMOTE_USER", "")]


# setvar and macros


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("setvar:tx.a=5", "5"),
        ("setvar:tx.a", "1"),
        ("setvar:TX.A=x", "x"),
        ("setvar:'tx.a=b c'", "b c"),
        ("setvar:tx.a=5,setvar:tx.a=+3", "8"),
        ("setvar:tx.a=5,setvar:tx.a=-7", "-2"),
        ("setvar:tx.a=+3", "3"),
        ("setvar:tx.a=x,setvar:tx.a=+3", "3"),
        ("setvar:tx.b=4,setvar:tx.a=+%{tx.b}", "4"),
        ("setvar:tx.a=%{tx.none}", ""),
        ("setvar:tx.a=%{ARGS.q}-%{request_method}-%{REQUEST_HEADERS:Host}", "1-POST-h:80"),
        ("setvar:tx.a=1,setvar:!tx.a", None),
        ("setvar:tx.k=a,setvar:tx.%{tx.k}=5", "5"),
        ("setvar:'tx.a=100%{'", "100%{"),
        ("setvar:'tx.a=\\%{TX.b}'", "%{TX.b}"),
        ("setvar:tx.a=%{unique_id}", "one"),
    ],
)
def test_setvar(actions: str, expected: str | None) -> None:
    assert [value for _, value in looked("TX:a", before=f'SecAction "id:1,phase:1,{actions}"')] == ([] if expected is None else [expected])


def test_setenv_is_seen_by_the_next_rule() -> None:
    assert looked("ENV:e", before='SecAction "id:1,phase:1,setenv:e=f"') == [("ENV:e", "f")]


def test_setvar_is_carried_out_for_each_value_even_if_the_chain_breaks_off() -> None:
    transaction = judged('SecRule ARGS "@rx ." "id:1,pass,setvar:tx.n=+1,chain"\nSecRule TX:n "@eq 9"', get("/?a=1&b=2&c="))
    assert transaction.state.tx.get(b"n") == b"2"
    assert fired(transaction) == []


@pytest.mark.parametrize(
    ("text", "value"), [(b"5", 5), (b" -5x", -5), (b"+7", 7), (b"", 0), (b"x", 0), (b"-", 0), (b"9" * 30, 0), (None, 0)]
)
def test_numbers_are_what_values_begin_with(text: bytes | None, value: int) -> None:
    assert number(text) == value


# captures and what has matched


def test_what_an_operator_captures_is_kept() -> None:
    transaction = judged('SecRule ARGS "@rx (b)(c)?(d)" "id:1,capture,pass,msg:\'%{TX.0} %{TX.1} %{TX.2} %{TX.3}\'"', get("/?a=xbdx"))
    assert transaction.matches[0].message == b"bd b  d"


def test_without_capture_nothing_is_kept() -> None:
    transaction = judged('SecRule ARGS "@rx (b)" "id:1,pass,msg:\'%{TX.1}\'"', get("/?a=b"))
    assert transaction.matches[0].message == b""


def test_a_look_up_fills_geo() -> None:
    transaction = judged('SecRule REMOTE_ADDR "@geoLookup" "id:1,pass,chain"\nSecRule GEO:COUNTRY_CODE "@streq DE"')
    assert fired(transaction) == [1]


def test_all_that_has_matched_is_seen_by_the_next_link() -> None:
    text = """SecRule ARGS "@rx x" "id:1,t:lowercase,pass,chain"
    SecRule MATCHED_VARS "@streq ax" chain
    SecRule MATCHED_VARS_NAMES "@streq ARGS:a" chain
    SecRule MATCHED_VAR_NAME "@streq MATCHED_VARS_NAMES:ARGS:a" """
    assert fired(judged(text, get("/?a=AX&b=BX&c=c"))) == [1]


def test_a_match_tells_all_of_its_rule() -> None:
    text = """SecRule ARGS "@rx x" "id:7,phase:2,t:lowercase,pass,msg:'in %{MATCHED_VAR_NAME}',logdata:'%{MATCHED_VAR}',\\
    tag:a,tag:'b/%{REQUEST_METHOD}',\\
    severity:CRITICAL,rev:2,ver:'CRS/4',maturity:3,accuracy:4" """
    (match,) = judged(text, get("/?a=AX")).matches
    assert (match.rule, match.phase, match.message, match.data) == (7, 2, b"in ARGS:a", b"ax")
    assert (match.tags, match.severity, match.name, match.value) == ((b"a", b"b/GET"), 2, b"ARGS:a", b"ax")
    assert (match.file, match.line, match.rev, match.version, match.maturity, match.accuracy) == ("rules", 1, b"2", b"CRS/4", 3, 4)


@pytest.mark.parametrize(
    ("default", "actions", "logged", "audited"),
    [
        ("", "", True, True),
        ("", ",nolog", False, False),
        ("", ",noauditlog", True, False),
        ("", ",nolog,auditlog", False, True),
        ("nolog,", "", False, False),
        ("nolog,", ",log,auditlog", True, True),
    ],
)
def test_what_is_logged(default: str, actions: str, *, logged: bool, audited: bool) -> None:
    text = f'SecDefaultAction "phase:2,{default}pass"\nSecRule REQUEST_METHOD "@rx G" "id:1{actions}"'
    transaction = judged(text)
    (match,) = transaction.matches
    assert (match.logged, match.audited, transaction.audited) == (logged, audited, audited)


def test_the_highest_severity_is_that_of_the_gravest_match() -> None:
    text = """SecAction "id:1,severity:ERROR,pass"\nSecAction "id:2,severity:CRITICAL,pass"\nSecAction "id:3,severity:NOTICE,pass"
    SecRule HIGHEST_SEVERITY "@eq 2" "id:4,pass" """
    assert fired(judged(text)) == [1, 2, 3, 4]


@pytest.mark.parametrize(("action", "matches"), [("", []), (",multiMatch", [1])])
def test_multi_match_asks_after_each_transformation(action: str, matches: list[int]) -> None:
    text = f'SecRule ARGS "@streq a%41" "id:1,t:lowercase,t:urlDecode,t:length,pass{action}"'
    assert fired(judged(text, get("/?a=A%2541"))) == matches


def test_transformations_of_the_default_come_first_unless_there_is_none() -> None:
    text = (
        """SecDefaultAction "phase:2,t:lowercase,pass"\nSecRule ARGS "@streq a" "id:1,pass"\nSecRule ARGS "@streq a" "id:2,t:none,pass" """
    )
    assert fired(judged(text, get("/?a=A"))) == [1]


# ctl and exclusions

TWO = """SecRule ARGS:a|ARGS:b "@rx x" "id:10,tag:t/one,msg:'m one',pass"
SecRule ARGS "@rx x" "id:20,tag:t/two,msg:'m two',pass,setvar:tx.seen=%{MATCHED_VAR_NAME}"
"""


@pytest.mark.parametrize(
    ("control", "matches", "seen"),
    [
        ("ruleRemoveById=10", [20], b"ARGS:b"),
        ("ruleRemoveById=10-20", [], None),
        ("ruleRemoveByTag=t/two", [10], None),
        ("ruleRemoveByTag=t/.*", [], None),
        ("ruleRemoveByTag=t", [10, 20], b"ARGS:b"),
        ("ruleRemoveByMsg=m one", [20], b"ARGS:b"),
        ("ruleRemoveTargetById=20;ARGS:b", [10, 20], b"ARGS:a"),
        ("ruleRemoveTargetById=20;ARGS", [10], None),
        ("ruleRemoveTargetById=10-20;ARGS:a", [10, 20], b"ARGS:b"),
        ("ruleRemoveTargetByTag=t/two;ARGS:/^[ab]$/", [10], None),
        ("ruleRemoveTargetByMsg=m one;ARGS", [20], b"ARGS:b"),
    ],
)
def test_ctl_leaves_rules_and_variables_out_of_one_request(control: str, matches: list[int], seen: bytes | None) -> None:
    ruleset = rules(f'SecRule ARGS:off "@rx 1" "id:1,phase:1,nolog,pass,ctl:\'{control}\'"\n{TWO}')
    transaction = ruleset.begin(get("/?a=x&b=x&off=1"), 0.0)
    transaction.headers()
    transaction.body()
    assert fired(transaction) == [1, *matches]
    assert transaction.state.tx.get(b"seen") == seen
    other = ruleset.begin(get("/?a=x&b=x"), 0.0)
    other.body()
    assert fired(other) == [10, 20]


@pytest.mark.parametrize(
    ("directive", "matches", "seen"),
    [
        ("SecRuleRemoveById 10", [20], b"ARGS:b"),
        ('SecRuleRemoveById 5 "8-12" 20', [], None),
        ("SecRuleRemoveByTag t/two", [10], None),
        ('SecRuleRemoveByMsg "m one"', [20], b"ARGS:b"),
        ('SecRuleUpdateTargetById 20 "!ARGS:b"', [10, 20], b"ARGS:a"),
        ('SecRuleUpdateTargetById 20 "!ARGS:b|!ARGS:a"', [10], None),
        ('SecRuleUpdateTargetById 20 "!ARGS:b,!ARGS:a"', [10], None),
        ('SecRuleUpdateTargetByTag t/two "REQUEST_METHOD"', [10, 20], b"ARGS:b"),
        ('SecRuleUpdateTargetByMsg "m two" "QUERY_STRING" ARGS', [10, 20], b"QUERY_STRING"),
        ('SecRuleUpdateTargetById 10 "REQUEST_METHOD" ARGS_GET', [10, 20], b"ARGS:b"),
        ('SecRuleUpdateActionById 10 "deny,status:404"', [10], None),
        ('SecRuleUpdateActionById 20 "t:length,setvar:tx.other=1"', [10], None),
        ("SecRuleRemoveById 999", [10, 20], b"ARGS:b"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_exclusions_hold_wherever_they_stand(directive: str, matches: list[int], seen: bytes | None, *, first: bool) -> None:
    text = f"{directive}\n{TWO}" if first else f"{TWO}{directive}"
    transaction = judged(text, get("/?a=x&b=x"))
    assert fired(transaction) == matches
    assert transaction.state.tx.get(b"seen") == seen


def test_an_updated_action_takes_the_place_of_the_old() -> None:
    transaction = judged(f"{TWO}SecRuleUpdateActionById 10 \"deny,status:404,msg:'new'\"", get("/?a=x"))
    assert transaction.verdict is not None
    assert (transaction.verdict.status, transaction.verdict.message) == (404, b"new")


# persistent collections

COUNTING = """SecAction "id:1,phase:1,initcol:ip=%{REMOTE_ADDR},setvar:tx.open,pass"
SecAction "id:2,phase:1,setvar:ip.count=+1,pass"
SecRule IP:count "@ge 3" "id:3,phase:1,deny"
"""


def test_a_collection_counts_over_requests_and_is_forgotten_in_time() -> None:
    ruleset = rules("SecCollectionTimeout 60\n" + COUNTING)
    verdicts = [ruleset.begin(get(client=client), now).headers() is not None for client, now in VISITS]
    assert verdicts == [False, False, False, True, True, False]


VISITS = [("192.0.2.1", 0.0), ("192.0.2.1", 1.0), ("192.0.2.2", 2.0), ("192.0.2.1", 3.0), ("192.0.2.1", 60.0), ("192.0.2.1", 120.0)]


def test_a_member_expires_on_its_own() -> None:
    text = """SecAction "id:1,phase:1,initcol:ip=%{REMOTE_ADDR},pass"
    SecRule IP:bad "@eq 1" "id:2,phase:1,deny"
    SecRule ARGS:bad "@eq 1" "id:3,phase:1,setvar:ip.bad=1,expirevar:ip.bad=10,pass" """
    ruleset = rules(text)
    assert [ruleset.begin(get(target), now).headers() is not None for target, now in (("/?bad=1", 0.0), ("/", 9.0), ("/", 10.0))] == [
        False,
        True,
        False,
    ]


def test_a_collection_that_is_not_open_is_left_alone() -> None:
    transaction = judged('SecAction "id:1,phase:1,setvar:ip.a=1,pass"\nSecRule &IP "@eq 0" "id:2,pass"')
    assert fired(transaction) == [1, 2]


@pytest.mark.parametrize(("action", "kind", "variable"), [("setsid", "SESSION", "SESSIONID"), ("setuid", "USER", "USERID")])
def test_sessions_and_users_are_opened_by_name(action: str, kind: str, variable: str) -> None:
    text = f"""SecAction "id:1,phase:1,{action}:'%{{REQUEST_COOKIES.s}}',pass"
    SecAction "id:2,phase:1,setvar:{kind}.n=+1,pass"
    SecRule {kind}:n "@eq 2" "id:3,pass,chain"\nSecRule {variable} "@streq k" """
    ruleset = rules(text)
    found = []
    for _ in range(2):
        transaction = ruleset.begin(get("/", ("Cookie", "s=k")), 0.0)
        transaction.headers()
        transaction.body()
        found.append(fired(transaction))
    assert found == [[1, 2], [1, 2, 3]]


def test_members_are_taken_out_of_a_collection() -> None:
    text = """SecAction "id:1,phase:1,initcol:global=all,pass"\nSecAction "id:2,phase:1,setvar:global.a=1,pass"
    SecAction "id:3,phase:1,setvar:!global.a,pass"\nSecRule &GLOBAL:a "@eq 0" "id:4,pass" """
    assert fired(judged(text)) == [1, 2, 3, 4]


def test_the_collection_that_was_written_longest_ago_goes_first() -> None:
    memory = Memory(most=2)
    for key in (b"a", b"b", b"a", b"c"):
        memory.put("IP", key, (b"n", b"1"), 0.0, 60)
    assert [bool(memory.members("IP", key, 1.0)) for key in (b"a", b"b", b"c")] == [True, False, True]


def test_rule_sets_may_share_their_collections() -> None:
    memory = Memory()
    found = [rules(COUNTING, collections=memory).begin(get(), 0.0).headers() is not None for _ in range(3)]
    assert found == [False, False, True]

"""Custom rules as the defence and the management API meet them."""

import re

import pytest

from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.customrules import model, records, service
from tests.customrules.conftest import Desk
from tests.fakes.request import FakeHead

FORM = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=XyZ"
PARTS = b"\r\n".join(
    [
        *(b"--XyZ", b'Content-Disposition: form-data; name="field"', b"", b"evil"),
        *(b"--XyZ", b'Content-Disposition: form-data; name="up"; filename="shell.php"', b"", b"<?php"),
        b"--XyZ--\r\n",
    ]
)

CASES = [
    ("uri", {"keyword": "/.env"}, "head", {"target": b"/a/.ENV"}, {"target": b"/env"}),
    ("uri", {"keyword": "/.env"}, "head", {"target": b"/%2eenv"}, {"target": b"/x?a=b"}),
    ("uri", {"rix": r"\.(bak|old)$"}, "head", {"target": b"/x.bak"}, {"target": b"/x.bakery"}),
    ("uri", {"content": ["/one", "/two"]}, "head", {"target": b"/two"}, {"target": b"/three"}),
    ("uri", {"keyword": "/one", "rix": "^/two$"}, "head", {"target": b"/two"}, {"target": b"/two/"}),
    ("parameter_key", {"keyword": "cmd"}, "head", {"target": b"/?cmd=1"}, {"target": b"/cmd?a=cmd"}),
    ("parameter_key", {"keyword": "c m"}, "head", {"target": b"/?%63+m=1"}, {"target": b"/?m=1"}),
    ("parameter_value", {"keyword": "union select"}, "head", {"target": b"/?q=1+UNION%20select"}, {"target": b"/?union+select=1"}),
    ("parameter_value", {"keyword": "evil"}, "body", {"body": b"a=b&c=%65vil", "kind": FORM}, {"body": b"evil=1", "kind": FORM}),
    ("parameter_key", {"rix": "^up$"}, "body", {"body": PARTS, "kind": MULTIPART}, {"body": PARTS, "kind": b"text/plain"}),
    ("parameter_value", {"rix": "^evil$"}, "body", {"body": PARTS, "kind": MULTIPART}, {}),
    ("parameter_value", {"keyword": "shell.php"}, "body", {"body": PARTS, "kind": MULTIPART}, {}),
    ("parameter_value", {"rix": "^evil$"}, "body", {"body": b"preamble\r\n" + PARTS, "kind": MULTIPART}, {}),
    (
        "parameter_value",
        {"rix": "^evil$"},
        "body",
        {"body": b'{"a": "evil", "a": "good", "n": ' + b"1" * 5_000 + b"}", "kind": b"application/json"},
        {},
    ),
    (
        "parameter_value",
        {"rix": "^evil$"},
        "body",
        {"body": b'{"a": [1, {"b": "e\\u0076il"}]}', "kind": b"application/json; charset=utf-8"},
        {"body": b'{"evil": 1}', "kind": b"application/json"},
    ),
    ("parameter_key", {"rix": "^b$"}, "body", {"body": b'{"a": [{"b": null}]}', "kind": b"application/vnd.x+json"}, {}),
    ("request_header", {"keyword": "sqlmap"}, "head", {"headers": ((b"User-Agent", b"sqlMap/1"),)}, {"headers": ((b"X", b"y"),)}),
    ("request_header", {"rix": "^x-tool: evil$"}, "head", {"headers": ((b"X-Tool", b"evil"),)}, {"headers": ((b"X-Other", b"evil"),)}),
    ("request_body", {"keyword": "<?php"}, "body", {"body": b"x <?PHP y", "kind": b"text/plain"}, {"target": b"/?a=<?php"}),
    ("request_body", {"keyword": "<?php"}, "body", {"body": b"a=%3C%3Fphp", "kind": FORM}, {"body": b"", "kind": FORM}),
    ("any", {"keyword": "evil"}, "head", {"target": b"/evil"}, {"target": b"/"}),
    ("any", {"keyword": "evil"}, "head", {"headers": ((b"X", b"evil"),)}, {"body": b"good"}),
    ("any", {"keyword": "evil"}, "body", {"body": b"the evil one"}, {}),
]


@pytest.mark.parametrize(("position", "looks", "when", "fits", "fails"), CASES)
def test_a_condition_fits_what_is_at_its_position(desk: Desk, position: str, looks: dict, when: str, fits: dict, fails: dict) -> None:
    desk.rule({"position": position, **looks})
    assert desk.fits(**fits) == when
    assert desk.fits(**fails) == ""


def test_and_wants_all_and_or_wants_one(desk: Desk) -> None:
    both = ({"position": "uri", "keyword": "/a"}, {"position": "request_header", "keyword": "x: 1"})
    rule = desk.rule(*both, relation="and")
    assert desk.fits(target=b"/a") == ""
    assert desk.fits(target=b"/a", headers=((b"X", b"1"),)) == "head"
    desk.conditions.update(rule.rule_id, model.read({**model.document(rule), "relation": "or"}))
    assert desk.fits(target=b"/a") == "head"
    assert desk.fits(headers=((b"X", b"1"),)) == "head"


def test_negate_means_at_no_value_of_the_position(desk: Desk) -> None:
    desk.rule({"position": "uri", "keyword": "/api"}, {"position": "request_header", "keyword": "x-key:", "negate": True}, relation="and")
    assert desk.fits(target=b"/api") == "head"
    assert desk.fits(target=b"/api", headers=((b"X-Key", b"1"), (b"Y", b"2"))) == ""
    assert desk.fits(target=b"/") == ""


def test_what_is_missing_from_a_body_is_told_once_the_body_is_there(desk: Desk) -> None:
    desk.rule({"position": "request_body", "keyword": "token", "negate": True}, method="POST")
    assert desk.fits(method=b"POST", body=b"nothing") == "body"
    assert desk.fits(method=b"POST") == "body"
    assert desk.fits(method=b"POST", body=b"a token") == ""
    assert desk.fits() == ""


def test_a_rule_is_for_its_methods(desk: Desk) -> None:
    desk.rule({"position": "uri", "keyword": "/a"}, method="put, delete")
    assert [desk.fits(target=b"/a", method=method) for method in (b"GET", b"PUT", b"DELETE")] == ["", "head", "head"]


def test_bodies_are_wanted_only_when_some_rule_looks_at_them(desk: Desk) -> None:
    assert not desk.conditions.body_wanted
    desk.rule({"position": "uri", "keyword": "x"})
    assert not desk.conditions.body_wanted
    rule = desk.rule({"position": "parameter_value", "keyword": "x"})
    assert desk.conditions.body_wanted
    desk.conditions.toggle(rule.rule_id, enabled=False)
    assert not desk.conditions.body_wanted


def test_what_it_says(desk: Desk) -> None:
    rule = desk.rule({"position": "parameter_key", "keyword": "x"}, name="  No   x ")
    ruling = desk.conditions.judge(FakeHead(target=b"/?x=1"))
    assert re.fullmatch("[0-9a-f]{8}", rule.rule_id)
    assert (ruling.rule_id, ruling.rule_name, ruling.action, ruling.attack_type, ruling.variable) == (
        rule.rule_id,
        "No x",
        "block",
        "custom",
        "ARGS_NAMES",
    )


HOSTILE = [
    (b"{" * 60_000, b"application/json"),
    (b"[" * 60_000 + b"]" * 60_000, b"application/json"),
    (b'"\\ud800"', b"application/json"),
    (b"&=&=%&%zz=" * 5_000, FORM),
    (b"--X\r\n" * 10_000, MULTIPART),
    (b"\xff\xfe\x00" * 9, MULTIPART),
    (b'{"a": 1e999, "b": NaN}', b"application/json"),
]


@pytest.mark.parametrize(("body", "kind"), HOSTILE)
def test_bodies_that_cannot_be_read_are_still_looked_at_as_they_are(desk: Desk, body: bytes, kind: bytes) -> None:
    desk.rule({"position": "parameter_value", "keyword": "no such thing"}, {"position": "request_body", "keyword": "TAIL"})
    assert desk.fits(body=body, kind=kind) == ""
    assert desk.fits(body=body[:60_000] + b"tail", kind=kind) == "body"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "name has 0 characters"),
        ({"method": "GET /"}, "method is 'GET /'"),
        ({"method": ""}, "method is empty"),
        ({"action": "drop"}, "action is 'drop'; expected block"),
        ({"relation": "xor"}, "expected and or or"),
        ({"judges": []}, "expected 1 to 50"),
        ({"judges": [{"position": "cookie", "keyword": "x"}]}, r"judges\[0\].position is 'cookie'"),
        ({"judges": [{"position": "uri"}]}, "looks for nothing"),
        ({"judges": [{"position": "uri", "keyword": "x", "regex": "y"}]}, "regex is unknown"),
        ({"judges": [{"position": "uri", "content": 5}]}, "content is 5; expected a text"),
        ({"judges": [{"position": "uri", "rix": "("}]}, "rix is no regular expression"),
        ({"judges": [{"position": "uri", "rix": r"(a+)\1"}]}, "could take very long"),
        ({"judges": "x"}, "expected a list"),
        ({"judges": [5]}, "expected an object"),
        ({"enabled": "yes"}, "expected true or false"),
        ({"colour": "red"}, "'colour' is unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(desk: Desk, change: dict, said: str) -> None:
    whole = {"name": "x", "method": "any", "relation": "or", "judges": [{"position": "uri", "keyword": "x"}], **change}
    with pytest.raises(BadInput, match=said):
        desk.conditions.create(model.read(whole))
    assert desk.conditions.listing() == []


def test_rules_keep_their_order_survive_a_restart_and_are_forgotten(desk: Desk) -> None:
    rules = [desk.rule({"position": "uri", "keyword": f"/{at}"}) for at in range(3)]
    desk.conditions.toggle(rules[0].rule_id, enabled=False)
    desk.conditions = desk.again()
    assert [rule.rule_id for rule in desk.conditions.listing()] == [rule.rule_id for rule in rules]
    assert [desk.fits(target=b"/%d" % at) for at in range(3)] == ["", "head", "head"]
    desk.conditions.remove(rules[1].rule_id)
    assert desk.fits(target=b"/1") == ""
    for verb in (desk.conditions.remove, desk.conditions.get):
        with pytest.raises(NotFound):
            verb(rules[1].rule_id)


def test_a_rule_in_the_store_that_cannot_be_used_does_not_take_the_others_along(desk: Desk) -> None:
    desk.rule({"position": "uri", "keyword": "/a"})
    for at, document in enumerate(('{"name": "x"}', '{"name":"x","method":"any","relation":"or","judges":[{"position":"uri","rix":"("}]}')):
        records.CustomRuleRow.insert(rule_id=f"0000000{at}", number=9, name="x", document=document, enabled=True, changed_at=0).execute(
            desk.store.db
        )
    assert desk.conditions.reload() == 1
    assert desk.fits(target=b"/a") == "head"


def test_there_is_an_end_to_rules_and_to_expressions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "EXPRESSIONS_MOST", 1)
    desk.rule({"position": "uri", "rix": "x"})
    with pytest.raises(Conflict, match="at most 1"):
        desk.rule({"position": "uri", "rix": "y"})
    monkeypatch.setattr(model, "RULES_MOST", 1)
    with pytest.raises(Conflict, match="2 custom rules"):
        desk.rule({"position": "uri", "keyword": "y"})
    assert len(desk.conditions.listing()) == 1


def test_the_table_is_as_the_model_says(desk: Desk) -> None:
    columns = {column.name: column for column in desk.store.db.get_columns("custom_rule")}
    assert columns.keys() == records.CustomRuleRow._meta.columns.keys()
    assert not any(column.null for column in columns.values())

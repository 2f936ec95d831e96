"""Access lists as the defence and the management API meet them."""

import peewee
import pytest

from routerd.acl import records
from routerd.acl.model import NewRule
from routerd.core.errors import BadInput, Conflict, NotFound
from tests.acl.conftest import Desk


def test_without_rules_there_is_nothing_to_say(desk: Desk) -> None:
    assert desk.says() == ""


def agent(value: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"User-Agent", value),)


FITS = [
    ("ip", "192.0.2.1", {}, {"client": b"192.0.2.2"}),
    ("ip", "10.0.0.0/8, 192.0.2.0/24", {}, {"client": b"192.0.3.1"}),
    ("ip", "10.0.0.1 - 10.0.0.9\n192.0.2.1-192.0.2.7 # the lab", {"client": b"192.0.2.7"}, {"client": b"192.0.2.8"}),
    ("ip", "2001:db8::/32", {"client": b"2001:db8:9::1"}, {"client": b"2001:db9::1"}),
    ("ip", "::ffff:192.0.2.1", {"client": b"192.0.2.1"}, {"client": b"192.0.2.2"}),
    ("ip", "192.0.2.1", {"client": b"::ffff:192.0.2.1"}, {"client": b"not an address"}),
    ("ip", "0.0.0.0/0", {}, {"client": b"2001:db8::1"}),
    ("country", "de, AT", {"client": b"2001:db8::1"}, {"client": b"192.0.2.2"}),
    ("country", "!DE", {"client": b"192.0.2.2"}, {"client": b"192.0.2.1"}),
    ("country", "!DE", {"client": b"192.0.2.2"}, {"client": b"198.51.100.1"}),
    ("country", "XX", {"client": b"198.51.100.1"}, {}),
    ("method", "TRACE,PUT", {"method": b"PUT"}, {}),
    ("method", "!GET, HEAD", {"method": b"get"}, {"method": b"HEAD"}),
    ("ua", "sqlMap", {"headers": agent(b"SQLmap/1.8")}, {"headers": agent(b"curl")}),
    ("ua", "=", {}, {"headers": agent(b"curl")}),
    ("ua", "=curl", {"headers": agent(b"CURL")}, {"headers": agent(b"curl/8")}),
    ("ua", "curl/*", {"headers": agent(b"curl/8.5")}, {"headers": agent(b"my curl/8.5")}),
    ("ua", "~ ^[a-z]+$", {"headers": agent(b"curl")}, {"headers": agent(b"Curl")}),
    ("ua", "~* ^[a-z]+$", {"headers": agent(b"Curl")}, {"headers": agent(b"Curl/8")}),
    ("referer", "spam.example", {"headers": ((b"referer", b"http://SPAM.example/"),)}, {}),
    ("header", "X-Scanner", {"headers": ((b"x-scanner", b""),)}, {}),
    ("header", "X-Tool: evil", {"headers": ((b"X-TOOL", b"an Evil one"),)}, {"headers": ((b"X-Tool", b"good"),)}),
    ("header", "X-Tool: evil", {"headers": ((b"X-Tool", b"good"), (b"X-Tool", b"evil"))}, {"headers": ((b"X-Other", b"evil"),)}),
    ("cookie", "id=bad", {"headers": ((b"Cookie", b"a=1; id=is bad"),)}, {"headers": ((b"Cookie", b"other=bad"),)}),
    ("cookie", "id", {"headers": ((b"cookie", b"id="),)}, {"headers": ((b"cookie", b"idx=1"),)}),
    ("url", "/wp-admin", {"target": b"/blog/WP-admin/x"}, {"target": b"/wp"}),
    ("url", "/wp-admin", {"target": b"/a/..//%77p%2dadmin"}, {}),
    ("url", "/wp-admin", {"target": b"/a/%2e%2e/wp-admin"}, {}),
    ("url", "id=1 or", {"target": b"/?id=1+OR+1"}, {"target": b"/?id=1"}),
    ("url", "*.bak", {"target": b"/x.bak"}, {"target": b"/x.bak/y"}),
]


@pytest.mark.parametrize(("rule_type", "pattern", "fits", "fails"), FITS)
def test_a_rule_fits_what_it_means_and_nothing_else(desk: Desk, rule_type: str, pattern: str, fits: dict, fails: dict) -> None:
    rule = desk.rule(rule_type, pattern)
    assert desk.says(**fits) == f"block acl_{rule.id}"
    assert desk.says(**({"client": b"198.51.100.9"} if rule_type == "ip" and not fails else fails)) == ""


def test_allow_comes_before_block_wherever_it_stands(desk: Desk) -> None:
    desk.rule("ip", "192.0.2.0/24")
    allowed = desk.rule("ua", "=monitor", "allow")
    assert desk.says() == "block acl_1"
    assert desk.says(headers=agent(b"monitor")) == f"allow acl_{allowed.id}"


def test_of_several_the_first_in_the_list_is_named(desk: Desk) -> None:
    first, second = desk.rule("ua", "bad"), desk.rule("ip", "192.0.2.1")
    assert desk.says(headers=agent(b"bad")) == f"block acl_{first.id}"
    desk.lists.move(second.id, before=first.id)
    assert [rule.id for rule in desk.lists.listing()] == [second.id, first.id]
    assert desk.says(headers=agent(b"bad")) == f"block acl_{second.id}"
    desk.lists.move(second.id)
    assert [rule.id for rule in desk.lists.listing()] == [first.id, second.id]


def test_what_overlaps_is_named_by_the_first_too(desk: Desk) -> None:
    wide, narrow = desk.rule("ip", "192.0.0.0/16"), desk.rule("ip", "192.0.2.1")
    assert desk.says() == f"block acl_{wide.id}"
    desk.lists.toggle(wide.id, enabled=False)
    assert desk.says() == f"block acl_{narrow.id}"
    assert desk.says(client=b"192.0.2.2") == ""


def test_a_rule_of_a_host_holds_there_only(desk: Desk) -> None:
    desk.rule("ua", "sqlmap", type="host", host="Example.com")
    wild = desk.rule("ua", "nikto", type="host", host="*.example.org")
    assert desk.says(headers=agent(b"sqlmap")) == "block acl_1"
    assert desk.says(headers=agent(b"sqlmap"), host=b"www.example.com") == ""
    assert desk.says(headers=agent(b"nikto"), host=b"a.b.example.org") == f"block acl_{wild.id}"
    assert desk.says(headers=agent(b"nikto"), host=b"example.org") == ""


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        (b"/static/x.css", True),
        (b"/%73tatic/", True),
        (b"/admin?x=/static/", False),
        (b"/admin/static/", False),
        (b"/static/../admin", False),
        (b"/static/%2e%2e/admin", False),
        (b"/static/a;b/c.css", True),
        (b"/static/..;/admin", False),
        (b"/static/;/../../admin", False),
        (b"/static/..%5cadmin", False),
        (b"/static/%252e%252e/admin", False),
        (b"/static%2fadmin", False),
        (b"/admin/../static/x", False),
        (b"/admin.php//../static/x", False),
        (b"/static/x%00", False),
        (b"/static/..", False),
    ],
)
def test_an_address_that_is_let_in_by_url_is_let_in_by_its_path_alone(desk: Desk, target: bytes, allowed: bool) -> None:
    desk.rule("url", "/static/", "allow")
    assert (desk.says(target=target) == "allow acl_1") is allowed


@pytest.mark.parametrize(
    ("new", "field", "words"),
    [
        (NewRule("site", "ip", "1.2.3.4", "block"), "type", "expected global or host"),
        (NewRule("global", "asn", "1", "block"), "rule_type", "expected ip, ua"),
        (NewRule("global", "ip", "1.2.3.4", "drop"), "action", "expected block or allow"),
        (NewRule("host", "ip", "1.2.3.4", "block"), "host", "host is missing"),
        (NewRule("global", "ip", " ", "block"), "pattern", "pattern is empty"),
        (NewRule("global", "ip", "1.2.3.256", "block"), "pattern", "'1.2.3.256' is no address"),
        (NewRule("global", "ip", "1.2.3.9-1.2.3.4", "block"), "pattern", "does not come before"),
        (NewRule("global", "ip", "# nobody", "block"), "pattern", "names no address"),
        (NewRule("global", "country", "Germany", "block"), "pattern", "two letters"),
        (NewRule("global", "method", "GET /", "block"), "pattern", "is no method"),
        (NewRule("global", "header", ": x", "block"), "pattern", "does not name a header"),
        (NewRule("global", "ua", "~ (", "block"), "pattern", "no regular expression"),
        (NewRule("global", "ua", r"~ (a+)\1", "block"), "pattern", "could take very long"),
        (NewRule("global", "ua", "**", "block"), "pattern", "fits everything"),
        (NewRule("global", "ua", "x" * 3000, "block"), "pattern", "3000 characters"),
        (NewRule("global", "ua", "x", "block", description="d" * 300), "description", "300 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(desk: Desk, new: NewRule, field: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        desk.lists.create(new)
    assert caught.value.field == field
    assert desk.lists.listing() == []


def test_many_are_kept_or_none(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.lists.create_many([NewRule("global", "ip", "1.2.3.4", "block"), NewRule("global", "ip", "x", "block")])
    assert desk.lists.listing() == []
    made = desk.lists.create_many([NewRule("global", "ip", f"1.2.3.{n}", "block") for n in range(200)])
    assert [rule.position for rule in made] == list(range(1, 201))


def test_there_is_an_end_to_expressions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routerd.acl.service.EXPRESSIONS_MOST", 1)
    desk.rule("ua", "a*b")
    with pytest.raises(Conflict, match="at most 1"):
        desk.rule("ua", "~ x")
    assert len(desk.lists.listing()) == 1


def test_a_rule_is_changed_switched_off_and_forgotten(desk: Desk) -> None:
    rule = desk.rule("ip", "192.0.2.1", description="a scan")
    desk.lists.update(rule.id, NewRule("global", "ip", "192.0.2.2", "block"))
    assert desk.says() == ""
    assert desk.says(client=b"192.0.2.2") == "block acl_1"
    desk.lists.toggle(rule.id, enabled=False)
    assert desk.says(client=b"192.0.2.2") == ""
    desk.lists.remove(rule.id)
    for verb in (desk.lists.remove, desk.lists.get, desk.lists.move):
        with pytest.raises(NotFound):
            verb(rule.id)


def test_rules_survive_a_restart_and_one_that_cannot_be_used_does_not_take_the_others_along(desk: Desk) -> None:
    desk.rule("ip", "192.0.2.1")
    broken = desk.rule("ua", "fine")
    records.change(desk.store.db, broken.id, pattern="~ (")
    desk.lists = desk.again()
    assert desk.says() == "block acl_1"


def number(address: str) -> int:
    return int.from_bytes(bytes(map(int, address.split("."))), "big")


def test_the_kernel_drops_what_is_blocked_everywhere_and_let_in_nowhere(desk: Desk) -> None:
    desk.rule("ip", "192.0.2.0/24, 2001:db8::/32")
    desk.rule("ip", "198.51.100.0/24", type="host", host="example.com")
    desk.rule("ip", "192.0.2.100", "allow", type="host", host="example.com")
    first, last = number("192.0.2.0"), number("192.0.2.255")
    assert desk.kernel.four == [(first, first + 99), (first + 101, last)]
    assert [hex(edge)[:10] for edge in desk.kernel.six[0]] == ["0x20010db8", "0x20010db8"]
    friend = desk.rule("url", "/health", "allow")
    assert desk.kernel.four == []
    desk.lists.toggle(friend.id, enabled=False)
    assert len(desk.kernel.four) == 2


def test_the_table_is_as_the_models_say(desk: Desk) -> None:
    columns = {column.name: column for column in desk.store.db.get_columns("acl_rule")}
    fields = records.AclRow._meta.columns
    assert columns.keys() == fields.keys()
    assert {name for name, column in columns.items() if column.null} == {name for name, field in fields.items() if field.null}
    assert isinstance(fields["id"], peewee.AutoField)

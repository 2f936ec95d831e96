"""Nothing that looks like a secret is kept, and what does not is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from routerd.attacks import masking
from routerd.attacks.model import attack_type


@pytest.mark.parametrize(
    "name",
    [
        *("password", "PASSWD", "user_pass", "userPassword", "new-password", "pwd", "passphrase", "client_secret", "access_token"),
        *("csrf_token", "api_key", "X-Api-Key", "apikey", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "PHPSESSID"),
        *("session", "sid", "JSESSIONID", "otp", "pin", "cvv", "card_number", "cardNumber", "iban", "signature", "jwt", "privateKey"),
    ],
)
def test_these_names_stand_before_secrets(name: str) -> None:
    assert masking.is_secret(name)


@pytest.mark.parametrize(
    "name", ["q", "id", "author", "compass", "passenger", "spinner", "shipping", "cardboard", "design", "host", "sort", "paddle"]
)
def test_these_do_not(name: str) -> None:
    assert not masking.is_secret(name)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a=1&password=x&b=<script>", "a=1&password=***&b=<script>"),
        ('{"user": "ada", "password": "a\\"b", "token":123}', '{"user": "ada", "password": "***", "token":***}'),
        ('{"password": "hunter,2}really", "a": 1}', '{"password": "***", "a": 1}'),
        ('{"passwords": ["hunter2", "x"], "a": ["b"]}', '{"passwords": ***, "a": ["b"]}'),
        ("/?next=/login?token=abc&q=1", "/?next=/login?token=***&q=1"),
        ("Host: x\nCookie: a=b; c=d\nAccept: */*", "Host: x\nCookie: ***\nAccept: */*"),
        ("q=Bearer abcdefgh123", "q=Bearer ***"),
        ("x eyJhbGciOiJI.eyJzdWIi.sig y", "x *** y"),
        ("pay 4111 1111 1111 1111 now", "pay *** now"),
        ("pay 4111-1111-1111-1112 now", "pay 4111-1111-1111-1112 now"),
        ("1 UNION SELECT password FROM users", "1 UNION SELECT password FROM users"),
    ],
)
def test_texts_keep_what_is_no_secret(before: str, after: str) -> None:
    assert masking.masked(before) == after


@pytest.mark.parametrize(
    ("variable", "content", "kept"),
    [
        ("ARGS:q", b"1 OR 1", "1 OR 1"),
        ("ARGS:password", b"1 OR 1", "***"),
        ("ARGS_NAMES:password", b"password", "password"),
        ("REQUEST_COOKIES:theme", b"dark", "***"),
        ("REQUEST_HEADERS:Cookie", b"a=b", "***"),
        ("REQUEST_HEADERS:User-Agent", b"sqlmap", "sqlmap"),
        ("REQUEST_BODY", b"user=ada&pass=x", "user=ada&pass=***"),
        ("ARGS:q", b"\xff\0", "\\xff\\0"),
        ("ARGS:q", b"a\x1b[2J\xc2\x9b1m\xe2\x80\xaeb\rc\r\nd\te", "a\\x1b[2J\\x9b1m\\u202eb\\x0dc\r\nd\te"),
    ],
)
def test_values_are_masked_by_the_name_of_their_variable(variable: str, content: bytes, kept: str) -> None:
    assert masking.value(variable, content) == kept


@given(some.binary(max_size=400), some.lists(some.tuples(some.binary(max_size=20), some.binary(max_size=200)), max_size=5))
def test_any_head_can_be_kept(target: bytes, fields: list[tuple[bytes, bytes]]) -> None:
    kept = masking.head(b"GET", target, b"HTTP/1.1", fields)
    assert kept.encode()
    assert "\0" not in kept


def test_a_malformed_head_has_a_line_for_each_of_its_fields() -> None:
    assert masking.head(b"GET", b"/\n", b"HTTP/1.1", [(b"X", b"a\nHost: b")]) == "GET /\\n HTTP/1.1\nX: a\\nHost: b"


def test_a_long_head_is_cut_and_does_not_take_long() -> None:
    kept = masking.head(b"GET", b"/?" + b"a=" * 50_000, b"HTTP/1.1", [(b"X" * 30, b"=&=" * 20_000)] * 50)
    assert len(kept) <= masking.HEAD_MOST


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (["OWASP_CRS", "attack-sqli"], "sqli"),
        (["attack-generic", "attack-ssrf"], "ssrf"),
        (["attack-injection-php"], "php"),
        (["attack-reputation-scanner"], "scanner"),
        (["attack-protocol"], "protocol"),
        (["language-php"], "waf"),
    ],
)
def test_the_type_of_an_attack_comes_from_its_rules_tags(tags: list[str], kind: str) -> None:
    assert attack_type(tags) == kind

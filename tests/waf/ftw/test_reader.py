"""Files of tests are read as go-ftw reads them."""

import pytest

from routerd.waf.ftw.reader import TestsFault, read
from routerd.waf.ftw.tests import Expected, Sent, Test

FULL = """
meta: {author: somebody}
rule_id: 942100
tests:
  - test_id: 3
    desc: a test
    stages:
      - input:
          dest_addr: 127.0.0.1
          method: POST
          uri: /x
          version: HTTP/1.0
          headers: {User-Agent: x, Accept: 1e3, Switch: on}
          data: "a=\\xe9"
          autocomplete_headers: false
        output:
          status: 200
          log: {expect_ids: [942100, 942101], no_expect_ids: [1], match_regex: 'id "9', no_match_regex: x}
          isolated: true
"""


def one(text: str) -> Test:
    (found,) = read(text, "rules/942100.yaml")
    return found


def test_every_field_that_counts_is_read() -> None:
    test = one(FULL)
    assert (test.name, test.description) == ("942100-3", "a test")
    (stage,) = test.stages
    headers = (("Accept", "1e3"), ("Switch", "on"), ("User-Agent", "x"))
    assert stage.sent == Sent("POST", "/x", "HTTP/1.0", headers, "a=é".encode(), completed=False)
    assert stage.expected == Expected((942100, 942101), (1,), 'id "9', "x", alone=True)


def test_what_is_not_said_has_go_ftws_defaults() -> None:
    test = one("tests: [{stages: [{input: {}, output: {}}]}]")
    assert test.name == "942100-1"
    assert test.stages[0].sent == Sent("GET", "/", "HTTP/1.1", (), b"", completed=True)
    assert test.stages[0].expected == Expected()


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("stop_magic: true", Sent(completed=False)),
        ("{stop_magic: true, autocomplete_headers: true}", Sent()),
        ("encoded_request: R0VUIC8=", Sent(raw=b"GET /")),
        ("encoded_data: /w==", Sent(data=b"\xff")),
        (
            "ordered_headers: [{name: B, value: 1}, {name: A, value: 2}, {name: B, value: 3}]",
            Sent(headers=(("B", "1"), ("A", "2"), ("B", "3"))),
        ),
    ],
)
def test_other_ways_to_say_what_is_sent(said: str, sent: Sent) -> None:
    text = said if said.startswith("{") else f"{{{said}}}"
    assert one(f"tests: [{{stages: [{{input: {text}, output: {{}}}}]}}]").stages[0].sent == sent


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("{log_contains: a, no_log_contains: b}", Expected(pattern="a", not_pattern="b")),
        ("{log_contains: a, log: {expect_ids: [1]}}", Expected(ids=(1,))),
    ],
)
def test_the_first_versions_words_still_count(output: str, expected: Expected) -> None:
    text = f"tests: [{{test_title: 942100-7, stages: [{{stage: {{input: {{}}, output: {output}}}}}]}}]"
    assert one(text).name == "942100-7"
    assert one(text).stages[0].expected == expected


def test_a_file_of_comments_holds_no_tests() -> None:
    assert read("# nothing\n", "x.yaml") == ()


@pytest.mark.parametrize("text", ["{", "tests: 1", "tests: [{}]", "[]: x", "tests: [{stages: [{input: {encoded_request: '='}}]}]", "a"])
def test_what_is_no_file_of_tests_is_said_to_be_none(text: str) -> None:
    with pytest.raises(TestsFault, match=r"x\.yaml"):
        read(text, "x.yaml")


def test_no_object_is_made_of_what_a_file_says() -> None:
    assert one("tests: [{desc: !!python/object/apply:os.getcwd [], stages: [{input: {}}]}]").description in ("", [])

"""`routerd waf test` names faults and runs tests; `routerd waf explain` says why a request scored. Both work without the daemon."""

import shutil
from pathlib import Path

import pytest

from routerd.__main__ import main

RULES = """
SecRule ARGS "@contains <script" "id:100,phase:2,pass,log,t:none,t:lowercase,msg:'markup',logdata:'%{MATCHED_VAR}',setvar:'tx.score=+5'"
SecRule TX:score "@ge 5" "id:101,phase:2,deny,status:403,log,t:none,msg:'score %{tx.score}'"
"""
TESTS = """
rule_id: 100
tests:
  - test_id: 1
    stages: [{input: {uri: "/?q=<SCRIPT>"}, output: {log: {expect_ids: [100, 101], match_regex: 'data "<script>"'}}}]
  - test_id: 2
    stages: [{input: {uri: "/?q=hello"}, output: {log: {no_expect_ids: [100]}}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.conf").write_text(RULES)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "100.yaml").write_text(TESTS)
    return tmp_path


def test_a_good_rule_set_passes_its_own_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waf", "test", str(folder)]) == 0
    assert "2 of 2 tests passed" in capsys.readouterr().out


def test_a_release_passes_the_tests_that_it_brings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = shutil.make_archive(str(folder / "crs-1"), "gztar", folder, ".")
    assert main(["waf", "test", release]) == 0
    assert "2 of 2 tests passed" in capsys.readouterr().out


def test_a_test_that_fails_is_named_with_what_was_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tests" / "100.yaml").write_text(TESTS.replace("q=hello", "q=<script"))
    assert main(["waf", "test", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "100-2 (" in told
    assert "rule 100 matched" in told
    assert "1 of 2 tests passed" in told


def test_tests_may_be_elsewhere_and_chosen_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, tests = str(folder / "rules" / "a.conf"), str(folder / "tests" / "100.yaml")
    assert main(["waf", "test", file]) == 0
    assert "no tests" in capsys.readouterr().out
    assert main(["waf", "test", file, "--ftw", tests, "--only=-2$"]) == 0
    assert "1 of 1 tests passed" in capsys.readouterr().out


def test_every_fault_is_named_with_its_place_and_what_would_be_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules" / "b.conf").write_text(
        'SecRule ARGZ "x" "id:1"\n'
        'SecRule ARGS "@containz x" "id:2,chain"\n'
        'SecRule ARGS "y"\n'
        'SecRule ARGS "(" "id:3"\n'
        'SecRule ARGS "z" "id:4"\n'
    )
    assert main(["waf", "test", str(folder)]) == 2
    lines = capsys.readouterr().out.splitlines()
    file = folder / "rules" / "b.conf"
    assert lines[0] == f"{file}:1:9: there is no variable 'ARGZ'; did you mean ARGS?"
    assert lines[1] == f"{file}:2:15: there is no operator @containz; did you mean contains?"
    assert lines[2].startswith(f"{file}:4:")
    assert lines[3:] == ["3 faults"]


def test_two_rules_of_one_id_are_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules" / "b.conf").write_text('SecRule ARGS "x" "id:100"\n')
    assert main(["waf", "test", str(folder)]) == 2
    assert "there is a rule 100 already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["test", "/nowhere.conf"], "there is no /nowhere.conf"),
        (["test", "{folder}", "--ftw", "/nowhere.yaml"], "there is no /nowhere.yaml"),
        (["test", "{folder}", "--only", "("], "--only ("),
        (["explain", "/nowhere", "--rules", "{folder}"], "/nowhere cannot be read"),
        (["explain", "{folder}/empty", "--rules", "{folder}"], "its first line has to be a request line"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    (folder / "empty").write_text("\n")
    assert main(["waf", *(word.format(folder=folder) for word in words)]) == 2
    assert said in capsys.readouterr().err


def test_a_request_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = folder / "request"
    request.write_text("POST /x HTTP/1.1\nHost: h\nContent-Type: application/x-www-form-urlencoded\n\nq=<SCRIPT>&r=\x1b[31m")
    assert main(["waf", "explain", str(request), "--rules", str(folder), "--every"]) == 0
    told = capsys.readouterr().out
    assert "POST /x\n" in told
    assert "    saw  ARGS:q = <script>\n" in told
    assert "    not  ARGS:r = ?[31m\n" in told
    assert "    set  TX:score from nothing to 5\n" in told
    assert "deny with 403, by rule 101: score 5" in told


def test_a_harmless_request_goes_through(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "request").write_text("GET /?q=hello HTTP/1.1\nHost: h\n\n")
    assert main(["waf", "explain", str(folder / "request"), "--rules", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("it goes through\n")


def test_our_own_rules_are_named_as_in_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "request").write_text("GET /?id=1'%20OR%20'1'='1 HTTP/1.1\nHost: h\n\n")
    assert main(["waf", "explain", str(tmp_path / "request"), "--rules", "builtin"]) == 0
    assert "deny with 403, by rule 1060002" in capsys.readouterr().out
    (tmp_path / "own.conf").write_text('SecRule ARGZ "x" "id:1"\n')
    assert main(["waf", "test", "builtin", str(tmp_path / "own.conf")]) == 2
    assert capsys.readouterr().out.startswith(f"{tmp_path}/own.conf:1:9: there is no variable")

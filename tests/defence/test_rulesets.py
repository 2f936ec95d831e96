"""A rule set is swapped as a whole or not at all, and what was good last is there again after a start among broken files."""

import os
from functools import partial
from pathlib import Path

import pytest

from routerd.defence import kept
from routerd.defence.kept import Drawer, OneGate, Shared
from routerd.defence.model import PLAIN, Variant
from routerd.defence.rulesets import Recipe, RuleSets
from routerd.defence.shelf import Shelf
from routerd.waf.engine import compiled
from routerd.waf.request import Request
from tests.fakes.clock import FakeClock

RULE = 'SecRule ARGS "@pmFromFile words.data" "id:{id},phase:1,deny,status:403,msg:\'words\'"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "rules"
    place.mkdir()
    (place / "a.conf").write_text(RULE.format(id=1))
    (place / "words.data").write_text("bad\n")
    return place


def sets(folder: Path, *sources: str) -> RuleSets:
    recipe = Recipe(sources or (str(folder),), partial(compiled, matchers=None))
    return RuleSets(recipe, Shelf(folder.parent / "kept" / "rules.zip"), FakeClock())


def refuses(rules: RuleSets, word: bytes = b"bad", variant: Variant = PLAIN) -> bool:
    loaded = rules.current(variant)
    assert loaded is not None
    return loaded.rules.begin(Request(b"GET", b"/?q=" + word), 0.0).headers() is not None


def test_a_set_with_a_fault_never_replaces_one_without(folder: Path) -> None:
    rules = sets(folder)
    assert rules.current(PLAIN) is None
    assert rules.load(PLAIN) == ()
    before = rules.current(PLAIN)
    (folder / "a.conf").write_text(RULE.format(id=1) + 'SecRule ARGZ "x" "id:2"\n')
    (fault,) = rules.load(PLAIN)
    assert fault == f"{folder}/a.conf:2:9: there is no variable 'ARGZ'; did you mean ARGS?"
    assert rules.current(PLAIN) is before
    assert rules.state.ready
    assert rules.state.faults == (fault,)
    (folder / "a.conf").write_text(RULE.format(id=1))
    assert rules.load(PLAIN) == ()
    assert rules.state.faults == ()
    assert rules.current(PLAIN) is before, "the files are as they were"


def test_what_has_changed_is_noticed_in_rules_in_lists_and_in_folders(folder: Path) -> None:
    rules = sets(folder)
    rules.load(PLAIN)
    first = rules.state.hash
    assert not refuses(rules, b"worse")
    (folder / "words.data").write_text("worse\n")
    rules.load(PLAIN)
    assert refuses(rules, b"worse")
    assert rules.state.hash != first
    (folder / "b.conf").write_text(RULE.format(id=2))
    rules.load(PLAIN)
    assert rules.knows(2)
    (folder / "b.conf").unlink()
    rules.load(PLAIN)
    assert not rules.knows(2)


def test_a_rule_file_that_is_broken_before_a_start_leaves_the_last_good_rules(folder: Path) -> None:
    sets(folder).load(PLAIN)
    (folder / "a.conf").write_text("SecRul\n")
    (folder / "words.data").unlink()
    rules = sets(folder)
    faults = rules.load(PLAIN)
    assert faults
    assert rules.state.from_shelf
    assert rules.state.faults == faults
    assert refuses(rules)
    variant = Variant(disabled=frozenset({1}))
    assert rules.load(PLAIN, [variant], reread=False) == ()
    assert not refuses(rules, variant=variant)
    assert rules.state.from_shelf
    (folder / "a.conf").write_text(RULE.format(id=1))
    (folder / "words.data").write_text("worse\n")
    assert rules.load(PLAIN) == ()
    assert not rules.state.from_shelf
    assert refuses(rules, b"worse")


def test_without_good_rules_ever_there_are_none(folder: Path) -> None:
    (folder / "a.conf").write_text("SecRul\n")
    rules = sets(folder)
    assert rules.load(PLAIN)
    assert rules.current(PLAIN) is None
    assert not rules.state.ready


def test_a_shelf_that_was_cut_short_is_none(folder: Path) -> None:
    sets(folder).load(PLAIN)
    (folder / "a.conf").write_text("SecRul\n")
    kept_at = folder.parent / "kept" / "rules.zip"
    kept_at.write_bytes(kept_at.read_bytes()[:-100])
    rules = sets(folder)
    assert rules.load(PLAIN)
    assert not rules.state.ready


@pytest.mark.parametrize("source", ["{}/none.conf", "{}/*.rules", "{}/empty"])
def test_a_source_that_stands_for_nothing_is_a_fault(folder: Path, source: str) -> None:
    (folder / "empty").mkdir()
    (fault,) = sets(folder, source.format(folder)).load(PLAIN)
    assert "name a rule file" in fault


def test_sites_that_differ_have_sets_that_differ_and_the_rest_share_one(folder: Path) -> None:
    rules = sets(folder)
    off, watched = Variant(disabled=frozenset({1})), Variant(observed=frozenset({1}))
    assert rules.load(PLAIN, [PLAIN, off, off, watched]) == ()
    assert rules.state.sets == 3
    assert refuses(rules)
    assert not refuses(rules, variant=off)
    assert not refuses(rules, variant=watched)
    assert rules.current(Variant(disabled=frozenset({7}))) is rules.current(PLAIN), "never loaded: as all others"
    before, other = rules.current(off), rules.current(watched)
    rules.load(PLAIN, [off])
    assert rules.current(off) is before, "what is there already is not compiled again"
    assert rules.state.sets == 2
    assert rules.current(watched) is other, "sites may still go by it"
    rules.settle()
    assert rules.current(watched) is rules.current(PLAIN)


def test_a_variant_with_a_fault_changes_nothing(folder: Path) -> None:
    rules = sets(folder)
    rules.load(PLAIN)
    before = rules.current(PLAIN)
    (fault,) = rules.load(PLAIN, [Variant(exclusions=("SecRuleRemoveByld 1",))], reread=False)
    assert fault.startswith("exclusions:1:1: ")
    assert rules.current(PLAIN) is before
    assert rules.state.faults == ()
    loaded, wrong = rules.tried(Variant(exclusions=("SecRuleRemoveById 1",)))
    assert loaded is not None
    assert not wrong
    assert 1 not in loaded.rules.rules


def test_exclusions_need_no_new_gate(folder: Path) -> None:
    recipe = Recipe((str(folder),), partial(compiled, matchers=OneGate(None)))
    rules = RuleSets(recipe, Shelf(None), FakeClock())
    here = 'SecRule REQUEST_FILENAME "@streq /here" "id:99,phase:1,pass,nolog,ctl:ruleRemoveById=1"'
    variants = [Variant(exclusions=(here,)), Variant(disabled=frozenset({1})), Variant(observed=frozenset({1}))]
    assert rules.load(PLAIN, variants) == ()
    assert len({id(found.rules.gate) for each in (PLAIN, *variants) if (found := rules.current(each)) is not None}) == 1
    loaded = rules.current(variants[0])
    assert loaded is not None
    assert loaded.rules.begin(Request(b"GET", b"/here?q=bad"), 0.0).headers() is None
    assert loaded.rules.begin(Request(b"GET", b"/there?q=bad"), 0.0).headers() is not None


def test_databases_are_kept_and_only_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FILES_MOST", 2)
    drawer = Drawer(tmp_path / "matchers")
    assert drawer.get("a") is None
    for at, name in enumerate("ab"):
        drawer.put(name, name.encode())
        os.utime(tmp_path / "matchers" / name, (at, at))
    assert drawer.get("a") == b"a"
    drawer.put("c", b"c")
    assert drawer.get("b") is None, "asked for longest ago"
    assert (drawer.get("a"), drawer.get("c")) == (b"a", b"c")
    Drawer(tmp_path / "matchers" / "a").put("x", b"cannot be written, and that is no error")


def test_what_rules_remember_outlives_a_reload(folder: Path) -> None:
    (folder / "a.conf").write_text(
        'SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR}"\n'
        'SecAction "id:3,phase:1,pass,nolog,setvar:ip.seen=+1"\n'
        'SecRule IP:SEEN "@ge 2" "id:2,phase:1,deny,status:403"\n'
    )
    recipe = Recipe((str(folder),), partial(compiled, matchers=None, collections=Shared()))
    rules = RuleSets(recipe, Shelf(None), FakeClock())
    rules.load(PLAIN)
    assert not refuses(rules)
    with (folder / "a.conf").open("a") as file:
        file.write("# changed\n")
    rules.load(PLAIN)
    assert refuses(rules)

"""False positives: the log shows what would stop them, one call applies it, another takes it back, and it can be measured before."""

import re
import time
from pathlib import Path

import pytest

from routerd.core.errors import BadInput, NotFound
from routerd.defence import rulebook
from routerd.defence.building import Watch
from routerd.defence.entries import entry
from routerd.defence.exclusions import Exclusion, narrowed, text
from routerd.defence.observation import Sample
from routerd.defence.records import ExclusionRow, RuleStateRow
from routerd.defence.rulebook import Rulebook
from routerd.waf.request import Request
from tests.defence.world import World, head, make, play


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make(tmp_path)


def book(world: World) -> Rulebook:
    assert world.watch.rulebook is not None
    return world.watch.rulebook


def logged(world: World) -> None:
    """What the journal would do with what the guard noted."""
    world.watch.attacks.keep([entry(each) for each in world.notes.judged if each.action])
    world.notes.judged.clear()


def blocked(world: World, target: bytes, site: str = "main") -> bool:
    return play(world.guard, head(target), site) is not None


@pytest.mark.parametrize("model", [ExclusionRow, RuleStateRow])
def test_the_migrated_tables_are_those_of_the_models(world: World, model: type[ExclusionRow]) -> None:
    columns = {column.name: column for column in book(world)._store.db.get_columns(model._meta.table_name)}
    assert set(columns) == set(model._meta.columns)
    for name, field in model._meta.columns.items():
        size = getattr(field, "max_length", None)
        kind = "TEXT" if type(field).__name__ == "TextField" else f"VARCHAR({size})" if size else "INTEGER"
        assert (columns[name].null, columns[name].data_type.upper()) == (field.null, kind), name


def test_a_false_positive_is_stopped_with_one_call_and_nothing_else(world: World) -> None:
    for target in (b"/shop?note=attack", b"/shop?note=attacking"):
        assert blocked(world, target)
    logged(world)
    (found,) = book(world).suggestions("main")
    assert found.exclusions == (Exclusion(site="main", rule_id=1001, variable="ARGS:note", path="/shop"),)
    assert (found.rule_name, found.count, found.clients, found.values) == ("An attack", 2, 1, ("attacking", "attack")), "the newest first"
    measured = book(world).measure(found.exclusions, "main")
    assert (measured.requests, measured.refused_before, measured.refused_after, measured.freed) == (2, 2, 0, (0, 1))
    numbers = book(world).apply(found.exclusions)
    assert not blocked(world, b"/shop?note=attack")
    assert not blocked(world, b"/%73hop?note=attack"), "paths are compared as servers read them"
    assert blocked(world, b"/shop?other=attack")
    assert blocked(world, b"/shop/more?note=attack")
    assert blocked(world, b"/shop?note=attack", site="new")
    assert book(world).apply(found.exclusions) == [], "it is there already"
    assert [each.id for each in book(world).exclusions()] == numbers
    assert book(world).undo(numbers) == 1
    assert blocked(world, b"/shop?note=attack")


def test_an_exclusion_is_measured_on_attacks_before_it_is_applied(world: World) -> None:
    attacks = [Sample(Request(b"GET", b"/?%s=attack" % name)) for name in (b"a", b"b", b"note")]
    narrow = book(world).measure([Exclusion(rule_id=1001, variable="ARGS:note")], "main", attacks)
    assert (narrow.refused_before, narrow.freed) == (3, (2,))
    broad = book(world).measure([Exclusion(rule_id=1001)], "main", attacks)
    assert (broad.matches_before, broad.matches_after, broad.freed) == (6, 0, (0, 1, 2))
    assert not book(world).exclusions()
    assert blocked(world, b"/?note=attack")


def test_many_paths_make_one_exclusion_and_odd_ones_too(world: World) -> None:
    for at in range(5):
        blocked(world, b"/page/%d?note=attack" % at)
    logged(world)
    (found,) = book(world).suggestions("main")
    assert [each.path for each in found.exclusions] == [""]
    world.watch.attacks.clear()
    blocked(world, b'/a"%0a?note=attack')
    logged(world)
    (found,) = book(world).suggestions("main")
    assert [each.path for each in found.exclusions] == [""]


def test_exclusions_of_all_sites_hold_for_all(world: World) -> None:
    book(world).apply([Exclusion(rule_id=1001, variable="ARGS:note", path="/shop/*")])
    assert not blocked(world, b"/shop/a/b?note=attack")
    assert not blocked(world, b"/shop/?note=attack", site="new")
    assert blocked(world, b"/shop?note=attack")
    assert blocked(world, b"/shop/../admin?note=attack"), "a path that leads elsewhere is elsewhere"


def test_rules_are_listed_with_what_becomes_of_them(world: World) -> None:
    book(world).set_state([1001], rulebook.OFF)
    book(world).set_state([1001], rulebook.DETECT, "main")
    (mine,) = [each for each in book(world).rules("main") if each.rule_id == 1001]
    assert (mine.message, mine.phase, mine.state) == ("An attack", 2, rulebook.DETECT)
    assert (mine.severity, mine.tags) == ("CRITICAL", ("attack-sqli",))
    assert mine.file.endswith(".conf")
    assert [each.state for each in book(world).rules() if each.rule_id == 1001] == [rulebook.OFF]
    assert {each.state for each in book(world).rules("new") if each.rule_id != 1001} == {""}


def test_rules_are_left_out_or_watched_for_all_or_for_one_site(world: World) -> None:
    book(world).set_state([1001], rulebook.DETECT, "main")
    assert not blocked(world, b"/?q=attack")
    assert [(each.action, each.inbound) for each in world.notes.judged] == [("detect", 0)]
    assert blocked(world, b"/?q=attack", site="new")
    world.notes.judged.clear()
    book(world).set_state([1001], rulebook.OFF)
    assert not blocked(world, b"/?q=attack", site="new")
    assert not world.notes.judged
    assert book(world).states() == {("", 1001): "off", ("main", 1001): "detect"}
    book(world).set_state([1001], "")
    book(world).set_state([1001], "", "main")
    assert blocked(world, b"/?q=attack")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Exclusion(rule_id=7), "none with the id 7"),
        (Exclusion(rule_id=1001, variable="TX:x"), "no variable that can be excluded"),
        (Exclusion(rule_id=1001, variable="args"), "no variable that can be excluded"),
        (Exclusion(rule_id=1001, variable="ARGS:x", path="shop"), "no path"),
        (Exclusion(rule_id=1001, variable="ARGS:x", path='/"'), "no path"),
        (Exclusion(rule_id=1001, variable="ARGZ:x"), "do not compile with it: .*did you mean ARGS"),
    ],
)
def test_what_can_be_no_exclusion_is_not_kept(world: World, wanted: Exclusion, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        book(world).apply([wanted])
    assert not book(world).exclusions()
    assert blocked(world, b"/?q=attack")


def test_an_exclusion_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="no site elsewhere"):
        book(world).apply([Exclusion(rule_id=1001, site="elsewhere")])
    with pytest.raises(BadInput, match="no state"):
        book(world).set_state([1001], "perhaps")


def test_there_is_an_end_to_exclusions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "EXCLUSIONS_MOST", 1)
    with pytest.raises(BadInput, match="no more than 1"):
        book(world).apply([Exclusion(rule_id=1001, variable=f"ARGS:{name}") for name in "ab"])


def test_a_name_from_a_request_cannot_become_rules(world: World) -> None:
    name = 'a"\nSecRuleEngine Off\n#|,\\/é'
    target = b"/x?" + "".join(f"%{each:02x}" for each in name.encode()).encode() + b"=attack"
    assert blocked(world, target)
    logged(world)
    (found,) = book(world).suggestions("main")
    assert "\n" not in found.seclang
    assert re.fullmatch(r'[^"]*"[^"]*" "[^"]*"', found.seclang)
    book(world).apply(found.exclusions)
    assert not blocked(world, target)
    assert blocked(world, b"/x?a=attack")


@pytest.mark.parametrize(
    ("variable", "excluded"),
    [
        ("ARGS:name", "ARGS:name"),
        ("REQUEST_BODY", "REQUEST_BODY"),
        ("ARGS:json.list.array_12.name", r"ARGS:/^json\x2elist\x2earray_\d+\x2ename$/"),
        ("TX:score", ""),
        ("MATCHED_VAR", ""),
        ("", ""),
    ],
)
def test_the_narrowest_variable_is_excluded(variable: str, excluded: str) -> None:
    assert narrowed(variable) == excluded
    if excluded:
        assert f"1001;{excluded}" in text(Exclusion(rule_id=1001, variable=excluded, path="/"))


def test_members_of_a_json_array_are_excluded_together(world: World) -> None:
    body, json = b'{"list": [{"x": "no"}, {"x": "attack"}]}', (b"Content-Type", b"application/json")
    request = head(b"/api", json, method=b"POST")
    assert play(world.guard, request, body=body) is not None
    logged(world)
    (found,) = book(world).suggestions("main")
    book(world).apply(found.exclusions)
    assert play(world.guard, request, body=body) is None
    assert play(world.guard, request, body=b'{"list": [{"x": "attack"}]}') is None
    assert play(world.guard, request, body=b'{"list": [{"y": "attack"}]}') is not None


def test_sites_whose_mode_changes_are_guarded_so_at_once(world: World) -> None:
    book(world).guard({"main": "detect"})
    assert not blocked(world, b"/?q=attack")
    book(world).guard({"main": "on"})
    assert blocked(world, b"/?q=attack")


def test_rules_are_loaded_beside_everything_else_when_the_part_starts(tmp_path: Path) -> None:
    world = make(tmp_path)
    watch: Watch = world.watch
    assert watch.rulebook is not None
    watch.rulebook.start()
    watch.rulebook.guard({"main": "on", "fresh": "detect"})
    world.file.write_text('SecRule ARGS "@contains attack" "id:7,phase:2,deny"\n')
    watch.rulebook.reload_soon()
    until = time.monotonic() + 5
    while not watch.rulebook._rules.knows(7) and time.monotonic() < until:
        time.sleep(0.01)
    watch.rulebook.stop()
    assert watch.rulebook._rules.knows(7)
    assert blocked(world, b"/?q=attack")
    assert not blocked(world, b"/?q=attack", site="fresh")


def test_a_failure_while_loading_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [OSError("the disk")]
    monkeypatch.setattr(rulebook, "_AGAIN_S", 0.01)
    found = book(world)
    load = found._rules.load

    def loading(*arguments: object, **more: object) -> object:
        if failing:
            raise failing.pop()
        return load(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(found._rules, "load", loading)
    found.start()
    world.file.write_text('SecRule ARGS "@contains attack" "id:7,phase:2,deny"\n')
    until = time.monotonic() + 5
    found.reload_soon()
    while not found._rules.knows(7) and time.monotonic() < until:
        found.reload_soon()
        time.sleep(0.02)
    found.stop()
    assert found._rules.knows(7)
    assert not failing

"""The sample file and docs/configuration.md name every setting that exists, at its default, and none that does not."""

import dataclasses
import itertools
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.core import settings
from routerd.core.verify import verify

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "packaging" / "routerd.toml"
SETTING = re.compile(r"#?([a-z0-9_]+) = (.+)")
SECTION = re.compile(r"#?\[\[?([a-z0-9_.]+)\]\]?")
NO_DEFAULT = object()


def declared(kind: type, where: str = "") -> Iterator[tuple[str, object]]:
    """Every key of the settings tree with its default."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name = f"{where}.{field.name}" if where else field.name
        inner = section_of(hints[field.name])
        if inner:
            yield from declared(inner, name)
        else:
            yield name, NO_DEFAULT if field.default is dataclasses.MISSING else field.default


def section_of(hint: object) -> type | None:
    """The dataclass that a field's type stands for; None for a plain value."""
    if dataclasses.is_dataclass(hint):
        return typing.cast("type", hint)
    if typing.get_origin(hint) in (tuple, typing.Union, types.UnionType):
        return next((option for option in typing.get_args(hint) if dataclasses.is_dataclass(option)), None)
    return None


def written() -> dict[str, str]:
    """Every key of the sample, in use or commented out, with its value as written."""
    section, found = "", {}
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        if heading := SECTION.fullmatch(line):
            section = heading[1]
        elif setting := SETTING.fullmatch(line):
            found[f"{section}.{setting[1]}"] = setting[2]
    return found


def uncommented() -> str:
    """The sample with every setting in use."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return "\n".join(line.removeprefix("#") if SETTING.fullmatch(line) or SECTION.fullmatch(line) else line for line in lines)


def shown(value: object) -> str:
    """A default as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


def test_the_sample_names_every_setting_and_no_other() -> None:
    assert sorted(written()) == sorted(name for name, _ in declared(settings.Settings))


@pytest.mark.parametrize(("name", "default"), [pair for pair in declared(settings.Settings) if pair[1] not in (NO_DEFAULT, None, ())])
def test_the_sample_shows_each_default(name: str, default: object) -> None:
    assert written()[name] == shown(default)


def test_as_delivered_the_sample_touches_no_firewall() -> None:
    parsed, problems = settings.load(SAMPLE)
    assert problems == []
    assert parsed is not None
    assert (parsed.uplink, parsed.guest, parsed.lan) == (None, (), None)
    assert verify(parsed, ["voucher", "free"]) == []


def test_with_every_setting_in_use_the_sample_is_right() -> None:
    parsed, problems = settings.parse(uncommented())
    assert problems == []
    assert parsed is not None
    assert verify(parsed, ["voucher", "free"]) == []
    assert parsed.guest[0].static[0].hostname == ""


def test_every_setting_of_the_sample_is_explained() -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if SETTING.fullmatch(line) or SECTION.fullmatch(line):
            assert before.startswith("# ") or SETTING.fullmatch(before) or SECTION.fullmatch(before), line


def manual() -> dict[str, tuple[str, str]]:
    """Every key of docs/configuration.md with its default and its bounds, as the tables give them."""
    section, found = "", {}
    for line in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## `\[+([a-z0-9_.]+)\]+`", line):
            section = heading[1]
        elif row := re.match(r"\| `([a-z0-9_]+)` \| ([^|]+) \| ([^|]+) \|", line):
            found[f"{section}.{row[1]}"] = (row[3].strip(" `"), row[2].strip())
    return found


def test_the_manual_names_every_setting_and_no_other() -> None:
    assert sorted(manual()) == sorted(name for name, _ in declared(settings.Settings))


@pytest.mark.parametrize(("name", "default"), [pair for pair in declared(settings.Settings) if pair[1] is not None])
def test_the_manual_gives_each_default(name: str, default: object) -> None:
    assert manual()[name][0] == ("required" if default is NO_DEFAULT else shown(default))


def test_the_example_of_the_manual_is_right() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    parsed, problems = settings.parse(text.split("```toml\n")[1].split("```")[0])
    assert problems == []
    assert parsed is not None
    assert verify(parsed, ["voucher", "free"]) == []


def test_the_manual_gives_each_bound() -> None:
    bounds = manual()
    for kind in vars(settings).values():
        for field in dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ():
            if field.metadata.get("least") is not None:
                told = f"{field.metadata['least']} to {field.metadata['most']}"
                assert any(name.endswith(f".{field.name}") and value == told for name, (_, value) in bounds.items()), field.name

"""Documents point at things that exist, and every command is written down."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.control.arguments import parser

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").glob("*.md"))
WANTED = ("architecture", "configuration", "action-api", "operations", "security", "dependencies", "benchmarks")


def verbs(commands: argparse.ArgumentParser, before: str = "routerd") -> Iterator[str]:
    """Every command that the parser knows, as it is typed."""
    groups = [action for action in commands._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield before
    for group in groups:
        for name, inner in group.choices.items():
            yield from verbs(inner, f"{before} {name}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"(?:\]\(|<img src=\")(?!https?://|#)([^)#\"]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("name", WANTED)
def test_the_readme_leads_to_each_document(name: str) -> None:
    assert f"docs/{name}.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", list(verbs(parser())))
def test_each_command_is_written_down(command: str) -> None:
    assert f"`{command}" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_each_pinned_runtime_dependency_is_explained() -> None:
    pins = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").partition("# tests")[0]
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([\w-]+)==(\S+)$", pins, re.MULTILINE):
        assert re.search(rf"\b{name}\b", explained), name
        assert version in explained, f"{name} {version}"

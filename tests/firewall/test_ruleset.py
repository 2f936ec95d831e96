"""The ruleset's text: pinned by a golden file, valid for nft, and without rules about what is not there."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.core.places import data
from routerd.firewall.ruleset import compile_ruleset, definitions, fill
from tests.firewall.walls import CONFIG, settings

FULL = CONFIG.replace('interface = "wan0"', 'interface = "wan0"\nreachable = ["10.66.0.0/24", "fd12::/32"]').replace(
    'name = "side"', 'name = "side"\nisolation = false\ndhcp = false'
)
BARE = """
[uplink]
interface = "ppp0"
[[guest]]
name = "only"
interface = "br-guest"
address = "100.64.0.1/20"
"""
EIGHT = '[uplink]\ninterface = "wan0"\n' + "".join(
    f'[[guest]]\nname = "n{at}"\ninterface = "vlan.{at}"\naddress = "10.{at}.0.1/16"\naddress6 = "fd00:{at}::1/64"\n' for at in range(1, 9)
)
GOLDEN = Path(__file__).parents[1] / "golden"
CASES = {"full": FULL, "bare": BARE, "eight": EIGHT}


@pytest.mark.parametrize("name", CASES)
def test_the_definitions_are_as_they_were(name: str) -> None:
    lines = "".join(f"{word} = {value}\n" for word, value in definitions(settings(CASES[name])).items())
    assert lines == (GOLDEN / f"firewall-{name}.txt").read_text()


@pytest.mark.parametrize("name", CASES)
def test_only_lines_about_what_is_there_are_loaded(name: str) -> None:
    text = compile_ruleset(settings(CASES[name]), shaping=True).text
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    defined = {line.split()[1] for line in code if line.startswith("define ")}
    assert {word for line in code for word in re.findall(r"\$(\w+)", line)} <= defined
    assert ("$guests6" in text.split("table inet", 1)[1].replace("# ", "")) == (name != "bare")


def test_a_definition_that_may_be_empty_only_ever_matches_and_never_excludes() -> None:
    for name in ("routerd.nft", "shaping.nft"):
        assert not re.findall(r"!= *\$", data("rules", name).read_text())


def test_a_name_that_is_not_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("iifname $nobody drop", {})


def test_identity_follows_any_change_and_the_skeleton_only_that_of_sets_and_hooks() -> None:
    one, two = compile_ruleset(settings(FULL)), compile_ruleset(settings(BARE))
    assert one == compile_ruleset(settings(FULL))
    assert one.identity != two.identity
    assert one.skeleton == two.skeleton == compile_ruleset(settings(FULL), shaping=True).skeleton


def test_chains_and_sets_are_known_by_name() -> None:
    ruleset = compile_ruleset(settings(FULL), shaping=True)
    assert {"forward", "from_guest", "shape"} <= ruleset.chains
    assert {"session", "up", "down", "bound4", "garden4", "class_down"} <= ruleset.sets
    assert "class_down" not in compile_ruleset(settings(FULL)).sets


def test_the_way_of_most_packets_does_not_grow_with_the_number_of_networks() -> None:
    for text in CASES.values():
        forward = compile_ruleset(settings(text)).text.split("\tchain forward {")[1].split("\t}")[0].strip().splitlines()
        assert [line.strip() for line in forward[1:3]] == [
            "ct direction reply iifname $uplink ct mark @down accept",
            "ct mark . iif . ether saddr @up accept",
        ]


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    name = f"rdfw-{os.getpid():x}-nft"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def nft(namespace: str, *words: str, text: str = "") -> str:
    done = subprocess.run(["ip", "netns", "exec", namespace, "nft", *words], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.lab
@pytest.mark.parametrize("shaping", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_nft_accepts_the_text(namespace: str, name: str, shaping: bool) -> None:
    nft(namespace, "-c", "-f", "-", text=compile_ruleset(settings(CASES[name]), shaping=shaping).text)


@pytest.mark.lab
def test_the_kernel_holds_what_it_held(namespace: str) -> None:
    nft(namespace, "-f", "-", text=compile_ruleset(settings(FULL), shaping=True).text)
    assert nft(namespace, "-s", "list", "table", "inet", "routerd") == (GOLDEN / "firewall-full.nft").read_text()

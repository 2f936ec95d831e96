"""scapy is GPL-2.0-only: everything that is loaded into its process has a licence that goes with that; the rest stays beside it.

Read from the metadata of what is installed, for every runtime requirement with what it requires in turn, and for every module that is
there after all of routerd has been imported, but for its programs beside the daemon and for HTTP/3, which a gateway does not load.
"""

import configparser
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]

GOES_WITH_GPL2 = {
    "0BSD": "asks for nothing",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "GPL-2.0-only": "itself",
    "GPL-2.0-or-later": "may be taken as GPL-2.0",
    "ISC": "permissive",
    "LicenseRef-Public-Domain": "nobody's",
    "MIT": "permissive",
    "MIT-0": "permissive",
    "MIT-CMU": "permissive",
    "MPL-2.0": "its section 3.3: may be combined under GPL-2.0, which is one of its secondary licences",
    "PSF-2.0": "the Free Software Foundation's list: compatible with the GPL, as Python itself is",
    "ZPL-2.1": "the Free Software Foundation's list: compatible with the GPL",
}
"""SPDX identifiers, and why. Not among them on purpose: Apache-2.0 (its patent clause) and LGPL-3.0, GPL-3.0 (later than 2)."""

ALONE = {"GPL-3.0-only", "GPL-3.0-or-later"} | GOES_WITH_GPL2.keys() | {"Apache-2.0", "LGPL-3.0-only"}
"""What may be in the programs beside the daemon: with routerd's own GPL-2.0-or-later, taken as GPL-3.0."""

BESIDE = {"fpdf2": "fpdf", "phonenumberslite": "phonenumbers", "uharfbuzz": "uharfbuzz"}
"""Requirements that only the programs beside the daemon load, and their modules."""

OLD_WORDS = {
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "BSD-3-Clause and Public-Domain": "BSD-3-Clause AND LicenseRef-Public-Domain",
    "PSFL": "PSF-2.0",
    "ZPL 2.1": "ZPL-2.1",
}
"""What stands in the metadata of those who do not write SPDX yet."""

READ = {"peewee": "MIT", "segno": "BSD-3-Clause"}
"""Whose metadata does not say it: read in the licence file that they bring, where the words below have to stand."""

WORDS = {
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining a copy of this software",
    "BSD-3-Clause": "nor the names of its contributors may be used to endorse or promote products derived from",
}

LINKED_IN = {b"_ZN4absl": "Abseil (Apache-2.0)", b"OpenSSL 3.": "OpenSSL (Apache-2.0)", b"OpenSSL 4.": "OpenSSL (Apache-2.0)"}
"""What gives away that a compiled module has a library within it whose licence its metadata does not tell."""

KNOWN_WITHIN = {"cryptography": {"OpenSSL (Apache-2.0)"}}
"""Those that docs/dependencies.md tells of."""

EVERYTHING = """
import importlib, json, pkgutil, sys
import routerd
for module in pkgutil.walk_packages(routerd.__path__, "routerd."):
    if module.name != "routerd.__main__" and not module.name.startswith(("routerd.asides", "routerd.edge.http3")):
        importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> set[str]:
    """What setup.cfg asks for at run time."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return {plain(Requirement(line).name) for line in parser["options"]["install_requires"].split("\n") if line}


def closure(names: Iterable[str]) -> set[str]:
    """These, and what they require here."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            needs = map(Requirement, metadata.requires(name) or ())
            waiting += [plain(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def licence(name: str) -> str:
    """As an SPDX expression; what is said in other words and not known here is given back as it is."""
    about = metadata.metadata(name)
    said = about.get("License-Expression") or about.get("License") or ""
    if not said and name in READ:
        texts = [
            " ".join(each.read_text().replace("//", " ").split()) for each in metadata.files(name) or () if "LICENSE" in each.name.upper()
        ]
        assert any(WORDS[READ[name]] in text for text in texts), name
        return READ[name]
    if "\n" in said:  # the whole text
        text = " ".join(said.split())
        return next((identifier for identifier, words in WORDS.items() if words in text), said)
    return OLD_WORDS.get(said, said)


def goes(expression: str, allowed: Iterable[str]) -> bool:
    """Whether one of the alternatives has nothing but what is allowed."""
    return any(all(part.strip(" ()") in allowed for part in choice.split(" AND ")) for choice in expression.split(" OR "))


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """Every module that is there when all of the daemon is."""
    done = subprocess.run([sys.executable, "-c", EVERYTHING], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def distributions(modules: Iterable[str]) -> Iterator[str]:
    """Whose they are."""
    known = metadata.packages_distributions()
    for module in {module.partition(".")[0] for module in modules}:
        yield from (plain(name) for name in known.get(module, ()) if plain(name) != "routerd")


def test_all_that_the_daemon_requires_goes_with_scapy_s_licence() -> None:
    names = closure(required() - BESIDE.keys())
    assert {"scapy", "cryptography", "cffi", "pycparser"} <= names
    assert {name: licence(name) for name in sorted(names) if not goes(licence(name), GOES_WITH_GPL2)} == {}


def test_all_that_the_daemon_loads_goes_with_scapy_s_licence(loaded) -> None:
    names = set(distributions(loaded))
    assert {"scapy", "bottle", "pyroute2", "segno"} <= names
    assert {name: licence(name) for name in sorted(names) if not goes(licence(name), GOES_WITH_GPL2)} == {}


def within(name: str) -> set[str]:
    """What is linked into a distribution's compiled modules."""
    compiled = [file.locate() for file in metadata.files(name) or () if ".so" in file.suffixes]
    return {library for path in compiled for mark, library in LINKED_IN.items() if mark in Path(str(path)).read_bytes()}


def test_no_compiled_module_brings_what_its_metadata_does_not_tell(loaded) -> None:
    names = closure(required() - BESIDE.keys()) | set(distributions(loaded))
    assert within("cryptography"), "the marks are found where they are known to be"
    assert {name: found - KNOWN_WITHIN.get(name, set()) for name in names if (found := within(name)) - KNOWN_WITHIN.get(name, set())} == {}


def test_what_is_beside_the_daemon_is_never_in_it(loaded) -> None:
    assert "routerd.app.build" in loaded
    assert "scapy" in loaded
    assert {"fpdf", "uharfbuzz", "phonenumbers", "requests"} & set(loaded) == set()
    assert set(BESIDE.values()) & set(loaded) == set()


def test_the_programs_beside_it_are_fit_to_be_handed_out() -> None:
    assert {name: licence(name) for name in sorted(closure(BESIDE)) if not goes(licence(name), ALONE)} == {}
    assert BESIDE.keys() <= required()


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("MIT", True),
        ("Apache-2.0", False),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-2.0-or-later OR Apache-2.0", True),
        ("MIT AND Apache-2.0", False),
        ("LGPL-3.0-only", False),
        ("", False),
        ("GPL-3.0-or-later", False),
    ],
)
def test_expressions_are_judged(expression, answer) -> None:
    assert goes(expression, GOES_WITH_GPL2) is answer


def test_the_package_s_copyright_file_names_each_on_its_side() -> None:
    told = (ROOT / "packaging" / "debian" / "copyright").read_text().lower()
    daemon, _, beside = told.partition("programs beside it")
    there = closure(required() - BESIDE.keys())
    for names, text in ((there, daemon), (closure(BESIDE) - there, beside)):
        assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)] == []

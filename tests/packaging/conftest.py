"""The Debian package, built once and taken apart."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Package:
    """A built .deb.

    Attributes:
        file: the .deb.
        tree: what it installs, below a directory.
        control: its control file and scripts.
    """

    file: Path
    tree: Path
    control: Path


def run(*command: str | Path, status: int = 0) -> str:
    """What a command says; it must end with `status`."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    place = tmp_path_factory.mktemp("deb")
    file = Path(run("packaging/build-deb", sys.executable, place).split()[-1])
    run("dpkg-deb", "--extract", file, place / "tree")
    run("dpkg-deb", "--control", file, place / "control")
    return Package(file, place / "tree", place / "control")

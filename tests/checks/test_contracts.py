"""Each import contract is broken on purpose in a copy of the package; a contract that does not notice is worth nothing."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OFFENCES = {
    "floors": [
        ("core/clock.py", "import routerd.store.database"),
        ("store/database.py", "import routerd.vouchers.service"),
        ("sessions/service.py", "import routerd.web.server"),
        ("portal/routes.py", "import routerd.api.routes"),
        ("api/routes.py", "import routerd.app"),
        ("unplaced/__init__.py", ""),
        ("app/build.py", "import routerd.asides.numbers"),
    ],
    "strangers": [("sessions/service.py", "import routerd.firewall.service")],
    "records": [("api/routes.py", "from routerd.vouchers import records"), ("app/offence.py", "import routerd.sessions.records")],
    "models": [("sessions/model.py", "import time"), ("vouchers/model.py", "import routerd.store.database")],
    "bottle": [("vouchers/service.py", "import bottle")],
    "waitress": [("portal/routes.py", "import waitress")],
    "peewee": [("vouchers/service.py", "import peewee"), ("api/routes.py", "import peewee")],
    "pyroute2": [("firewall/service.py", "from pyroute2 import NFTables")],
    "pyrad": [("portal/signin.py", "import pyrad.packet")],
    "phonenumbers": [("verification/numbers.py", "import phonenumbers")],
    "authlib": [
        ("portal/signin.py", "import authlib.oidc.core"),
        ("identity/entry.py", "import joserfc.jwt"),
    ],
    "scapy": [("guests/service.py", "from scapy.layers import dhcp")],
    "pillow": [("portal/routes.py", "from PIL import Image")],
    "asides": [("asides/talk.py", "import routerd.kernel.children"), ("asides/numbers.py", "import routerd.capture.decode")],
    "fpdf": [("admin/routes.py", "import fpdf"), ("sheets/printer.py", "import fpdf")],
    "segno": [("portal/routes.py", "import segno")],
    "cryptography": [("portal/routes.py", "from cryptography.fernet import Fernet")],
    "idna": [("sites/model.py", "import idna")],
    "argon2": [("identity/people.py", "import argon2")],
    "pyotp": [("identity/entry.py", "import pyotp")],
    "subprocess": [("network/service.py", "import subprocess")],
    "clock": [("sessions/service.py", "from time import monotonic")],
    "secrets": [("vouchers/service.py", "import secrets")],
    "yaml": [("waf/rules.py", "import yaml")],
    "hyperscan": [("waf/gate/building.py", "import hyperscan")],
    "re2": [("waf/rules.py", "import re2")],
    "ahocorasick": [("waf/rules.py", "import ahocorasick")],
    "h2": [("edge/service.py", "import h2.connection")],
    "aioquic": [("edge/service.py", "import aioquic.tls")],
    "uvloop": [("edge/context.py", "import uvloop")],
    "asyncio": [("web/server.py", "import asyncio"), ("sites/service.py", "from asyncio import run")],
    "waf": [("waf/rules.py", "import socket"), ("waf/rules.py", "import time")],
}


def contracts() -> dict[str, str]:
    """Identifier to name of every contract in .importlinter."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {section.removeprefix(prefix): parser[section]["name"] for section in parser.sections() if section.startswith(prefix)}


def lint(where: Path, *contract: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the package in `where`."""
    chosen = [word for name in contract for word in ("--contract", name)]
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run(
        [*command, "--no-cache", "--no-logo", *chosen], cwd=where, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "routerd", tmp_path / "routerd", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_the_code_keeps_every_contract() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_an_offence() -> None:
    assert OFFENCES.keys() == contracts().keys()


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [(contract, file, line) for contract, offences in OFFENCES.items() for file, line in offences],
)
def test_an_offence_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    offender = copy / "routerd" / file
    offender.parent.mkdir(exist_ok=True)
    offender.write_text(f"{offender.read_text() if offender.exists() else ''}\n{line}\n")
    result = lint(copy, contract)
    assert result.returncode != 0
    assert f"{contracts()[contract]} BROKEN" in " ".join(result.stdout.split())

"""What is switched off is not loaded: found out in a fresh process, as imports of one test are there for all others."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.guarding.box import ROOT, free_ports

STARTED = """
import sys
from pathlib import Path
from routerd.app.build import build
from routerd.app.check import check
from routerd.app.outside import real
settings, problems = check(Path(sys.argv[1]))
assert settings is not None, problems
app = build(settings, real(settings))
app.start()
app.stop()
print("\\n".join(sorted(name for name in sys.modules if name.startswith(("routerd.", "cryptography")))))
"""
SITE = '[[sites]]\nname = "main"\ndomain = "example.test"\ntarget_url = "http://127.0.0.1:9"\n'


def loaded(place: Path, settings: str) -> set[str]:
    config = place / "routerd.toml"
    text = f'[store]\nurl = "sqlite:///{place}/routerd.db"\n[daemon]\nrun_dir = "{place}/run"\nkey_file = "{place}/box.key"\n'
    config.write_text(text + settings.replace("{http}", f"127.0.0.1:{free_ports(1)[0]}"))
    ran = subprocess.run([sys.executable, "-c", STARTED, config], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


def below(found: set[str], *rooms: str) -> list[str]:
    return sorted(name for name in found if name.startswith(tuple(f"routerd.{room}" for room in rooms)))


def test_with_the_waf_off_its_engine_is_not_loaded_and_without_tls_nothing_of_certificates(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[edge]\nhttp = ["{http}"]\n[waf]\nmode = "off"\n' + SITE)
    assert "routerd.edge.service" in found
    assert below(found, "waf") == []
    assert [name for name in found if name.startswith("cryptography")] == []


@pytest.mark.parametrize("mode", ["on", "detect"])
def test_a_box_that_only_guards_has_neither_house_nor_gateway(tmp_path: Path, mode: str) -> None:
    found = loaded(tmp_path, f'[edge]\nhttp = ["{{http}}"]\n[waf]\nmode = "{mode}"\nrules = []\n' + SITE)
    assert "routerd.waf.engine" in found
    rooms = ("admin", "api", "guests", "sessions", "firewall", "network", "capture", "portal.routes")
    assert below(found, *rooms) == []


GUARDING = ("defence", "waf", "attacks", "bans", "acl", "cc", "customrules", "scanguard", "geo")


def test_without_an_edge_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[management]\nlisten = ["{http}"]\n')
    assert "routerd.admin.routes" in found
    assert below(found, "edge", "sites", *GUARDING) == []


def test_with_the_page_over_tls_the_edge_is_there_and_nothing_that_guards(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[management]\nhttps = ["{http}"]\n')
    assert "routerd.edge.service" in found
    assert below(found, *GUARDING) == []

"""The Debian package has all that the checkout has, runs from its own virtual environment, and names no place of the builder."""

import re
import shutil
from pathlib import Path

from tests.packaging.conftest import ROOT, Package, run

VENV = "usr/lib/routerd"


def files(below: Path) -> set[str]:
    """Paths of all files, relative."""
    found = (path for path in below.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(below)) for path in found if "__pycache__" not in path.parts}


def test_it_has_every_file_of_the_package_and_its_data(package: Package) -> None:
    assert files(package.tree / VENV / "lib/python3.11/site-packages/routerd") == files(ROOT / "routerd")
    for data in ("rules", "webroot/portal", "webroot/admin/dist"):
        assert files(package.tree / VENV / "share/routerd" / data) == files(ROOT / data)


def test_it_has_the_pinned_dependencies_and_no_other(package: Package) -> None:
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "packaging/constraints.txt").read_text().replace("_", "-").lower(), re.MULTILINE))
    infos = (package.tree / VENV / "lib/python3.11/site-packages").glob("*.dist-info")
    installed = dict(info.name.lower().removesuffix(".dist-info").replace("_", "-").rsplit("-", 1) for info in infos)
    assert installed.pop("routerd") == "0.1.0"
    assert installed == {name: pins[name] for name in installed}
    assert "pytest" not in installed


def test_its_program_starts_and_approves_of_the_delivered_configuration(package: Package, tmp_path: Path) -> None:
    python = package.tree / VENV / "bin/python3"
    run(python, "-I", "-m", "routerd", "check", "--config", package.tree / "etc/routerd/routerd.toml")
    faulty = tmp_path / "faulty.toml"
    shutil.copy(package.tree / "etc/routerd/routerd.toml", faulty)
    faulty.write_text(f"colour = 1\n{faulty.read_text()}")
    run(python, "-I", "-m", "routerd", "check", "--config", faulty, status=2)


def test_its_program_finds_its_data(package: Package) -> None:
    found = run(package.tree / VENV / "bin/python3", "-I", "-c", "from routerd.core.places import data; print(data('webroot', 'portal'))")
    assert found.strip() == str(package.tree / VENV / "share/routerd/webroot/portal")


ASKED = """
from routerd.core.clock import SystemClock
from routerd.kernel.asides import Asides
asides = Asides(SystemClock())
print(asides.numbers.ask({"typed": "0171 1234567", "country": "DE"}, wait_s=20).words["number"])
asides.stop()
"""


def test_its_programs_beside_the_daemon_start_and_answer(package: Package) -> None:
    assert run(package.tree / VENV / "bin/python3", "-I", "-c", ASKED).strip() == "+491711234567"


def test_nothing_in_it_names_the_place_where_it_was_built(package: Package) -> None:
    for path in package.tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert f"{ROOT}/".encode() not in content, path
            assert b"/tmp/tmp." not in content, path


def test_the_command_is_a_link_into_the_environment(package: Package) -> None:
    link = package.tree / "usr/bin/routerd"
    assert link.readlink() == Path("../lib/routerd/bin/routerd")
    assert link.resolve().read_text().startswith("#!/usr/lib/routerd/bin/python3 -I\n")
    assert (package.tree / VENV / "bin/python3").readlink() == Path("/usr/bin/python3")


def test_the_configuration_is_the_administrators(package: Package) -> None:
    assert (package.control / "conffiles").read_text() == "/etc/routerd/routerd.toml\n/etc/logrotate.d/routerd\n"
    assert (package.tree / "etc/routerd/routerd.toml").read_bytes() == (ROOT / "packaging/routerd.toml").read_bytes()


def test_everything_belongs_to_root_and_nobody_else_may_write(package: Package) -> None:
    for line in run("dpkg-deb", "--contents", package.file).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        assert mode[5] == "-" or mode.startswith("l"), line
        assert mode[8] == "-" or mode.startswith("l"), line


def test_its_scripts_are_shell_without_errors(package: Package) -> None:
    for script in ("postinst", "prerm", "postrm"):
        run("sh", "-n", package.control / script)

"""Releases of rule sets are read as they are published; what could only be an attack on whoever unpacks them is refused."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from routerd.waf import archives
from routerd.waf.loading import build, gather, load, read
from routerd.waf.place import Fault

FILES = {
    "crs-4/crs-setup.conf.example": b"",
    "crs-4/rules/REQUEST-1.conf": b'SecRule ARGS "@pmFromFile words.data" "id:1,phase:2,deny"\n',
    "crs-4/rules/words.data": b"bad\n",
    "crs-4/tests/regression/1.yaml": b"---\n",
    "crs-4/README.md": b"not kept",
}


def tarred(files: dict[str, bytes], *more: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return packed.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def sparse(name: str, size: int) -> tarfile.TarInfo:
    """A file of nothing but a claim of how long it is."""
    info = tarfile.TarInfo(name)
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.map": "0,0", "GNU.sparse.size": str(size)}
    return info


def damaged() -> bytes:
    """A ZIP file whose LZMA cannot be."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("crs-4/rules/A.conf", b"#" * 100)
    whole = bytearray(packed.getvalue())
    at = whole.find(b"A.conf") + 6
    whole[at + 4 : at + 8] = b"\xff" * 4
    return bytes(whole)


@pytest.mark.parametrize(("name", "content"), [("crs.tar.gz", tarred(FILES)), ("crs.tgz", tarred(FILES)), ("crs.zip", zipped(FILES))])
def test_a_release_is_a_source_like_a_folder(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    rules, faults = load([path])
    assert not faults
    assert rules is not None
    assert rules.rules[1].place.file == f"{path}/rules/REQUEST-1.conf"
    gathered, _ = gather([str(path)])
    assert [file.removeprefix(f"{path}/") for file in gathered.files[1:]] == ["crs-setup.conf.example", "rules/REQUEST-1.conf"]


def test_the_owners_set_up_takes_the_place_of_the_releases_own(tmp_path: Path) -> None:
    (tmp_path / "crs.zip").write_bytes(zipped(FILES | {"crs-4/crs-setup.conf.example": b'SecAction "id:9,phase:1,pass"\n'}))
    (tmp_path / "crs-setup.conf").write_text('SecAction "id:9,phase:1,pass"\n')
    gathered, faults = gather([str(tmp_path / "crs-setup.conf"), str(tmp_path / "crs.zip")])
    rules, faults = build(gathered, read(gathered, faults), faults)
    assert not faults
    assert rules is not None
    assert rules.rules[9].place.file == str(tmp_path / "crs-setup.conf")


def test_a_fault_in_a_release_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "crs.zip"
    path.write_bytes(zipped(FILES | {"crs-4/rules/A.conf": b"\nSecRul x\n"}))
    _, (fault,) = load([path])
    assert str(fault).startswith(f"{path}/rules/A.conf:2:1: ")


BOMB = {"crs-4/rules/A.conf": b"#" * 3_000_000}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tar.gz", tarred(FILES, special("crs-4/rules/x.data", tarfile.SYMTYPE, "/etc/shadow")), "no plain file"),
        ("a.tar.gz", tarred(FILES, special("crs-4/rules/x.data", tarfile.LNKTYPE, "crs-4/README.md")), "no plain file"),
        ("a.tar.gz", tarred(FILES, special("crs-4/rules/x.data", tarfile.CHRTYPE)), "no plain file"),
        ("a.tar.gz", tarred(FILES, sparse("crs-4/rules/x.data", 2_000_000)), "no plain file"),
        ("a.zip", damaged(), "no archive that could be read"),
        ("a.tar.gz", tarred(FILES | {"../x.conf": b""}), "leads out of it"),
        ("a.tar.gz", tarred(FILES | {"/etc/x.conf": b""}), "leads out of it"),
        ("a.zip", zipped(FILES | {"crs-4/../../x.conf": b""}), "leads out of it"),
        ("a.tar.gz", tarred({"crs-4/README.md": b""}), "no one folder rules/"),
        ("a.zip", zipped(FILES | {"other/rules/A.conf": b""}), "no one folder rules/"),
        ("a.tar.gz", tarred(FILES)[:120], "no archive that could be read"),
        ("a.zip", zipped(FILES)[:-40], "no archive that could be read"),
        ("a.tar.gz", tarred(FILES)[:-4], "no archive that could be read: it is cut short"),
        ("a.tar.gz", b"plain", "no archive that could be read"),
        ("a.tar.gz", tarred(BOMB), "more than 1000000 octets"),
        ("a.zip", zipped(BOMB), "more than 1000000 octets"),
        ("a.tar.gz", tarred({f"crs-4/rules/{at}.conf": b"" for at in range(60)}), "more than 50 files"),
        ("a.zip", zipped({f"crs-4/rules/{at}.conf": b"" for at in range(60)}), "more than 50"),
    ],
)
def test_what_is_no_release_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str) -> None:
    monkeypatch.setattr(archives, "OCTETS_MOST", 1_000_000)
    monkeypatch.setattr(archives, "MEMBERS_MOST", 50)
    with pytest.raises(Fault, match=said):
        archives.opened(name, content)


def test_an_archive_that_is_too_long_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ARCHIVE_MOST", 10)
    with pytest.raises(Fault, match="more than 10 octets"):
        archives.opened("a.zip", zipped(FILES))

"""Custom rules as a ZIP file: what goes out comes in again, and what would blow up or half fit does not come in at all."""

import io
import json
import zipfile

import pytest

from routerd.core.errors import BadInput
from routerd.customrules import model, parcel
from tests.customrules.conftest import Desk

RULE = {"name": "x", "method": "any", "action": "block", "relation": "or", "judges": [{"position": "uri", "content": ["/a", "/ä"]}]}


def zipped(**documents: object) -> bytes:
    """A ZIP file; names get their dots back from two underscores."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, document in documents.items():
            text = document if isinstance(document, bytes) else json.dumps(document).encode()
            file.writestr(name.replace("__", "."), text)
    return whole.getvalue()


def test_what_is_exported_is_imported_elsewhere_as_it_was(desk: Desk) -> None:
    desk.rule({"position": "uri", "content": ["/a", "/b"], "rix": "^x$"}, {"position": "any", "keyword": "ü", "negate": True}, name="Ünë")
    desk.rule({"position": "request_body", "keyword": "x"}, method="post", enabled=False)
    whole = desk.conditions.export_zip()
    assert whole == desk.conditions.export_zip()
    other = Desk()
    assert other.conditions.import_zip(whole) == 2
    assert other.conditions.listing() == desk.conditions.listing()
    assert other.conditions.import_zip(whole) == 2
    assert other.conditions.listing() == desk.conditions.listing()


def test_what_comes_in_holds_at_once_and_takes_the_place_of_its_number(desk: Desk) -> None:
    mine = desk.rule({"position": "uri", "keyword": "/mine"})
    document = {**RULE, "rule_id": mine.rule_id}
    assert desk.conditions.import_zip(zipped(a__json=document, b__json=RULE, c0ffee00__json={**RULE, "name": "named by its file"})) == 3
    assert desk.fits(target=b"/mine") == ""
    assert desk.fits(target=b"/a") == "head"
    assert desk.conditions.get("c0ffee00").new.name == "named by its file"
    assert len(desk.conditions.listing()) == 3


BOMB = zipped(a__json=b" " * (64 << 20))


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (b"", "no ZIP file"),
        (b"PK\x05\x06" + b"\0" * 5, "no ZIP file"),
        (zipped(a__json=RULE)[:-30], "no ZIP file"),
        (zipped(), "no rule in the file"),
        (zipped(readme__txt=b"hello"), "readme.txt is no rule"),
        (zipped(a__json=b"{"), "a.json: this is no JSON"),
        (zipped(a__json=b"[" * 100_000), "a.json: this is no JSON"),
        (zipped(a__json=[1]), "a.json: this is no rule"),
        (zipped(a__json={**RULE, "relation": "xor"}), "a.json: relation is 'xor'"),
        (zipped(a__json={**RULE, "rule_id": "../../x"}), "a.json: rule_id is"),
        (zipped(a__json={**RULE, "rule_id": "c0ffee00"}, b__json={**RULE, "rule_id": "c0ffee00"}), "rule_id c0ffee00"),
        (zipped(a__json=RULE, b__json={**RULE, "judges": [{"position": "uri", "rix": "("}]}), "rix is no regular expression"),
        (BOMB, "a.json has more than"),
        (b"x" * (5 << 20), "expected at most"),
    ],
)
def test_what_cannot_be_taken_up_changes_nothing(desk: Desk, whole: bytes, said: str) -> None:
    mine = desk.rule({"position": "uri", "keyword": "/mine"})
    with pytest.raises(BadInput, match=said):
        desk.conditions.import_zip(whole)
    assert desk.conditions.listing() == [mine]


def test_all_documents_together_have_a_limit_and_so_has_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel, "ALL_OCTETS_MOST", 300)
    with pytest.raises(BadInput, match="together"):
        parcel.unpacked(zipped(a__json=RULE, b__json=RULE, c__json=RULE))
    monkeypatch.setattr(model, "RULES_MOST", 2)
    with pytest.raises(BadInput, match="3 documents"):
        parcel.unpacked(zipped(a__json=RULE, b__json=RULE, c__json=RULE))


def test_a_document_in_damaged_lzma_is_no_rule() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.json", json.dumps(RULE))
    whole = bytearray(packed.getvalue())
    at = whole.find(b"a.json") + 6
    whole[at + 4 : at + 8] = b"\xff" * 4
    with pytest.raises(BadInput, match="no ZIP file"):
        parcel.unpacked(bytes(whole))


def test_a_damaged_document_is_no_rule() -> None:
    whole = bytearray(zipped(a__json=RULE))
    whole[45] ^= 0xFF
    with pytest.raises(BadInput):
        parcel.unpacked(bytes(whole))

"""Custom rules as a ZIP file, one JSON document each: packed, and unpacked with a limit on everything that a file can claim. Pure."""

import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from routerd.core.errors import BadInput
from routerd.customrules import model
from routerd.customrules.model import NewRule, Rule

ZIP_MOST = 4 << 20
"""Octets of the file."""
RULE_OCTETS_MOST = 128 * 1024
"""Octets of one document, whatever the file claims."""
ALL_OCTETS_MOST = 16 << 20
"""Octets of all documents together."""

_WHEN = (1980, 1, 1, 0, 0, 0)
"""The date of each document: the same rules make the same file."""


def packed(rules: Iterable[Rule]) -> bytes:
    """Rules as a ZIP file; each is ``<rule_id>.json``."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for rule in rules:
            text = json.dumps(model.document(rule), ensure_ascii=False, indent=2)
            file.writestr(zipfile.ZipInfo(f"{rule.rule_id}.json", _WHEN), text + "\n", zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def unpacked(whole: bytes) -> list[tuple[str, NewRule]]:
    """Rules of a ZIP file with their numbers; the number is empty where there is none.

    Raises:
        BadInput: it is no such file, or a rule in it cannot be meant; the message names the document.
    """
    if len(whole) > ZIP_MOST:
        raise BadInput(f"the file has {len(whole)} octets; expected at most {ZIP_MOST}", "file")
    found: list[tuple[str, NewRule]] = []
    for name, text in _documents(whole):
        try:
            found.append(_rule(name, text))
        except BadInput as error:
            raise BadInput(f"{name}: {error}", "file") from error
    numbers = [number for number, _ in found if number]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise BadInput(f"two documents have the rule_id {twice}; expected each once", "file")
    if not found:
        raise BadInput("there is no rule in the file; expected documents whose names end in .json", "file")
    return found


def _documents(whole: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as file:
            yield from _read(file)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise BadInput(f"this is no ZIP file that can be read: {str(error)[:100]}", "file") from error


def _read(file: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in file.infolist() if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")]
    if len(entries) > model.RULES_MOST:
        raise BadInput(f"there are {len(entries)} documents in the file; expected at most {model.RULES_MOST}", "file")
    octets = 0
    for entry in entries:
        name = entry.filename[:100]
        if not name.endswith(".json"):
            raise BadInput(f"{name} is no rule; expected documents whose names end in .json, and nothing else", "file")
        with file.open(entry) as document:
            text = document.read(RULE_OCTETS_MOST + 1)
        octets += len(text)
        if len(text) > RULE_OCTETS_MOST:
            raise BadInput(f"{name} has more than {RULE_OCTETS_MOST} octets", "file")
        if octets > ALL_OCTETS_MOST:
            raise BadInput(f"all documents together have more than {ALL_OCTETS_MOST} octets", "file")
        yield name, text


def _rule(name: str, text: bytes) -> tuple[str, NewRule]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"this is no JSON: {str(error)[:100]}") from error
    if not isinstance(document, dict):
        raise BadInput("this is no rule; expected a JSON object")
    number = document.get("rule_id", PurePosixPath(name).stem if model.RULE_ID.fullmatch(PurePosixPath(name).stem) else "")
    if number and not (isinstance(number, str) and model.RULE_ID.fullmatch(number)):
        raise BadInput(f"rule_id is '{str(number)[:40]}'; expected eight hexadecimal digits in lower case, or none")
    return number, model.read(document)

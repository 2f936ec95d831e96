"""Reads a file of tests: YAML as go-ftw takes it, versions 1 and 2 of its schema.

Every scalar is read as text, for a header's value such as ``1e3`` or ``on`` is what stands there. Called by the command line and by the
tests of this project; the one module that imports yaml.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import yaml

from routerd.core.errors import BadInput
from routerd.waf.ftw.tests import Expected, Sent, Stage, Test

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TRUE = ("true", "yes", "on")


class TestsFault(BadInput):
    """A file of tests cannot be read; the text says where and why."""

    __test__ = False


def read(text: str, file: str) -> tuple[Test, ...]:
    """The tests of a file.

    Args:
        text: of the file.
        file: its path, for messages and for the rule's number where the file does not say it.

    Raises:
        TestsFault: it is not YAML, or not such a file.
    """
    try:
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - the base loader makes text, lists and mappings, and nothing else
    except yaml.YAMLError as wrong:
        raise TestsFault(f"{file}: {' '.join(str(wrong).split())}") from wrong
    if not document:
        return ()
    try:
        return _tests(document, file)
    except (TypeError, AttributeError, KeyError, ValueError, binascii.Error) as wrong:
        raise TestsFault(f"{file}: this is no file of FTW tests ({wrong!r}); it has to hold `tests`, each with `stages`") from wrong


def _tests(document: Mapping[str, Any], file: str) -> tuple[Test, ...]:
    named = re.search(r"\d+", file.rpartition("/")[2])
    rule = int(document.get("rule_id") or (named[0] if named else 0))
    found = []
    for position, test in enumerate(document["tests"], 1):
        title = re.search(r"-(\d+)$", test.get("test_title", ""))
        number = int(test.get("test_id") or test.get("id") or (title[1] if title else position))
        stages = tuple(_stage(stage.get("stage", stage)) for stage in test["stages"])
        found.append(Test(rule, number, file, test.get("desc") or test.get("description") or "", stages))
    return tuple(found)


def _stage(stage: Mapping[str, Any]) -> Stage:
    return Stage(_sent(stage["input"] or {}), _expected(stage.get("output") or {}))


def _sent(told: Mapping[str, Any]) -> Sent:
    headers = tuple((each["name"], each["value"]) for each in told.get("ordered_headers") or ())
    headers = headers or tuple(sorted((told.get("headers") or {}).items()))
    data = told.get("data", "")
    completed = _flag(told, "autocomplete_headers", unsaid=not _flag(told, "stop_magic", unsaid=False))
    return Sent(
        method=told.get("method", "GET"),
        target=told.get("uri", "/"),
        version=told.get("version", "HTTP/1.1"),
        headers=headers,
        data=_octets(told["encoded_data"]) if "encoded_data" in told else data.encode(errors="surrogatepass"),
        completed=completed,
        raw=_octets(told.get("encoded_request", "")),
    )


def _expected(told: Mapping[str, Any]) -> Expected:
    log = told.get("log") or {}
    ids, not_ids = (tuple(int(each) for each in log.get(key) or ()) for key in ("expect_ids", "no_expect_ids"))
    pattern, not_pattern = log.get("match_regex", ""), log.get("no_match_regex", "")
    if not (pattern or ids):
        pattern = told.get("log_contains", "")
    if not (not_pattern or not_ids):
        not_pattern = told.get("no_log_contains", "")
    return Expected(ids, not_ids, pattern, not_pattern, _flag(told, "isolated", unsaid=False))


def _octets(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def _flag(told: Mapping[str, Any], key: str, *, unsaid: bool) -> bool:
    return told[key].lower() in _TRUE if told.get(key) else unsaid

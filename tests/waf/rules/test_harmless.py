"""Our own rules leave alone what people and programs send every day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from routerd.waf.engine import RuleSet
from routerd.waf.loading import load
from routerd.waf.request import Request

HERE = Path(__file__).parent
SAID: dict[str, Any] = yaml.safe_load((HERE / "harmless.yaml").read_text(encoding="utf-8"))
LINES = (HERE.parent / "detect" / "harmless.txt").read_text(encoding="utf-8").splitlines()
QUERIES: list[str] = [*map(str, SAID["queries"]), *LINES]
TEXTS: list[str] = [*QUERIES, *SAID["texts"]]
USUAL = (
    (b"Host", b"example.test"),
    (b"User-Agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    (b"Accept", b"text/html,*/*;q=0.8"),
)
FORM = b"application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    found, faults = load([Path("builtin")], detect=True)
    assert not faults
    assert found is not None
    return found


def posted(kind: bytes, body: bytes) -> tuple[Request, bytes]:
    headers = (*USUAL, (b"Content-Type", kind), (b"Content-Length", b"%d" % len(body)))
    return Request(b"POST", b"/post", headers=headers), body


def got(target: str, *headers: tuple[str, str]) -> tuple[Request, bytes]:
    given = tuple((name.encode(), value.encode()) for name, value in headers)
    own = {name.lower() for name, _ in given}
    return Request(b"GET", target.encode(), headers=(*(each for each in USUAL if each[0].lower() not in own), *given)), b""


def uploaded(name: str) -> tuple[Request, bytes]:
    shown = name.replace("\\", "\\\\")
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\nContent-Type: application/octet-stream'
    return posted(b"multipart/form-data; boundary=b", f"{head}\r\n\r\nx\r\n--b--\r\n".encode())


def requests() -> Iterator[tuple[str, Request, bytes]]:
    for text in QUERIES:
        yield text, *got("/search?q=" + quote(text, safe=""))
    for text in TEXTS:
        yield text, *posted(FORM, b"title=x&text=" + quote(text, safe="").encode())
        yield text, *posted(b"application/json", json.dumps({"text": text, "list": [text]}).encode())
    for text in SAID["json"]:
        yield text, *posted(b"application/json", text.encode())
    for text in SAID["xml"]:
        yield text, *posted(b"text/xml", text.encode())
    for name, value in SAID["headers"]:
        yield value, *got("/", (name, value))
    for path in SAID["paths"]:
        yield path, *got(path.partition("#")[0])
    for name in SAID["files"]:
        yield name, *uploaded(name)


def matched(rules: RuleSet, request: Request, body: bytes) -> list[int]:
    transaction = rules.begin(request, 1_790_000_000.0)
    transaction.headers()
    transaction.body(body)
    transaction.log()
    return [match.rule for match in transaction.matches if match.logged]


def test_nothing_harmless_is_refused(rules: RuleSet) -> None:
    sent = list(requests())
    # A sign of suspicion may match; what refuses may not.
    wrong = [
        (text[:80], found)
        for text, request, body in sent
        if (found := [each for each in matched(rules, request, body) if not is_sign(each)])
    ]
    assert wrong == []
    assert len(sent) > 1000


def is_sign(rule: int) -> bool:
    return 1_110_000 <= rule < 1_110_090

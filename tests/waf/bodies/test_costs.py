"""No body of 128 KiB takes long to take apart, however it is made up."""

import time

import pytest

from routerd.waf.bodies.body import Limits
from routerd.waf.bodies.catalogue import parse

SIZE = 131_072
MOST_S = 0.15
TYPE = b"multipart/form-data; boundary=0"
PART = b'--0\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
BODIES = [
    ("JSON", b"[" * SIZE),
    ("JSON", b"[" + b"{}," * (SIZE // 3)),
    ("JSON", b'["' + b"\\u00e9" * (SIZE // 6) + b'"]'),
    ("JSON", b"[" + b"1" * SIZE),
    ("JSON", b" " * SIZE + b"1"),
    ("JSON", b'{"' + b"a" * 60_000 + b'":[' + b"1," * 900),
    ("JSON", b'{"aaaaaaaaaaaaaaaaaaaaaaaaaaaa":' * 500 + b"[" + b"1," * 999),
    ("XML", b"<a>" * (SIZE // 3)),
    ("XML", b"<a " + b" ".join(b'a%d="1"' % at for at in range(SIZE // 10)) + b"/>"),
    ("XML", b"<a>" + b"<b/>" * (SIZE // 4) + b"</a>"),
    ("XML", b"<a>" + b"&lt;" * (SIZE // 4) + b"</a>"),
    ("XML", b"<a>" + b"".join(b"<a%d/>" % at for at in range(SIZE // 8)) + b"</a>"),
    ("XML", b'<a x="' + b"y" * SIZE),
    ("MULTIPART", PART + b"-- \n" * (SIZE // 4) + b"\r\n--0--\r\n"),
    ("MULTIPART", PART + b'--"\n' * (SIZE // 4)),
    ("MULTIPART", PART + b"x--0" * (SIZE // 4)),
    ("MULTIPART", (PART + b"\r\n") * (SIZE // 50)),
    ("MULTIPART", PART.replace(b'"a"', b'"' + b'\\"' * 2000)),
    ("MULTIPART", PART + b"--" + b" " * SIZE),
    ("URLENCODED", b"&" * SIZE),
    ("URLENCODED", b"%41" * (SIZE // 3)),
    ("URLENCODED", b"%" * SIZE),
    ("URLENCODED", b"a=%41+&" * (SIZE // 7)),
]


@pytest.mark.parametrize(("processor", "body"), BODIES, ids=range(len(BODIES)))
def test_no_body_takes_long(processor: str, body: bytes) -> None:
    start = time.process_time()
    parse(processor, body, TYPE, Limits())
    assert time.process_time() - start < MOST_S

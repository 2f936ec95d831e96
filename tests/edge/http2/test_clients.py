"""Clients that others have written: curl, nghttp, h2load."""

import re
import subprocess

import pytest

from tests.edge.http2.test_server import echoing
from tests.edge.rig import Behind, answering
from tests.edge.secure import edged_with_tls


def run(*command: str, octets: bytes | None = None) -> str:
    return subprocess.run(command, input=octets, check=True, capture_output=True, timeout=60).stdout.decode()


@pytest.mark.parametrize(
    "way", [("--data-binary", "@-"), ("-X", "POST", "-H", "content-length:", "-T", "-")], ids=["declared", "undeclared"]
)
def test_curl_uploads(way):
    with edged_with_tls(Behind(echoing), hosts=("*",)) as rig:
        found = run("curl", "-sk", "--http2", "-w", " %{http_version}", *way, f"https://127.0.0.1:{rig.port}/", octets=bytes(3_000_000))
    assert found == "3000000 2"


def test_curl_downloads():
    big = b"x" * 3_000_000
    behind = Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(big), big)))
    with edged_with_tls(behind, hosts=("*",)) as rig:
        assert run("curl", "-sk", "--http2", f"https://127.0.0.1:{rig.port}/").encode() == big


def test_nghttp_asks_for_a_page_and_what_is_on_it():
    page = b'<html><link rel="stylesheet" href="/a.css"><script src="/b.js"></script></html>'
    behind = Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)))
    with edged_with_tls(behind, hosts=("*",)) as rig:
        found = run("nghttp", "--no-verify-peer", "-nas", f"https://127.0.0.1:{rig.port}/")
    assert sorted(re.findall(r" 200 +\d+ (\S+)", found)) == ["/", "/a.css", "/b.js"]


def test_h2load_gets_every_answer():
    with edged_with_tls(Behind(answering()), hosts=("*",)) as rig:
        found = run("h2load", "-n", "2000", "-c", "5", "-m", "20", f"https://127.0.0.1:{rig.port}/")
    assert "2000 succeeded, 0 failed, 0 errored, 0 timeout" in found
    assert "Application protocol: h2" in found

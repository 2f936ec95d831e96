"""Ways to read a request's head, beside one another: processor time for each head, with values that no head before had.

python -m tests.bench.heads (with httptools installed, that one as well)
"""

import re
import time
from collections.abc import Callable

from routerd.edge.http1.lines import split_fields
from routerd.edge.http1.requests import Requests
from routerd.edge.limits import Limits

HEADS = 20_000
LIMITS = Limits()
HEAD = (
    b"GET /path/to/thing?q=hello%d&x=1 HTTP/1.1\r\nHost: www.example.test\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
    b"Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\nCookie: session=abcdef0123456789abcdef0123456789; n=%d\r\n"
    b"Referer: https://www.example.test/somewhere?q=%d\r\nUpgrade-Insecure-Requests: 1\r\nSec-Fetch-Mode: navigate\r\n\r\n"
)
_ALL = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)+")
_ONE = re.compile(rb"([^:]+):[ \t]*([^\r]*?)[ \t]*\r\n")


def block(head: bytes) -> bytes:
    return head[head.find(b"\r\n") + 2 : -2]


def translated(head: bytes) -> None:
    """The fields as `edge.http1.lines` splits and checks them."""
    split_fields(block(head), 100)


def matched(head: bytes) -> None:
    """The same by regular expressions: one that checks, one that splits."""
    fields = block(head)
    if _ALL.fullmatch(fields):
        _ONE.findall(fields)


class Quiet:
    """Hears and does nothing."""

    def head(self, request, keep):
        pass

    def body(self, octets):
        pass

    def body_ended(self):
        pass


def whole() -> Callable[[bytes], None]:
    """Everything that the edge does with a head: split, checked, sorted, ready to be forwarded."""
    reader = Requests(Quiet(), LIMITS)

    def read(head: bytes) -> None:
        reader.receive(head)
        reader.next()

    return read


def by_httptools() -> Callable[[bytes], None] | None:
    """The fields as llhttp splits them; what it lets pass is not looked for."""
    try:
        import httptools  # noqa: PLC0415 (it need not be there)
    except ImportError:
        return None

    class Taker:
        def __init__(self) -> None:
            self.fields = []

        def on_url(self, url):
            self.url = url

        def on_header(self, name, value):
            self.fields.append((name, value))

    def read(head: bytes) -> None:
        httptools.HttpRequestParser(Taker()).feed_data(head)

    return read


def main() -> None:
    """Print microseconds for each."""
    heads = [HEAD % (at, at, at) for at in range(HEADS)]
    ways = {
        "fields, by translate": translated,
        "fields, by regex": matched,
        "fields, by httptools": by_httptools(),
        "whole request": whole(),
    }
    for name, way in ways.items():
        if way is None:
            continue
        began = time.process_time()
        for head in heads:
            way(head)
        print(f"{name:22} {(time.process_time() - began) / HEADS * 1e6:5.2f} µs")


if __name__ == "__main__":
    main()

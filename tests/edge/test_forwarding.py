"""Who asked: believed from trusted proxies alone, and told anew to the upstream."""

import pytest

from routerd.edge import forwarding
from routerd.edge.fields import sort
from routerd.edge.forwarding import Proxies
from routerd.edge.head import Peer
from routerd.edge.message import Request

PROXIES = Proxies(["10.0.0.0/8", "2001:db8:1::/48"])


def asked(*headers: tuple[bytes, bytes], host: bytes = b"a.test") -> Request:
    fields = sort([(b"Host", host), *headers], b"HTTP/1.1")
    made = Request(b"GET", b"/", b"HTTP/1.1", fields.headers, fields.kept, fields.authority, fields.host)
    made.forwarded = fields.forwarded
    return made


def peer(address: bytes, scheme: bytes = b"http") -> Peer:
    return Peer(address, address, 1_234, b"192.0.2.1", 80, scheme, trusted=PROXIES.trusts(address))


CHAIN = b"X-Forwarded-For"


@pytest.mark.parametrize(
    ("at", "headers", "client"),
    [
        (b"198.51.100.1", [], b"198.51.100.1"),
        (b"198.51.100.1", [(CHAIN, b"6.6.6.6")], b"198.51.100.1"),
        (b"10.0.0.1", [], b"10.0.0.1"),
        (b"10.0.0.1", [(CHAIN, b"203.0.113.9")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"6.6.6.6, 203.0.113.9, 10.2.3.4")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"6.6.6.6"), (CHAIN, b"203.0.113.9")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"203.0.113.9:4711")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"[2001:DB8::9]:4711, 10.2.3.4")], b"2001:db8::9"),
        (b"10.0.0.1", [(CHAIN, b"6.6.6.6, unknown, 10.2.3.4")], b"10.2.3.4"),
        (b"10.0.0.1", [(CHAIN, b"10.9.9.9, 10.8.8.8")], b"10.9.9.9"),
        (b"10.0.0.1", [(CHAIN, b"")], b"10.0.0.1"),
        (b"2001:db8:1::5", [(CHAIN, b"203.0.113.9")], b"203.0.113.9"),
        (b"::ffff:10.0.0.1", [(CHAIN, b"203.0.113.9")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"::ffff:203.0.113.9")], b"203.0.113.9"),
        (b"10.0.0.1", [(CHAIN, b"fe80::1%e th=0")], b"fe80::1"),
        (b"10.0.0.1", [(b"Forwarded", b'for=6.6.6.6;by=x, for="[2001:db8::9]:80"')], b"2001:db8::9"),
        (b"10.0.0.1", [(b"Forwarded", b"for=_hidden, for=10.2.2.2")], b"10.2.2.2"),
        (b"10.0.0.1", [(CHAIN, b", ".join([b"10.1.1.1"] * 100 + [b"1.1.1.1"] + [b"10.1.1.1"] * 40))], b"10.1.1.1"),
    ],
)
def test_the_client_is_the_rightmost_that_is_no_trusted_proxy(at, headers, client):
    assert forwarding.client_of(asked(*headers), peer(at), PROXIES) == client


def test_strangers_are_not_believed():
    told = forwarding.lines(asked((CHAIN, b"6.6.6.6"), (b"X-Forwarded-Proto", b"https")), peer(b"198.51.100.1"), PROXIES)
    assert told == (
        b"X-Forwarded-For: 198.51.100.1\r\nX-Real-IP: 198.51.100.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a.test\r\n"
        b"Forwarded: for=198.51.100.1;proto=http;host=a.test\r\n"
    )


def test_what_has_a_colon_is_quoted():
    told = forwarding.lines(asked(host=b"a.test:8080"), peer(b"2001:db8::7", b"https"), PROXIES)
    assert b'Forwarded: for="[2001:db8::7]";proto=https;host="a.test:8080"\r\n' in told


def test_a_trusted_proxy_is_added_to_what_it_tells():
    headers = [(CHAIN, b"6.6.6.6, 203.0.113.9"), (b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-Host", b"shop.test")]
    told = dict(forwarding.fields(forwarding.lines(asked(*headers), peer(b"10.0.0.1"), PROXIES)))
    assert told == {
        b"x-forwarded-for": b"6.6.6.6, 203.0.113.9, 10.0.0.1",
        b"x-real-ip": b"203.0.113.9",
        b"x-forwarded-proto": b"https",
        b"x-forwarded-host": b"shop.test",
        b"forwarded": b"for=203.0.113.9;proto=https;host=shop.test, for=10.0.0.1;proto=http;host=a.test",
    }


def test_a_trusted_proxy_that_tells_nonsense_is_not_believed_about_host_and_scheme():
    headers = [(CHAIN, b"203.0.113.9"), (b"X-Forwarded-Proto", b"gopher"), (b"X-Forwarded-Host", b"a b")]
    told = dict(forwarding.fields(forwarding.lines(asked(*headers), peer(b"10.0.0.1"), PROXIES)))
    assert (told[b"x-forwarded-proto"], told[b"x-forwarded-host"]) == (b"http", b"a.test")


def test_what_is_no_address_is_nobody_trusted():
    assert not PROXIES.trusts(b"localhost")
    assert not PROXIES.trusts(b"\xff")

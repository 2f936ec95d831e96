import ssl

import pytest

from routerd.core.errors import BadInput
from routerd.sites.certificates import SELF_SIGNED_S, facts, pair, self_signed
from tests.sites.authority import DAY_S, NOW, between, issued


def test_a_pair_is_put_in_order_and_the_root_left_out():
    site = issued("example.com", "www.example.com", above=between())
    shuffled = between().above.pem + site.pem + between().pem
    made = pair(shuffled, site.key())
    assert made.chain == site.pem + between().pem
    assert made.facts.names == ("example.com", "www.example.com")
    assert made.facts.kind == "ECDSA secp256r1"
    assert "BEGIN" not in repr(made)


@pytest.mark.parametrize(
    ("chain", "key", "told"),
    [
        (lambda one, _other: one.pem, lambda _one, other: other.key(), "not each other's"),
        (lambda one, _other: one.pem, lambda one, _other: one.key(b"word"), "passphrase"),
        (lambda one, _other: one.pem, lambda _one, _other: "nothing", "key cannot be read"),
        (lambda _one, _other: "nothing", lambda one, _other: one.key(), "certificate cannot be read"),
        (lambda one, other: one.pem + other.pem, lambda one, _other: one.key(), "did not sign"),
        (lambda one, _other: one.pem * 11, lambda one, _other: one.key(), "11 certificates"),
        (lambda _one, _other: "x" * 70_000, lambda one, _other: one.key(), "70000 octets"),
    ],
)
def test_what_is_no_pair_is_refused_with_what_is_wrong(chain, key, told):
    one, other = issued("one.example"), issued("other.example")
    with pytest.raises(BadInput, match=told):
        pair(chain(one, other), key(one, other))


def test_a_short_rsa_key_is_refused_before_openssl_does():
    weak = issued("example.com", bits=1024)
    with pytest.raises(BadInput, match="1024 bits"):
        pair(weak.pem, weak.key())


def test_a_self_signed_one_is_what_a_browser_takes_once_it_is_trusted(tmp_path):
    made = self_signed(("example.com", "*.example.com", "[fd00::1]", "10.0.0.1"), NOW)
    assert made.facts.names == ("example.com", "*.example.com", "[fd00::1]", "10.0.0.1")
    assert made.facts.not_after - made.facts.not_before == SELF_SIGNED_S
    assert pair(made.chain, made.key).facts == made.facts
    (tmp_path / "pair.pem").write_text(made.chain + made.key)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "pair.pem")


@pytest.mark.parametrize(
    ("hosts", "days", "told"),
    [
        (("example.com",), 0, ""),
        (("a.example.com",), 0, ""),
        (("a.b.example.com",), 0, "does not stand for a.b.example.com"),
        (("*.example.com",), 0, ""),
        (("other.example",), 0, "does not stand for other.example"),
        (("example.com",), 91, "expired on"),
        (("example.com",), -2, "not valid before"),
    ],
)
def test_what_clients_would_object_to_is_told(hosts, days, told):
    found = facts(issued("example.com", "*.example.com").pem)
    assert told in found.trouble(hosts, NOW + days * DAY_S)
    assert bool(told) == bool(found.trouble(hosts, NOW + days * DAY_S))

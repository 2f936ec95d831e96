"""Certificates: looks into those that are given, and makes self-signed ones. The only module that reads X.509.

`sites.keyring` and `app` call it. It keeps nothing. `cryptography` is loaded with the first certificate.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from routerd.core.errors import BadInput
from routerd.core.hostnames import covers

if TYPE_CHECKING:
    from cryptography import x509

PEM_OCTETS_MOST = 65_536
"""A chain of ten RSA-4096 certificates has half of this."""

CHAIN_MOST = 10
RSA_BITS_LEAST = 2048
"""OpenSSL's security level 2, which Debian's is set to, takes no shorter ones."""

SELF_SIGNED_S = 397 * 86_400
"""What browsers take at most (CA/Browser Forum, Baseline Requirements 6.3.2)."""

RENEW_BEFORE_S = 30 * 86_400
NAMELESS = "localhost"
EARLIER_S = 86_400
"""A self-signed one has been good for so long when it is made, for clients whose clock is behind."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says of itself.

    Attributes:
        names: host names and addresses that it stands for.
        issuer: who signed it, as text.
        kind: of its key: ``RSA 2048``, ``ECDSA secp256r1``, ``Ed25519``.
        not_before: seconds since the epoch.
        not_after: likewise.
        fingerprint: SHA-256 of it, hex.
    """

    names: tuple[str, ...]
    issuer: str
    kind: str
    not_before: int
    not_after: int
    fingerprint: str

    def covers(self, host: str) -> bool:
        """Whether it stands for a name."""
        return any(covers(name, host) for name in self.names)

    def trouble(self, hosts: Sequence[str], now: float) -> str:
        """What a client that asks for one of `hosts` at this moment would object to; empty: nothing."""
        if now >= self.not_after:
            return f"it expired on {_day(self.not_after)}"
        if now < self.not_before:
            return f"it is not valid before {_day(self.not_before)}"
        missing = [host for host in hosts if not self.covers(host)]
        return f"it does not stand for {', '.join(missing)}, but for {', '.join(self.names) or 'no name'}" if missing else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key.

    Attributes:
        chain: PEM, the certificate first, each of the others having signed the one before.
        key: PEM, PKCS #8, unencrypted.
        facts: of the certificate.
    """

    chain: str
    key: str
    facts: Facts

    def __repr__(self) -> str:
        return f"Pair({self.facts!r})"


def pair(chain: str | bytes, key: str | bytes) -> Pair:
    """A certificate and key that were given.

    Args:
        chain: PEM of the certificate and those in between, in any order; a root is left out.
        key: PEM without passphrase.

    Raises:
        BadInput: they cannot be read, are not each other's, or the chain has what does not belong to it.
    """
    from cryptography.hazmat.primitives import serialization

    certificates, private = _certificates(_octets(chain, "certificate")), _private(_octets(key, "key"))
    public = _public(private.public_key())
    mine = next((each for each in certificates if _public(each.public_key()) == public), None)
    if mine is None:
        raise BadInput("certificate and key are not each other's: the key belongs to another certificate", "key")
    ordered = _chained(mine, certificates)
    return Pair(
        chain="".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in ordered),
        key=private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
        facts=_facts(mine),
    )


def facts(chain: str) -> Facts:
    """What the first certificate of a chain says.

    Raises:
        BadInput: it cannot be read.
    """
    return _facts(_certificates(_octets(chain, "certificate"))[0])


def self_signed(names: Sequence[str], now: float) -> Pair:
    """A certificate of our own making, ECDSA on P-256.

    Args:
        names: host names, wildcards and addresses (IPv6 also in brackets) that it is for; without any it is for `NAMELESS`.
        now: seconds since the epoch.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    names = list(names) or [NAMELESS]
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    begins = datetime.fromtimestamp(int(now) - EARLIER_S, UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(seconds=SELF_SIGNED_S))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(
        chain=made.public_bytes(serialization.Encoding.PEM).decode(),
        key=key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
        facts=_facts(made),
    )


def _general_name(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        return x509.DNSName(name)


def _octets(text: str | bytes, what: str) -> bytes:
    octets = text.encode() if isinstance(text, str) else text
    if len(octets) > PEM_OCTETS_MOST:
        raise BadInput(f"the {what} has {len(octets)} octets; expected PEM of at most {PEM_OCTETS_MOST}", what)
    return octets


def _certificates(octets: bytes) -> "list[x509.Certificate]":
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(octets)
    except ValueError as error:
        raise BadInput('the certificate cannot be read; expected PEM: "-----BEGIN CERTIFICATE-----" and so on', "certificate") from error
    if len(found) > CHAIN_MOST:
        raise BadInput(f"{len(found)} certificates; expected at most {CHAIN_MOST}: the site's own and those in between", "certificate")
    return found


def _private(octets: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        key = serialization.load_pem_private_key(octets, password=None)
    except TypeError:
        raise BadInput("the key has a passphrase; take it off first: openssl pkey -in key.pem -out open.pem", "key") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInput('the key cannot be read; expected PEM: "-----BEGIN PRIVATE KEY-----" and so on', "key") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < RSA_BITS_LEAST:
        raise BadInput(f"the RSA key has {key.key_size} bits; expected at least {RSA_BITS_LEAST}", "key")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise BadInput("the key is of a kind that TLS does not use; expected RSA, ECDSA or Ed25519", "key")
    return key


def _public(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization

    octets: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return octets


def _chained(mine: "x509.Certificate", given: "list[x509.Certificate]") -> "list[x509.Certificate]":
    """The certificate and those that signed it, in order, without the root.

    Raises:
        BadInput: one of them did not.
    """
    left = [each for each in given if each != mine]
    ordered = [mine]
    while left:
        above = next((each for each in left if _signed(ordered[-1], each)), None)
        if above is None:
            raise BadInput(
                f"{left[0].subject.rfc4514_string()!r} did not sign {ordered[-1].subject.rfc4514_string()!r}; "
                "expected the certificate and the authorities in between alone",
                "certificate",
            )
        left.remove(above)
        ordered.append(above)
    root = len(ordered) > 1 and ordered[-1].subject == ordered[-1].issuer
    return ordered[:-1] if root else ordered


def _signed(below: "x509.Certificate", above: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _facts(certificate: "x509.Certificate") -> Facts:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        names: tuple[str, ...] = ()
    else:
        addresses = [_written(each) for each in alternative.get_values_for_type(x509.IPAddress)]
        names = (*alternative.get_values_for_type(x509.DNSName), *addresses)
    key = certificate.public_key()
    kind = type(key).__name__.strip("_").removesuffix("PublicKey")
    if isinstance(key, rsa.RSAPublicKey):
        kind = f"RSA {key.key_size}"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind = f"ECDSA {key.curve.name}"
    return Facts(
        names=names,
        issuer=certificate.issuer.rfc4514_string(),
        kind=kind,
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _written(address: Any) -> str:
    return f"[{address}]" if ":" in str(address) else str(address)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")

"""A certification authority for tests: a root, one in between, and certificates for any name and time."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = 1_750_000_000.0
DAY_S = 86_400


class Issued:
    """A certificate and its key."""

    def __init__(self, certificate: x509.Certificate, key: object, above: "Issued | None" = None) -> None:
        self.certificate, self.private, self.above = certificate, key, above

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def chain(self) -> str:
        """With those in between and the root."""
        return self.pem + (self.above.chain if self.above else "")

    def key(self, passphrase: bytes = b"") -> str:
        sealed = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed).decode()


def issued(*names: str, above: Issued | None = None, now: float = NOW, days: int = 90, bits: int = 0, authority: bool = False) -> Issued:
    """A certificate signed by `above`, or by itself."""
    key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now, UTC) - timedelta(days=1))
        .not_valid_after(datetime.fromtimestamp(now, UTC) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    return Issued(builder.sign(above.private if above else key, hashes.SHA256()), key, above)


@cache
def between() -> Issued:
    """An authority in between, whose `above` is the root."""
    root = issued("Test Root", days=3650, authority=True)
    return issued("Test In Between", above=root, days=1825, authority=True)

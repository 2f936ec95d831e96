"""Certificates for QUIC by server name, from the same plan as those of TLS over TCP, and swapped in the same way."""

from typing import Any

from aioquic.tls import load_pem_private_key, load_pem_x509_certificates

from routerd.edge.plan import Certificate, Plan, longest

Shown = tuple[Any, list[Any], Any]
"""A certificate, those between it and its root, and its key, as aioquic has them."""


class Certificates:
    """Certificates in use; those of listeners that serve one fixed site are not among them."""

    def __init__(self) -> None:
        self._read: dict[Certificate, Shown] = {}
        self._exact: dict[bytes, Certificate] = {}

    def use(self, plan: Plan) -> None:
        """Show these from the next handshake on; `tls.Contexts` has found them to be right."""
        self._exact = {}
        for certificate in plan.certificates:
            for name in certificate.names if not certificate.site else ():
                self._exact.setdefault(name.lower().rstrip(".").removeprefix("*").encode(), certificate)
        self._read = {known: shown for known, shown in self._read.items() if known in plan.certificates}

    def shown(self, name: str | None) -> Shown | None:
        """For a server name: by the exact one, the longest wildcard, or what stands for everything; None: nothing does."""
        key = (name or "").lower().rstrip(".").encode()
        certificate = self._exact.get(key) or longest(self._exact, key)
        if certificate is None:
            return None
        if certificate not in self._read:
            first, *between = load_pem_x509_certificates(certificate.chain)
            self._read[certificate] = first, between, load_pem_private_key(certificate.key)
        return self._read[certificate]

"""TLS: which certificate a server name is shown, and how new ones take the place of old ones while everything runs.

`Contexts` is what `edge.listeners` starts TLS with. There is one context for listening, which lasts as long as the edge (its tickets stay
good over every change), and one for each certificate; the name that the client asks for chooses: exact, then the longest wildcard,
then ``*``; with a name that nothing stands for the handshake ends. Listeners that serve one fixed site have a context and certificates of
their own: guests who come to the portal never get to see what the admin page shows. `use` swaps all of them by reference: handshakes
that begin afterwards see the new ones, connections that are there are not touched.

The client's first message is read by OpenSSL, which takes at most 131,396 octets of it, within `limits`' time for a handshake.
"""

import logging
import os
import ssl
from collections.abc import Mapping, Sequence
from functools import partial

from routerd.core.errors import BadInput
from routerd.edge.plan import Certificate

log = logging.getLogger(__name__)

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and AEAD alone, which is also all that HTTP/2 allows (RFC 9113, 9.2.2). TLS 1.3 has no others."""

NO_CIPHERS = "PSK-AES256-GCM-SHA384"
"""What a certificate for TLS 1.3 alone offers older clients: nothing, for nobody has a key for it. OpenSSL settles the version before it
tells the server name, so a name's own least version can only be held this way. What is asked for on a connection that began with another
name, `Plan.least_tls` holds."""

ALPN = ("h2", "http/1.1")

_Names = Mapping[str, ssl.SSLContext]
_Lookup = Mapping[str, _Names]
"""Fixed site to server name to context."""


class Contexts:
    """Certificates in use.

    Args:
        http2: offer HTTP/2 by ALPN.
    """

    def __init__(self, http2: bool = True) -> None:
        self._protocols = ALPN if http2 else ALPN[1:]
        self._made: dict[Certificate, ssl.SSLContext] = {}
        self._lookup: _Lookup = {}
        self._listening: dict[str, ssl.SSLContext] = {}

    def listening(self, site: str = "") -> ssl.SSLContext:
        """What a listener starts TLS with; always the same for the same fixed site."""
        if site not in self._listening:
            context = self._listening[site] = self._blank()
            context.sni_callback = partial(self._chosen, site)
        return self._listening[site]

    def prepared(self, certificates: Sequence[Certificate]) -> "Prepared":
        """Contexts for certificates, those that are in use already as they are.

        Raises:
            BadInput: a certificate cannot be read, or its key is another's; says which. Nothing has changed.
        """
        made = {one: self._made.get(one) or self._loaded(one) for one in certificates}
        lookup: dict[str, dict[str, ssl.SSLContext]] = {}
        for one, context in made.items():
            for name in one.names:
                lookup.setdefault(one.site, {}).setdefault(_plain(name), context)
        return Prepared(made, lookup)

    def use(self, prepared: "Prepared") -> None:
        """Show these from the next handshake on."""
        self._made, self._lookup = prepared.made, prepared.lookup

    def _chosen(self, site: str, session: ssl.SSLObject, name: str | None, _listening: ssl.SSLContext) -> int | None:
        context = found(self._lookup.get(site, {}), name)
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        session.context = context
        return None

    def _blank(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS)
        context.set_alpn_protocols(list(self._protocols))
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
        return context

    def _loaded(self, certificate: Certificate) -> ssl.SSLContext:
        context = self._blank()
        if certificate.least == "1.3":
            context.set_ciphers(NO_CIPHERS)
        try:
            _load(context, certificate)
        except (ssl.SSLError, OSError, ValueError) as error:
            whose = ", ".join(certificate.names)
            raise BadInput(
                f"the certificate of {whose} cannot be used ({error}): it has to be PEM, with its own unencrypted key"
            ) from error
        return context


class Prepared:
    """Contexts that are ready to take over.

    Args:
        made: each certificate's.
        lookup: each server name's by fixed site, lower case; wildcards begin with a dot, everything else is the empty name.
    """

    def __init__(self, made: dict[Certificate, ssl.SSLContext], lookup: _Lookup) -> None:
        self.made, self.lookup = made, lookup


def found(lookup: _Names, name: str | None) -> ssl.SSLContext | None:
    """The context for a server name: exact, then the longest wildcard, then the one for everything."""
    name = (name or "").lower().rstrip(".")
    exact = lookup.get(name)
    if exact is not None:
        return exact
    at = name.find(".")
    while at >= 0:
        below = lookup.get(name[at:])
        if below is not None:
            return below
        at = name.find(".", at + 1)
    return lookup.get("")


def _plain(name: str) -> str:
    return name.lower().rstrip(".").removeprefix("*")


def _load(context: ssl.SSLContext, certificate: Certificate) -> None:
    """Python loads certificates from files alone; this one is in memory and has no name, so that the key never touches a disk."""
    file = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(file, certificate.chain + b"\n" + certificate.key)
        context.load_cert_chain(f"/proc/self/fd/{file}", password=lambda: b"")
    finally:
        os.close(file)

"""Certificates made on the spot, and an edge that speaks TLS with them."""

import contextlib
import functools
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from routerd.edge.limits import Limits
from routerd.edge.plan import Certificate, Listener, Plan
from routerd.edge.service import Edge
from tests.edge.rig import Behind, Rig, plan_of
from tests.fakes.clock import FakeClock

LEAVING: list[ssl.SSLSocket] = []
"""Clients that have to leave before the edge stops, for it would wait for them to say goodbye."""


@functools.cache
def certificate(*names: str, least: str = "1.2", serial: int = 1) -> Certificate:
    """Self-signed; the same for the same arguments."""
    with tempfile.TemporaryDirectory() as place:
        key, chain = Path(place, "key"), Path(place, "chain")
        alternatives = ",".join(f"DNS:{name}" for name in names if name != "*") or "DNS:anything"
        command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
        named = ("-subj", f"/CN={names[0]}", "-addext", f"subjectAltName={alternatives}", "-set_serial", str(serial))
        subprocess.run((*command, *named, "-keyout", str(key), "-out", str(chain)), check=True, capture_output=True)
        return Certificate(names, chain.read_bytes(), key.read_bytes(), least)


@contextlib.contextmanager
def edged_with_tls(
    *upstreams: Behind,
    certificates: tuple[Certificate, ...] | None = None,
    limits: Limits | None = None,
    proxy_protocol: bool = False,
    trusted: tuple[str, ...] = (),
    **site,
) -> Iterator[Rig]:
    """As `rig.edged`, over TLS."""
    edge = Edge([Listener("127.0.0.1", 0, tls=True, proxy_protocol=proxy_protocol)], limits or Limits(), FakeClock(), trusted)
    edge.use(Plan(plan_of(*upstreams, **site).sites, certificates or (certificate("a.test", "*"),)))
    edge.start()
    rig = Rig(edge, edge.addresses()[0][1])
    try:
        yield rig
    finally:
        while LEAVING:
            LEAVING.pop().close()
        rig.close()
        edge.stop()
        for each in upstreams:
            each.close()


def client_context(*protocols: str, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """For a client that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = most
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context

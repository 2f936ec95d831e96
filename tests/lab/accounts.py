"""Plays the providers of accounts of the lab: a real OpenID Connect provider, and a stand-in for Facebook. Run inside a namespace.

accounts.social.example is oidc-provider-mock, which speaks the protocol but does not look at PKCE; what is put in front of it here
does. www.social.example and graph.social.example speak Facebook's protocol as its documents tell; Facebook itself is not asked.
"""

import argparse
import base64
import hashlib
import io
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.serving import make_server

from tests.courier.certificates import make
from tests.lab.namespace import Namespace
from tests.social.provider import Provider

ZONE = "social.example"
ISSUER = f"https://accounts.{ZONE}"
DIALOG, TOKEN, PROFILE = f"https://www.{ZONE}/dialog/oauth", f"https://graph.{ZONE}/oauth/access_token", f"https://graph.{ZONE}/me"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def certificate(directory: Path) -> tuple[Path, str]:
    """Make a certificate for the zone; the authority's file, and the server's key as Chromium is told to trust it."""
    authority, _ = make(directory, f"*.{ZONE}")
    key = x509.load_pem_x509_certificate((directory / "server.pem").read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return authority, base64.b64encode(digest).decode()


def serve(where: Namespace, root: Path, directory: Path, address: str, elsewhere: str) -> "list[subprocess.Popen[Any]]":
    """Start the providers and a DNS server that knows them.

    Args:
        where: the namespace.
        root: of the checkout.
        directory: has the certificate.
        address: theirs.
        elsewhere: where every other name leads.
    """
    names = ("dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--pid-file=", "--user=root")
    lookup = where.start(
        *(*names, "--bind-interfaces", f"--listen-address={address}", f"--address=/{ZONE}/{address}", f"--address=/#/{elsewhere}"),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    words = (sys.executable, "-m", "tests.lab.accounts", str(directory), address)
    pages = where.start(*words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert pages.stdout is not None
    if not pages.stdout.readline():
        raise RuntimeError("the providers did not start")
    pages.stdout.close()
    return [lookup, pages]


class Checked:
    """A provider that insists on PKCE (RFC 7636), in front of one that does not look."""

    def __init__(self, provider: Wsgi) -> None:
        self._provider = provider
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/oauth2/token" and not self._is_proven(environ):
            start_response("400 Bad Request", [("Content-Type", "application/json")])
            return [b'{"error": "invalid_grant", "error_description": "PKCE"}']
        query = parse_qs(environ["QUERY_STRING"])

        def answered(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            code = parse_qs(urlsplit(dict(headers).get("Location", "")).query).get("code")
            if code and query.get("code_challenge_method") == ["S256"]:
                self._challenges[code[0]] = query["code_challenge"][0]
            return start_response(status, headers, *more)

        return self._provider(environ, answered)

    def _is_proven(self, environ: dict[str, Any]) -> bool:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        form = parse_qs(body.decode())
        digest = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
        wanted = self._challenges.pop(form.get("code", [""])[0], None)
        return wanted == base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Facebook:
    """The dialogue, the exchange of codes, and the profile."""

    def __init__(self) -> None:
        self._provider = Provider()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length, query = int(environ.get("CONTENT_LENGTH") or 0), environ["QUERY_STRING"]
        sent = parse_qs(environ["wsgi.input"].read(length).decode() or query)
        form = {name: values[0] for name, values in sent.items()}
        if environ["PATH_INFO"] == "/dialog/oauth":
            return self._dialog(environ["REQUEST_METHOD"], f"{DIALOG}?{query}", form, start_response)
        place = {"/oauth/access_token": "/facebook/token", "/me": "/facebook/me"}.get(environ["PATH_INFO"], "")
        status, told = self._provider.answer(place, form, {"Authorization": environ.get("HTTP_AUTHORIZATION", "")})
        start_response(f"{status} Said", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    def _dialog(self, method: str, url: str, form: dict[str, str], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if method == "GET":
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            fields = f'<form method="post" action="{escape(url)}"><button name="go" value="yes">Continue as Jane</button>'
            return [f'<title>Stand-in</title>{fields}<button name="no" value="yes">Cancel</button></form>'.encode()]
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        no = {"error": "access_denied", "error_code": "200", "error_reason": "user_denied", "state": query["state"]}
        start_response(
            "302 Found", [("Location", f"{query['redirect_uri']}?{urlencode(no if 'no' in form else self._provider.visit(url))}")]
        )
        return []


def main() -> None:
    """Serve until killed; prints ``serving`` when the port listens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("address")
    told = parser.parse_args()
    import oidc_provider_mock  # noqa: PLC0415 - it warns of what it imports, and tests take warnings for errors

    provider, facebook = Checked(oidc_provider_mock.app(require_nonce=True)), Facebook()

    def pages(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return (provider if environ["HTTP_HOST"] == f"accounts.{ZONE}" else facebook)(environ, start_response)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(told.directory / "server.pem", told.directory / "server.key")
    server = make_server(told.address, 443, pages, threaded=True, ssl_context=context)
    print("serving", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

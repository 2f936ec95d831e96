"""A provider of accounts that can be told to lie: OpenID Connect, and the part of Facebook's protocol that a sign-in uses.

It stands in for providers on loopback, over TLS: checks PKCE, redirect URI, client and single use of codes as a good one does, until a
test bends what it says. The Facebook part follows the Graph API's documents; Facebook itself was not asked.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.courier.certificates import make

CLIENT, SECRET = "guest-wifi", "s3cret-of-the-coffee-house-around-the-corner"
APP, APP_SECRET = "1029384756", "f4ceb00k"
SUBJECT, NAME, EMAIL = "248289761001", "Jane Doe", "jane@example.com"


class Provider:
    """What the server answers.

    Attributes:
        claims: put over the ID token's; None takes a claim away.
        metadata: put over the discovery document's.
        algorithm: of the ID token's signature; ``none`` leaves it out.
        status: of every answer.
        raw: octets instead of an answer, by path.
        pause_s: before every answer.
        asked: paths, in order.
    """

    def __init__(self) -> None:
        self.port = 0
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.reform()

    def reform(self) -> None:
        """Be honest, and remember nobody."""
        self.signs_with: Any = self.key
        self.shows: Any = self.key
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.profile: dict[str, Any] = {"name": NAME, "email": EMAIL, "email_verified": True}
        self.algorithm, self.kid, self.status, self.pause_s = "RS256", "one", 200, 0.0
        self.raw: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}"

    def visit(self, url: str) -> dict[str, str]:
        """What a guest does there: signs in; returns the query that he comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {}
        known = (headers.get("Authorization") or "").removeprefix("Bearer ")
        status, told = 404, {}
        match path:
            case "/.well-known/openid-configuration":
                status, told = 200, self._metadata() | self.metadata
            case "/keys":
                status, told = 200, {"keys": [{"kty": "new", "kid": "x"}, self.shows.as_dict(private=False)]}
            case "/token":
                status, told = self._token(form, _basic(headers), (CLIENT, SECRET))
            case "/userinfo" if known in self.tokens:
                status, told = 200, {"sub": SUBJECT, **self.profile}
            case "/facebook/token":
                status, told = self._token(form, (form.get("client_id", ""), form.get("client_secret", "")), (APP, APP_SECRET))
            case "/facebook/me" if known in self.tokens:
                proof = hmac.new(APP_SECRET.encode(), known.encode(), hashlib.sha256).hexdigest()
                right = (form.get("appsecret_proof"), form.get("fields")) == (proof, "id,name,email")
                status, told = (200, {"id": SUBJECT, "name": NAME, "email": EMAIL} | self.claims) if right else (400, {})
        return status, told

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }

    def _token(self, form: Mapping[str, str], client: tuple[str, str], wanted: tuple[str, str]) -> tuple[int, Any]:
        began = self.codes.pop(form.get("code", ""), None)
        if client != wanted:
            return 401, {"error": "invalid_client"}
        if began is None or form.get("redirect_uri") != began["redirect_uri"] or _challenge(form) != began["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(8)
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(began.get("nonce", ""))}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": SUBJECT, "exp": now + 3600, "iat": now, "nonce": nonce, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return ".".join([_encoded({"alg": "none"}), _encoded(claims), ""])
        if self.algorithm == "HS256":
            text = ".".join([_encoded({"alg": "HS256", "kid": "one"}), _encoded(claims)])
            signature = hmac.new(self.signs_with, text.encode(), hashlib.sha256).digest()
            return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
        header = {"alg": self.algorithm, "kid": self.kid}
        return jwt.encode(header, claims, self.signs_with, algorithms=[self.algorithm])


def _challenge(form: Mapping[str, str]) -> str:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _basic(headers: Mapping[str, str]) -> tuple[str, str]:
    name, _, secret = base64.b64decode((headers.get("Authorization") or "").removeprefix("Basic ")).decode().partition(":")
    return name, secret


def _encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@contextmanager
def serving(directory: Path) -> Iterator[tuple[Provider, Path]]:
    """A provider on loopback, and the certificate of the authority that vouches for it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._do(parts.path, parts.query)

        def do_POST(self) -> None:
            self._do(self.path, self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _do(self, path: str, query: str) -> None:
            provider.asked.append(path)
            time.sleep(provider.pause_s)
            form = {name: values[0] for name, values in parse_qs(query).items()}
            status, told = provider.answer(path, form, self.headers)
            self.send_response(status)
            self.send_header("Location", f"{provider.issuer}/elsewhere")
            self.end_headers()
            self.wfile.write(provider.raw[path] if path in provider.raw else json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    certificate, context = make(directory)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield provider, certificate
    server.shutdown()
    server.server_close()
    thread.join()

"""The URL that a guest wanted before the portal stepped in: read from the request, sealed, and given back after sign-in.

It is only ever offered as a link (or sent to a device that has just been let in again), never obeyed from a query as such: the
seal binds it to the address that really asked for it, so a link made by somebody else leads nowhere.
"""

import re
from urllib.parse import quote, urlsplit

from routerd.core import tokens
from routerd.portal.answers import Environ

URL_LENGTH_MOST = 512
"""Longer ones are dropped: the guest gets the status page. Bounds the Location header and the form that carries it on."""

SEAL_LENGTH = 32
"""Hexadecimal digits of the HMAC that are kept: 128 bits."""

_HOST = re.compile(r"(?=.{1,253}(:|$))[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[!-~]*)?")
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?%"


def wanted_url(environ: Environ, host: str) -> str:
    """The URL of a GET request that was redirected here.

    Args:
        environ: the request.
        host: its Host header, lower case.

    Returns:
        An absolute http URL; empty when the request is no plain GET of one.
    """
    if environ["REQUEST_METHOD"] != "GET" or not _HOST.fullmatch(host):
        return ""
    query = environ.get("QUERY_STRING", "")
    path = quote(environ.get("PATH_INFO", "/"), safe=_PATH_SAFE, encoding="latin-1")
    url = f"http://{host}{path}" + (f"?{quote(query, safe=_QUERY_SAFE, encoding='latin-1')}" if query else "")
    return url if len(url) <= URL_LENGTH_MOST else ""


def is_web_url(text: str) -> bool:
    """True for an http or https URL with a host, without credentials, blanks or control characters, of bounded length."""
    if len(text) > URL_LENGTH_MOST or not _URL.fullmatch(text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def seal(key: bytes, address: str, url: str) -> str:
    """`url` with a signature that holds for the guest at `address` only; empty stays empty."""
    return _signature(key, address, url) + url if url else ""


def unseal(key: bytes, address: str, sealed: str) -> str:
    """The URL inside; empty when the seal is not ours, not for this guest, or what is inside is no web URL."""
    url = sealed[SEAL_LENGTH:]
    if not is_web_url(url) or not tokens.same(sealed[:SEAL_LENGTH], _signature(key, address, url)):
        return ""
    return url


def _signature(key: bytes, address: str, url: str) -> str:
    return tokens.sign(key, f"onward|{address}|{url}")[:SEAL_LENGTH]

"""One HTTP request to a provider. Redirects are not followed: a request carries a secret, and is for the address that the owner wrote."""

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from routerd.core.errors import Unavailable

ANSWER_OCTETS_MOST = 65_536
"""Read of an answer; providers say it in a few hundred."""

SHOWN_MOST = 200
"""Characters of an answer that an error repeats."""


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout_s: float) -> tuple[int, str]:
    """Send a request and read the answer.

    Args:
        method: HTTP method.
        url: absolute http or https URL.
        headers: without line breaks.
        body: None without.
        timeout_s: for connecting, and for each wait after that.

    Returns:
        Status and body.

    Raises:
        Unavailable: no answer, a certificate that is not trusted, or a URL that is none. Nothing of the URL but its host is told: it
            may carry a key.
    """
    parts = urlsplit(url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout_s)
    except ValueError:
        raise Unavailable("the provider's address is no http or https URL") from None
    try:
        connection.request(method, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_OCTETS_MOST).decode("utf-8", "replace")
    except ssl.SSLCertVerificationError as error:
        raise Unavailable(f"{parts.hostname} has a certificate that is not trusted: {error.verify_message}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable(f"{parts.hostname} cannot be used: {error or type(error).__name__}") from None
    finally:
        connection.close()


def words(answer: str) -> str:
    """An answer, short enough for a line."""
    return " ".join(answer.split())[:SHOWN_MOST]


def _connection(scheme: str, host: str, port: int | None, timeout_s: float) -> http.client.HTTPConnection:
    if not host or scheme not in ("http", "https"):
        raise ValueError(scheme)
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout_s)

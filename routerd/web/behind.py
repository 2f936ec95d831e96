"""What comes from the edge over a unix socket: by TLS, and from the client that the edge names.

Nobody but the edge reaches the socket (its directory is closed to others), and the edge sets the field afresh for every request, so it
is believed here and nowhere else. Rate limits, the audit trail, Secure cookies and the finding of devices go by what this sets.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from routerd.web.mount import Wsgi

CLIENT = "HTTP_X_REAL_IP"
"""The header in which the edge names the client; it replaces whatever the client sent under that name."""

_TOLD = b"The edge did not say where this request came from.\n"


def behind(app: Wsgi) -> Wsgi:
    """`app` for requests that come from the edge."""

    def told(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            client = str(ipaddress.ip_address(environ.pop(CLIENT, "")))
        except ValueError:
            start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", str(len(_TOLD)))])
            return (_TOLD,)
        environ["REMOTE_ADDR"] = client
        environ["wsgi.url_scheme"] = "https"
        return app(environ, start_response)

    return told

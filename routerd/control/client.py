"""Asks the running daemon over its unix socket: HTTP with JSON, one request a connection. Used by the commands alone."""

import http.client
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from routerd.core.errors import BadInput, RouterdError

TIMEOUT_S = 60
"""Making a thousand vouchers takes seconds on a slow card; nothing takes longer."""


class NotRunning(RouterdError):
    """Nobody answers at the control socket."""


class Refused(RouterdError):
    """The daemon answered, and said no."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Control:
    """The running daemon, as the command line sees it.

    Args:
        path: the control socket.
        timeout_s: how long an answer may take.
    """

    def __init__(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def get(self, path: str) -> dict[str, Any]:
        """Ask for something; errors as of `post`."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Have something done.

        Raises:
            NotRunning: no daemon answers.
            BadInput: the daemon says that the request is wrong.
            Refused: the daemon says no for another reason.
        """
        return self._ask("POST", path, dict(fields or {}))

    def _ask(self, method: str, path: str, fields: dict[str, object] | None) -> dict[str, Any]:
        connection = _Connection(self._path, self._timeout_s)
        body = None if fields is None else json.dumps(fields).encode()
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except PermissionError:
            raise NotRunning(
                f"only root, or who runs routerd, may talk to it (no permission for {self._path}, in [daemon] run_dir)"
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotRunning(f"routerd is not running (no answer on {self._path}: {_reason(error)})") from None
        finally:
            connection.close()
        if answer.status >= 400:
            message = str(told.get("message", "An error occurred"))
            raise (BadInput if answer.status in (400, 413) else Refused)(message)
        return dict(told)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__

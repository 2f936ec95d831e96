"""Front: a bottle application whose every failure goes through one function that knows the front's documented shape.

A front is built by a door's `build`. Routes raise; they never catch. What is unexpected is logged with its trace and answered
without one.
"""

import logging
import math
from collections.abc import Callable
from typing import Any

import bottle

from routerd.core.errors import Limited, RouterdError
from routerd.web.statuses import status_of

log = logging.getLogger(__name__)

Shape = Callable[[int, RouterdError | None, str], bottle.HTTPResponse]
"""Words an error: status, the error (None when bottle itself refused), message for the caller."""

UNEXPECTED = "An error occurred"


class Front(bottle.Bottle):
    """A bottle application with one error path.

    Args:
        shape: makes the answer to an error.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.config["json.enable"] = False
        self._shape = shape
        self.install(self._guard)
        self.default_error_handler = self._refusal  # bottle's own refusals: 404, 405, bad requests

    def _guard(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return callback(*args, **kwargs)
            except RouterdError as error:
                return self._worded(error)
            except bottle.HTTPResponse:
                raise
            except Exception:
                # Only the path: a query string may hold a key.
                log.exception("%s %s failed", bottle.request.method, bottle.request.path)
                return self._shape(500, None, UNEXPECTED)

        return guarded

    def _worded(self, error: RouterdError) -> bottle.HTTPResponse:
        answer = self._shape(status_of(error), error, str(error))
        if isinstance(error, Limited):
            answer.set_header("Retry-After", str(max(1, math.ceil(error.retry_after_s))))
        return answer

    def _refusal(self, refused: bottle.HTTPError) -> Any:
        if refused.exception is not None and refused.status_code >= 500:
            log.error("%s %s failed", bottle.request.method, bottle.request.path, exc_info=refused.exception)
            answer = self._shape(500, None, UNEXPECTED)
        else:
            answer = self._shape(refused.status_code, None, str(refused.body))
        answer.apply(bottle.response)
        return answer.body

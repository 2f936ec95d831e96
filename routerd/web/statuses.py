"""The one table from errors to HTTP statuses. Every front uses it; each front words the body in its own documented shape."""

from routerd.core.errors import BadInput, Conflict, Denied, Limited, NotFound, RouterdError, Unavailable


class TooLarge(BadInput):
    """The request body is over the front's limit (413)."""


_TABLE: tuple[tuple[type[RouterdError], int], ...] = (
    (TooLarge, 413),
    (BadInput, 400),
    (Denied, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Limited, 429),
    (Unavailable, 503),
)


def status_of(error: RouterdError) -> int:
    """The HTTP status of an error; what is in no row of the table is the server's own fault (500)."""
    for kind, status in _TABLE:
        if isinstance(error, kind):
            return status
    return 500

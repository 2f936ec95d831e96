"""What a message's reader raises when it refuses the message."""


class Malformed(Exception):
    """A message that is not exactly as the standard says; whoever reads on would guess.

    Args:
        reason: a stable word for logs, such as ``two-lengths``.
        status: what a request is answered.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status

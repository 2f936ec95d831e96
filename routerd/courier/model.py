"""What can be wrong with a message besides the road it takes."""

from routerd.core.errors import BadInput

UNKNOWN_RECIPIENT = "The mail server does not accept this address. Please check it."


class UnknownRecipient(BadInput):
    """The server knows no such recipient; guests read one sentence, the log and the owner the server's words.

    Args:
        words: what the server said.
    """

    def __init__(self, words: str) -> None:
        super().__init__(UNKNOWN_RECIPIENT)
        self.words = words

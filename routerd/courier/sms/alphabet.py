"""Which alphabet a text message needs: GSM 03.38's own, as far as it is ASCII's, or UCS-2."""

_GSM_ASCII = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \n\r!\"#%&'()*+,-./:;<=>?")
"""Letters with the same number in ASCII, Latin-1 and GSM 03.38, so that no message centre can read them wrongly."""


def is_gsm(text: str) -> bool:
    """Whether every letter is safe in the short alphabet."""
    return _GSM_ASCII.issuperset(text)

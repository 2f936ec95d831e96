"""Takes a Cookie header field apart as ModSecurity v3 does: names and values as they came, nothing decoded, nothing unquoted.

Called by the engine for every Cookie field of a request. It never raises.
"""

_BLANKS = b" \t\n\r\v\f"


def parse(value: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The cookies of one field, in order, names that come twice included.

    A cookie without ``=`` is a name without a value; one without a name is left out; blanks go before names and at the very end.
    """
    pairs = (each.partition(b"=") for each in value.removesuffix(b";").rstrip(_BLANKS).split(b";"))
    return tuple((bare, content) for name, _, content in pairs if (bare := name.lstrip(_BLANKS)))

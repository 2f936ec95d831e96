"""Names of sites as people write them and as requests bear them: split, lower case, IDNA 2008, wildcards. Pure.

Called by `core.edge` for the file's sites and by `sites` for those of the store.
"""

import ipaddress
import re

from routerd.core.errors import BadInput

NAME_OCTETS_MOST = 253
NAMES_MOST = 100
"""Names of one site; more want another site."""

EVERY = "*"
_BETWEEN = re.compile(r"[,;\s]+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_EXPECTED = 'expected a name such as "www.example.com", a wildcard such as "*.example.com", an address, or "*" for every other name'


def pieces(text: str) -> tuple[str, ...]:
    """What is written between commas, semicolons, blanks and line ends."""
    return tuple(piece for piece in _BETWEEN.split(text) if piece)


def host_names(text: str) -> tuple[str, ...]:
    """The names in a text, each once, in their order.

    Raises:
        BadInput: there is none, one is no name, or there are too many.
    """
    names = tuple(dict.fromkeys(host_name(piece) for piece in pieces(text)))
    if not names:
        raise BadInput(f"no domain name; {_EXPECTED}")
    if len(names) > NAMES_MOST:
        raise BadInput(f"{len(names)} domain names; expected at most {NAMES_MOST} for one site")
    return names


def host_name(text: str) -> str:
    """One name as requests bear it.

    Args:
        text: a name in any script and case, with or without a dot at its end; ``*.`` before it for every name below; ``*`` alone for
            every name that no other site has; an IPv4 address, or an IPv6 address with or without brackets.

    Returns:
        Lower case A-labels; an IPv6 address in brackets, as Host has it.

    Raises:
        BadInput: it is nothing of these.
    """
    if text == EVERY:
        return text
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        pass
    else:
        return f"[{address}]" if address.version == 6 else str(address)
    wild = text.startswith("*.")
    name = _ascii(text.removeprefix("*.").rstrip("."), text)
    labels = name.split(".")
    if len(name) > NAME_OCTETS_MOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadInput(f'"{text[:64]}" is no domain name; {_EXPECTED}')
    if wild and len(labels) < 2:
        raise BadInput(f'"{text[:64]}" would stand for every name below a top-level domain; {_EXPECTED}')
    return f"*.{name}" if wild else name


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name stands for `host`: RFC 9525 section 6.3, a wildcard for exactly one label."""
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    if name.startswith("*."):
        return (host.partition(".")[2] == name[2:] and not host.startswith("*")) or name == host
    return name == host


def _ascii(name: str, written: str) -> str:
    if name.isascii():
        return name.lower()
    import idna  # noqa: PLC0415 - large tables, for names beyond ASCII alone

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        raise BadInput(f'"{written[:64]}" is no domain name: {error}; {_EXPECTED}') from None

"""Takes secrets out of what is kept of a request: passwords, tokens, cookies, credentials, card numbers. Pure.

A secret is known by the name that it stands under, or by its looks. Masking errs on the side of too much: the log is to tell what
was tried, and no tried-out password is needed for that.
"""

import re
from collections.abc import Iterable

from routerd.attacks.model import HEAD_MOST, VALUE_MOST

MASK = "***"

_WITHIN = (
    "passw",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "sessid",
    "sessionid",
    "cardno",
    "cardnum",
)
_WORDS = frozenset(
    {
        *("pass", "pwd", "pw", "otp", "pin", "auth", "authorization", "bearer", "jwt", "signature", "sig"),
        *("session", "sess", "sid", "csrf", "xsrf", "card", "credit", "cvv", "cvc", "iban"),
    }
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_FIELDS = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization"})
_CROWDS = ("REQUEST_COOKIES:", "REQUEST_HEADERS:COOKIE", "REQUEST_HEADERS:AUTHORIZATION", "REQUEST_HEADERS:PROXY-AUTHORIZATION")
_NAME = re.compile(r"(?P<name>[^\s&;?=\"'<>{},]{1,128})=")
_VALUE = re.compile(r"[^&;\s\"'<>]+")
_MEMBER = re.compile(r"(?P<before>\"(?P<name>[^\"\\]{1,128})\"\s*:\s*)(?P<value>\"(?:\\.|[^\"\\])*\"?|\[[^\]]*\]?|[^\"\s,{}\[\]]+)")
_LINE = re.compile(r"(?im)^(?P<before>(?P<name>[\w-]{1,128}):[ \t]*)(?P<value>\S.*)$")
_BEARER = re.compile(r"(?i)\b(?P<kind>bearer|basic|digest)\s+[\w.~+/=-]{6,}")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|\r(?!\n)")
_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")


def is_secret(name: str) -> bool:
    """Whether what has this name, an argument or a header field, is nobody's business."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    squashed = "".join(parts)
    return name.lower() in _FIELDS or not _WORDS.isdisjoint(parts) or any(word in squashed for word in _WITHIN)


def value(variable: str, content: bytes) -> str:
    """A matched value as it may be kept, cut at VALUE_MOST characters.

    Args:
        variable: that it is of, such as ``ARGS:password``.
        content: as rules saw it.
    """
    _, _, member = variable.partition(":")
    if variable.upper().startswith(_CROWDS) or (member and not variable.endswith("_NAMES:" + member) and is_secret(member)):
        return MASK
    return masked(printable(content[: VALUE_MOST * 2]))[:VALUE_MOST]


def head(method: bytes, target: bytes, protocol: bytes, fields: Iterable[tuple[bytes, bytes]]) -> str:
    """A request's head as it may be kept, a line each field, cut at HEAD_MOST characters."""
    lines = [f"{printable(method)} {masked(printable(target))} {printable(protocol)}".replace("\n", "\\n")]
    room = HEAD_MOST - len(lines[0])
    for name, content in fields:
        if room <= 0:
            break
        shown = MASK if is_secret(printable(name)) else masked(printable(content[:HEAD_MOST]))
        lines.append(f"{printable(name)}: {shown}".replace("\n", "\\n"))
        room -= len(lines[-1])
    return "\n".join(lines)[:HEAD_MOST]


def masked(text: str) -> str:
    """A text without what looks like a secret in it: pairs of a form or a query, members of JSON, header lines, tokens, card numbers."""
    if "=" in text:
        text = _pairs(text)
    if '"' in text:
        text = _MEMBER.sub(_member, text)
    if "\n" in text:
        text = _LINE.sub(_after, text)
    text = _JWT.sub(MASK, _BEARER.sub(lambda found: f"{found['kind']} {MASK}", text))
    return _DIGITS.sub(_card, text)


def printable(content: bytes) -> str:
    """Octets as text: UTF-8, and what is none as backslash escapes, so that the database and JSON take it.

    So what steers a terminal, or turns around what stands beside it; line ends and tabs stay.
    """
    text = content.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else _CONTROL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\\0" if not code else f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _pairs(text: str) -> str:
    """Names are looked for in values as well: an address within an address has a query of its own."""
    kept, at = [], 0
    while (found := _NAME.search(text, at)) is not None:
        kept.append(text[at : found.end()])
        at = found.end()
        secret = _VALUE.match(text, at) if is_secret(found["name"]) else None
        if secret is not None:
            kept.append(MASK)
            at = secret.end()
    return "".join((*kept, text[at:]))


def _member(found: re.Match[str]) -> str:
    if not is_secret(found["name"]):
        return found[0]
    quote = '"' if found["value"].startswith('"') else ""
    return f"{found['before']}{quote}{MASK}{quote}"


def _after(found: re.Match[str]) -> str:
    return f"{found['before']}{MASK}" if is_secret(found["name"]) else found[0]


def _card(found: re.Match[str]) -> str:
    digits = [int(each) for each in found[0] if each.isdigit()]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[-2::-2]]
    return MASK if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else found[0]

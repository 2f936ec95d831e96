"""A brand as JSON, both ways: what the page sends becomes a `Brand`, with words about the first thing that is wrong. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from routerd.brand.model import Advert, Brand, checked
from routerd.core.errors import BadInput


class Unfit(BadInput):
    """Something in a brand cannot be; `field` says what."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def document_of(brand: Brand) -> dict[str, Any]:
    """A brand's members."""
    return asdict(brand)


def brand_of(document: Any, languages: tuple[str, ...]) -> Brand:
    """The brand that a document describes; a member left out is empty.

    Raises:
        Unfit: it describes none.
    """
    given = _members("page", document, Brand)
    given["advert"] = Advert(**_members("advert", given.get("advert", {}), Advert))
    brand = Brand(**{name: _trimmed(value) for name, value in given.items()})
    try:
        return checked(brand, languages)
    except Unfit:
        raise
    except BadInput as error:  # its first word is the member's name
        raise Unfit(str(error).partition(" ")[0], str(error)) from None


def _members(name: str, document: Any, kind: type[Brand | Advert]) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise Unfit(name, f"{name} has to be an object")
    plain = kind()
    known = {each.name: getattr(plain, each.name) for each in fields(kind)}
    for member, value in document.items():
        if member not in known:
            raise Unfit(str(member)[:64], f'"{str(member)[:64]}" is no member of {name}; expected {", ".join(known)}')
        _check(member if kind is Brand else f"{name}.{member}", value, known[member])
    return dict(document)


def _check(name: str, value: Any, plain: Any) -> None:
    if isinstance(plain, Advert):
        return
    if isinstance(plain, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            raise Unfit(name, f"{name} has to be an object of language codes and texts")
    elif type(value) is not type(plain):
        raise Unfit(name, f"{name} has to be {'true or false' if isinstance(plain, bool) else 'a text'}")


def _trimmed(value: Any) -> Any:
    """Texts without the space around them; languages without a text left out."""
    if isinstance(value, Mapping):
        return {code: text.strip() for code, text in value.items() if text.strip()}
    return value.strip() if isinstance(value, str) else value

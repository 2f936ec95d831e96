"""What the directives of a rule set have set, and what holds when they are silent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from routerd.waf.rules import Setting


class Mode(Enum):
    """What a match does (SecRuleEngine)."""

    ON = "on"
    DETECTION_ONLY = "detectiononly"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a rule set; sizes in octets."""

    mode: Mode = Mode.ON
    audit: str = "relevantonly"
    body_access: bool = True
    body_most: int = 134_217_728
    body_no_files_most: int = 1_048_576
    body_partial: bool = False
    """At the limit: look at what is within, rather than refuse the request."""
    depth_most: int = 512
    arguments_most: int = 1000
    files_most: int = 100
    separator: bytes = b"&"
    response_access: bool = False
    response_most: int = 524_288
    response_partial: bool = True
    response_types: frozenset[bytes] = frozenset({b"text/plain", b"text/html", b"text/xml"})
    collection_timeout_s: int = 3600
    signature: str = ""
    web_app: bytes = b"default"


_FIELDS = {
    "SecRequestBodyLimit": "body_most",
    "SecRequestBodyNoFilesLimit": "body_no_files_most",
    "SecRequestBodyJsonDepthLimit": "depth_most",
    "SecArgumentsLimit": "arguments_most",
    "SecUploadFileLimit": "files_most",
    "SecResponseBodyLimit": "response_most",
    "SecCollectionTimeout": "collection_timeout_s",
    "SecRequestBodyAccess": "body_access",
    "SecResponseBodyAccess": "response_access",
    "SecRequestBodyLimitAction": "body_partial",
    "SecResponseBodyLimitAction": "response_partial",
}


def gathered(entries: Iterable[Setting]) -> Settings:
    """The settings that a rule set makes; where one is set twice, the later counts."""
    settings = Settings()
    for entry in entries:
        settings = _with(settings, entry.name, entry.values)
    return settings


def _with(settings: Settings, name: str, values: tuple[str, ...]) -> Settings:
    if name in _FIELDS:
        changed: dict[str, Any] = {_FIELDS[name]: _value(name, values[0])}
        return replace(settings, **changed)
    change = _CHANGES.get(name)
    return settings if change is None else change(settings, values)


_CHANGES: dict[str, Callable[[Settings, tuple[str, ...]], Settings]] = {
    "SecRuleEngine": lambda settings, values: replace(settings, mode=Mode(values[0].lower())),
    "SecAuditEngine": lambda settings, values: replace(settings, audit=values[0].lower()),
    "SecArgumentSeparator": lambda settings, values: replace(settings, separator=values[0].encode()),
    "SecResponseBodyMimeType": lambda settings, values: replace(
        settings, response_types=settings.response_types | {value.lower().encode() for value in values}
    ),
    "SecResponseBodyMimeTypesClear": lambda settings, _: replace(settings, response_types=frozenset()),
    "SecComponentSignature": lambda settings, values: replace(settings, signature=f"{settings.signature} {values[0]}".strip()),
    "SecWebAppId": lambda settings, values: replace(settings, web_app=values[0].encode()),
}


def _value(name: str, value: str) -> int | bool:
    if name.endswith("Access"):
        return value.lower() == "on"
    if name.endswith("Action"):
        return value.lower() == "processpartial"
    return int(value)

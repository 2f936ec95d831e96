"""All directives but those that make rules: what each takes, and why some of them change nothing here or are refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routerd.waf.place import Fault, nearest
from routerd.waf.rules import Setting
from routerd.waf.seclang.actions import actions
from routerd.waf.seclang.lexer import Directive, Text
from routerd.waf.seclang.variables import targets

_NUMBER = r"\d{1,15}"
_SWITCH = r"(?i:On|Off)"
_ANY = r"(?s:.*)"
_IDS = r"[\"'\d\s,-]+"


@dataclass(frozen=True, slots=True)
class Form:
    """What a directive takes.

    Attributes:
        pattern: that each word fits.
        suggestion: said when one does not.
        least: words needed.
        most: words possible.
        idle: why it changes nothing here; empty when it does.
    """

    pattern: str
    suggestion: str
    least: int = 1
    most: int = 1
    idle: str = ""


def _idle(why: str, most: int = 8) -> Form:
    return Form(_ANY, "", 0, most, why)


_LOGS = "where the audit log is written is a setting of the daemon"
_DISK = "this engine writes nothing to the disk"

FORMS = {
    "SecArgumentSeparator": Form(r"(?s:.)", "one character such as &"),
    "SecArgumentsLimit": Form(_NUMBER, "how many arguments"),
    "SecAuditEngine": Form(r"(?i:On|Off|RelevantOnly)", "On, Off or RelevantOnly"),
    "SecCollectionTimeout": Form(_NUMBER, "seconds"),
    "SecComponentSignature": Form(_ANY, ""),
    "SecRequestBodyAccess": Form(_SWITCH, "On or Off"),
    "SecRequestBodyJsonDepthLimit": Form(_NUMBER, "how many levels"),
    "SecRequestBodyLimit": Form(_NUMBER, "octets"),
    "SecRequestBodyLimitAction": Form(r"(?i:Reject|ProcessPartial)", "Reject or ProcessPartial"),
    "SecRequestBodyNoFilesLimit": Form(_NUMBER, "octets"),
    "SecResponseBodyAccess": Form(_SWITCH, "On or Off"),
    "SecResponseBodyLimit": Form(_NUMBER, "octets"),
    "SecResponseBodyLimitAction": Form(r"(?i:Reject|ProcessPartial)", "Reject or ProcessPartial"),
    "SecResponseBodyMimeType": Form(r"\S+", "content types such as text/html", 1, 64),
    "SecResponseBodyMimeTypesClear": Form("", "no words", 0, 0),
    "SecRuleEngine": Form(r"(?i:On|Off|DetectionOnly)", "On, Off or DetectionOnly"),
    "SecRuleRemoveById": Form(_IDS, "ids or ranges such as 941000-941999", 1, 1024),
    "SecRuleRemoveByMsg": Form(_ANY, ""),
    "SecRuleRemoveByTag": Form(_ANY, ""),
    "SecRuleUpdateActionById": Form(_ANY, "an id and actions", 2, 2),
    "SecRuleUpdateTargetById": Form(_ANY, "an id or a range, and variables", 2, 3),
    "SecRuleUpdateTargetByMsg": Form(_ANY, "a message and variables", 2, 3),
    "SecRuleUpdateTargetByTag": Form(_ANY, "a tag and variables", 2, 3),
    "SecUploadFileLimit": Form(_NUMBER, "how many files"),
    "SecWebAppId": Form(_ANY, ""),
    "SecXmlExternalEntity": Form(r"(?i:Off)", "external entities are never followed: Off"),
    "SecAuditLog": _idle(_LOGS),
    "SecAuditLog2": _idle(_LOGS),
    "SecAuditLogDirMode": _idle(_LOGS),
    "SecAuditLogFileMode": _idle(_LOGS),
    "SecAuditLogFormat": _idle(_LOGS),
    "SecAuditLogParts": _idle(_LOGS),
    "SecAuditLogRelevantStatus": _idle(_LOGS),
    "SecAuditLogStorageDir": _idle(_LOGS),
    "SecAuditLogType": _idle(_LOGS),
    "SecCacheTransformations": _idle("transformations are always remembered within a request"),
    "SecConnEngine": _idle("limits of connections are those of the edge"),
    "SecConnReadStateLimit": _idle("limits of connections are those of the edge"),
    "SecConnWriteStateLimit": _idle("limits of connections are those of the edge"),
    "SecCookieFormat": _idle("cookies are of version 0"),
    "SecCookieV0Separator": _idle("cookies are separated by semicolons"),
    "SecDataDir": _idle(_DISK),
    "SecDebugLog": _idle("a request can be explained by the command for it"),
    "SecDebugLogLevel": _idle("a request can be explained by the command for it"),
    "SecDisableBackendCompression": _idle("the edge sees to it that bodies can be read"),
    "SecGeoLookupDb": _idle("the database is a setting of the daemon"),
    "SecInterceptOnError": _idle("an operator has no errors when requests are judged"),
    "SecPcreMatchLimit": _idle("time is bounded by the budget of a request"),
    "SecPcreMatchLimitRecursion": _idle("time is bounded by the budget of a request"),
    "SecRequestBodyInMemoryLimit": _idle(_DISK),
    "SecRuleInheritance": _idle("there are no nested configurations"),
    "SecRulePerfTime": _idle("the command that explains a request shows what took how long"),
    "SecSensorId": _idle(_LOGS),
    "SecServerSignature": _idle("what a server calls itself is a setting of the site"),
    "SecStatusEngine": _idle("nothing is reported to anyone"),
    "SecTmpDir": _idle(_DISK),
    "SecTmpSaveUploadedFiles": _idle(_DISK),
    "SecUnicodeMapFile": _idle("the map of code page 20127 is built in"),
    "SecUploadDir": _idle(_DISK),
    "SecUploadFileMode": _idle(_DISK),
    "SecUploadKeepFiles": _idle(_DISK),
}
"""Every directive that is taken; those with `idle` are read and change nothing."""

REFUSED = {
    "SecChrootDir": "the daemon's own confinement is of its service file",
    "SecContentInjection": "this engine does not change bodies",
    "SecGsbLookupDb": "the service behind it has ended",
    "SecGuardianLog": "it would run a program for every request",
    "SecHashEngine": "this engine does not change bodies",
    "SecHashKey": "this engine does not change bodies",
    "SecHashMethodPm": "this engine does not change bodies",
    "SecHashMethodRx": "this engine does not change bodies",
    "SecHashParam": "this engine does not change bodies",
    "SecHttpBlKey": "the service behind it is asked by a key of its own, which this engine does not know",
    "SecRemoteRules": "rules are read from files, so that a rule set is the same at every start",
    "SecRemoteRulesFailAction": "rules are read from files, so that a rule set is the same at every start",
    "SecRuleScript": "it would run a program for every request",
    "SecStreamInBodyInspection": "this engine does not change bodies",
    "SecStreamOutBodyInspection": "this engine does not change bodies",
}
"""Directives that other engines have and this one does not, each with its reason."""

OTHERS = ("Include", "IncludeOptional", "SecAction", "SecDefaultAction", "SecMarker", "SecRule")
"""Directives that the parser sees to by itself."""

_FORMS = {name.lower(): name for name in (*FORMS, *OTHERS)}
_REFUSED = {name.lower(): name for name in REFUSED}


def directive_name(name: Text) -> str:
    """The directive as the reference spells it.

    Raises:
        Fault: it is not known, or refused.
    """
    if known := _FORMS.get(name.text.lower()):
        return known
    if refused := _REFUSED.get(name.text.lower()):
        raise Fault(name.place(), f"{refused} is not carried out here", REFUSED[refused])
    raise Fault(name.place(), f"there is no directive {name.text!r}", nearest(name.text, (*FORMS, *OTHERS)))


def setting(name: str, directive: Directive) -> Setting:
    """A directive with its words checked.

    Raises:
        Fault: there are too few or too many words, or one does not fit.
    """
    form, words = FORMS[name], directive.words
    if not form.least <= len(words) <= form.most:
        raise Fault(directive.place, f"{name} takes {_many(form)}, not {len(words)}", form.suggestion)
    for word in words:
        if not re.fullmatch(form.pattern, word.text):
            raise Fault(word.place(), f"{name} cannot be {word.text!r}", form.suggestion)
    _inside(name, words)
    return Setting(directive.place, name, tuple(word.text for word in words))


def ids(text: str) -> tuple[tuple[int, int], ...]:
    """Ids and ranges as pairs of first and last.

    Raises:
        ValueError: it is something else.
    """
    found = []
    for word in re.split(r"[\s,]+", text.strip("\"' ")):
        first, dash, last = word.strip("\"'").partition("-")
        pair = int(first), int(last if dash else first)
        if pair[0] > pair[1]:
            raise ValueError(word)
        found.append(pair)
    return tuple(found)


def _inside(name: str, words: Sequence[Text]) -> None:
    if name.endswith("ById"):
        for word in words[:1] if "Update" in name else words:
            try:
                ids(word.text)
            except ValueError as error:
                raise Fault(word.place(), f"{word.text!r} is no id and no range of ids", "such as 941100 or 941000-941999") from error
    if name.startswith("SecRuleUpdateTarget"):
        for word in words[1:]:
            targets(word)
    if name == "SecRuleUpdateActionById":
        _updated(words[1])


def _updated(word: Text) -> None:
    found = actions(word)
    if found.id or found.phase or found.chain:
        raise Fault(word.place(), "id, phase and chain of a rule cannot be changed", "leave them away")


def _many(form: Form) -> str:
    if form.least == form.most:
        return f"{form.least} word{'' if form.least == 1 else 's'}"
    return f"{form.least} to {form.most} words"

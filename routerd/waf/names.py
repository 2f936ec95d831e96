"""Every name of the ModSecurity v3 reference: what a rule set may say, what is refused on purpose, and what is merely unknown.

Names are compared without case and kept as the reference spells them.
"""

from collections.abc import Collection


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COLLECTIONS = _words(
    """ARGS ARGS_COMBINED_SIZE ARGS_GET ARGS_GET_NAMES ARGS_NAMES ARGS_POST ARGS_POST_NAMES AUTH_TYPE DURATION ENV FILES
    FILES_COMBINED_SIZE FILES_NAMES FILES_SIZES FILES_TMPNAMES FILES_TMP_CONTENT FULL_REQUEST FULL_REQUEST_LENGTH GEO GLOBAL
    HIGHEST_SEVERITY INBOUND_DATA_ERROR IP MATCHED_VAR MATCHED_VARS MATCHED_VARS_NAMES MATCHED_VAR_NAME MODSEC_BUILD
    MSC_PCRE_ERROR MSC_PCRE_LIMITS_EXCEEDED MULTIPART_BOUNDARY_QUOTED MULTIPART_BOUNDARY_WHITESPACE MULTIPART_CRLF_LF_LINES
    MULTIPART_DATA_AFTER
    MULTIPART_DATA_BEFORE MULTIPART_FILENAME MULTIPART_FILE_LIMIT_EXCEEDED MULTIPART_HEADER_FOLDING MULTIPART_INVALID_HEADER_FOLDING
    MULTIPART_INVALID_PART MULTIPART_INVALID_QUOTING MULTIPART_LF_LINE MULTIPART_MISSING_SEMICOLON MULTIPART_NAME
    MULTIPART_PART_HEADERS MULTIPART_STRICT_ERROR MULTIPART_UNMATCHED_BOUNDARY OUTBOUND_DATA_ERROR PATH_INFO QUERY_STRING REMOTE_ADDR
    REMOTE_HOST REMOTE_PORT REMOTE_USER REQBODY_ERROR REQBODY_ERROR_MSG REQBODY_PROCESSOR REQBODY_PROCESSOR_ERROR
    REQBODY_PROCESSOR_ERROR_MSG REQUEST_BASENAME REQUEST_BODY REQUEST_BODY_LENGTH REQUEST_COOKIES REQUEST_COOKIES_NAMES
    REQUEST_FILENAME REQUEST_HEADERS REQUEST_HEADERS_NAMES REQUEST_LINE REQUEST_METHOD REQUEST_PROTOCOL REQUEST_URI REQUEST_URI_RAW
    RESOURCE RESPONSE_BODY RESPONSE_CONTENT_LENGTH RESPONSE_CONTENT_TYPE RESPONSE_HEADERS RESPONSE_HEADERS_NAMES RESPONSE_PROTOCOL
    RESPONSE_STATUS RULE SERVER_ADDR SERVER_NAME SERVER_PORT SESSION SESSIONID STATUS_LINE TIME TIME_DAY TIME_EPOCH TIME_HOUR TIME_MIN
    TIME_MON TIME_SEC TIME_WDAY TIME_YEAR TX UNIQUE_ID URLENCODED_ERROR USER USERID WEBAPPID XML"""
)

KEYED = _words(
    """ARGS ARGS_GET ARGS_GET_NAMES ARGS_NAMES ARGS_POST ARGS_POST_NAMES ENV FILES FILES_NAMES FILES_SIZES FILES_TMPNAMES
    FILES_TMP_CONTENT GEO GLOBAL IP MATCHED_VARS MATCHED_VARS_NAMES MULTIPART_FILENAME MULTIPART_NAME MULTIPART_PART_HEADERS
    REQUEST_COOKIES REQUEST_COOKIES_NAMES REQUEST_HEADERS REQUEST_HEADERS_NAMES RESOURCE RESPONSE_HEADERS RESPONSE_HEADERS_NAMES RULE
    SESSION TX USER XML"""
)
"""Those of them that have members, which a selector picks."""

ALIASES = {"MULTIPART_SEMICOLON_MISSING": "MULTIPART_MISSING_SEMICOLON", "STATUS": "RESPONSE_STATUS"}
"""Second names that ModSecurity v3 has for variables, to the first."""

_APACHE = "it tells what a script's file or process is on the server, which stands elsewhere"
_TIMES = "the command that explains a request shows what rules look at"
_STREAMS = "this engine does not change bodies; use REQUEST_BODY or RESPONSE_BODY"

REFUSED_VARIABLES = {
    "PERF_ALL": _TIMES,
    "PERF_COMBINED": _TIMES,
    "PERF_GC": _TIMES,
    "PERF_LOGGING": _TIMES,
    "PERF_PHASE1": _TIMES,
    "PERF_PHASE2": _TIMES,
    "PERF_PHASE3": _TIMES,
    "PERF_PHASE4": _TIMES,
    "PERF_PHASE5": _TIMES,
    "PERF_RULES": _TIMES,
    "PERF_SREAD": _TIMES,
    "PERF_SWRITE": _TIMES,
    "SCRIPT_BASENAME": _APACHE,
    "SCRIPT_FILENAME": _APACHE,
    "SCRIPT_GID": _APACHE,
    "SCRIPT_GROUPNAME": _APACHE,
    "SCRIPT_MODE": _APACHE,
    "SCRIPT_UID": _APACHE,
    "SCRIPT_USERNAME": _APACHE,
    "SDBM_DELETE_ERROR": "collections are kept in memory",
    "STREAM_INPUT_BODY": _STREAMS,
    "STREAM_OUTPUT_BODY": _STREAMS,
    "USERAGENT_IP": "use REMOTE_ADDR, which is the client's address behind trusted proxies, too",
    "WEBSERVER_ERROR_LOG": "the errors of the server behind are written elsewhere",
}
"""Variables that ModSecurity 2 has, and neither v3 nor this engine, each with its reason."""

OPERATORS = _words(
    """beginsWith contains containsWord detectSQLi detectXSS endsWith eq ge geoLookup gt ipMatch ipMatchF ipMatchFromFile le
    lt noMatch pm pmf pmFromFile rbl rx rxGlobal streq strmatch unconditionalMatch validateByteRange
    validateUrlEncoding validateUtf8Encoding verifyCC verifyCPF verifySSN verifySVNR within"""
)

TRANSFORMATIONS = _words(
    """base64Decode base64DecodeExt base64Encode cmdLine compressWhitespace cssDecode escapeSeqDecode hexDecode hexEncode htmlEntityDecode
    jsDecode length lowercase md5 none normalisePath normalisePathWin normalizePath normalizePathWin parityEven7bit parityOdd7bit
    parityZero7bit removeComments removeCommentsChar removeNulls removeWhitespace replaceComments replaceNulls sha1 sqlHexDecode trim
    trimLeft trimRight uppercase urlDecode urlDecodeUni urlEncode utf8toUnicode"""
)

ACTIONS = _words(
    """accuracy allow auditlog block capture chain ctl deny drop expirevar id initcol log logdata maturity msg multiMatch noauditlog
    nolog pass phase redirect rev setenv setrsc setsid setuid setvar severity skip skipAfter status t tag ver xmlns"""
)

DISRUPTIVE = frozenset({"allow", "block", "deny", "drop", "pass", "redirect"})

REFUSED_OPERATORS = {
    "inspectFile": "it would run a program for every file",
    "fuzzyHash": "it needs a library that is not here",
    "gsbLookup": "the service behind it has ended",
    "rsub": "this engine does not change bodies",
    "validateHash": "this engine does not change bodies, so that it cannot put hashes into links",
    "validateDTD": "documents are not checked against schemas here",
    "validateSchema": "documents are not checked against schemas here",
}
"""Operators that other engines have and this one does not, each with its reason."""

REFUSED = {
    "exec": "it would run a program for every request; watch the audit log instead",
    "proxy": "requests are sent where the site's settings say, not where a rule says",
    "append": "this engine does not change bodies",
    "prepend": "this engine does not change bodies",
    "deprecatevar": "use expirevar",
    "pause": "it would hold a worker; use deny",
    "sanitiseArg": "the audit log masks secrets by itself",
    "sanitiseMatched": "the audit log masks secrets by itself",
    "sanitiseMatchedBytes": "the audit log masks secrets by itself",
    "sanitiseRequestHeader": "the audit log masks secrets by itself",
    "sanitiseResponseHeader": "the audit log masks secrets by itself",
}
"""Actions that other engines have and this one does not, each with its reason."""

SEVERITIES = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG")
"""Their place is their number."""

CTL = {
    "auditEngine": "On|Off|RelevantOnly",
    "auditLogParts": "[+-]?[A-KZ]+",
    "forceRequestBodyVariable": "On|Off",
    "requestBodyAccess": "On|Off",
    "requestBodyProcessor": "URLENCODED|MULTIPART|JSON|XML",
    "responseBodyAccess": "On|Off",
    "ruleEngine": "On|Off|DetectionOnly",
    "ruleRemoveById": "",
    "ruleRemoveByMsg": "",
    "ruleRemoveByTag": "",
    "ruleRemoveTargetById": "",
    "ruleRemoveTargetByMsg": "",
    "ruleRemoveTargetByTag": "",
}
"""What ``ctl`` may change, and to what (a pattern); empty where the parser checks by itself."""

REFUSED_CTL = {
    "debugLogLevel": "there is no debug log to turn up; use the command that explains a request",
    "hashEngine": "this engine does not change bodies",
    "hashEnforcement": "this engine does not change bodies",
    "requestBodyLimit": "limits are of the site, not of a request",
    "responseBodyLimit": "limits are of the site, not of a request",
}
"""What ``ctl`` changes elsewhere and not here, each with its reason."""


def spelling(name: str, known: Collection[str]) -> str:
    """A name as the reference spells it; empty when it is not known."""
    if name in known:
        return name
    folded = name.lower()
    return next((each for each in known if each.lower() == folded), "")


def variable(name: str) -> str:
    """A variable as the reference spells it, by either of its names; empty when it is not known."""
    return ALIASES.get(spelling(name, ALIASES)) or spelling(name, COLLECTIONS)

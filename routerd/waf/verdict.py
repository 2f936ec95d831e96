"""What comes out of judging: a verdict that ends the request, and a record of each rule that matched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """The request is not to go on as it came.

    Attributes:
        action: deny, drop or redirect.
        status: to answer with.
        url: to send the client to; empty unless it is a redirect.
        rule: id of the rule; 0 when a limit and not a rule decided.
        phase: in which it was decided.
        message: why, for the log; never for the client.
    """

    action: str
    status: int
    url: bytes = b""
    rule: int = 0
    phase: int = 0
    message: bytes = b""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule matched.

    Attributes:
        rule: its id.
        phase: in which.
        message: msg with macros filled in.
        data: logdata likewise.
        tags: likewise.
        severity: 0 to 7; None when the rule has none.
        name: of the last variable that matched, such as ``ARGS:id``.
        value: of it, after the rule's transformations.
        file: where the rule is written.
        line: of it.
        rev: revision of the rule.
        version: of its rule set.
        maturity: 0 to 9.
        accuracy: 0 to 9.
        action: what the rule decided, whether or not it was carried out.
        logged: whether it goes into the log.
        audited: whether it makes its request one for the audit log.
    """

    rule: int
    phase: int
    message: bytes
    data: bytes
    tags: tuple[bytes, ...]
    severity: int | None
    name: bytes
    value: bytes
    file: str
    line: int
    rev: bytes = b""
    version: bytes = b""
    maturity: int = 0
    accuracy: int = 0
    action: str = "pass"
    logged: bool = True
    audited: bool = True

"""What a test says: requests to be sent one after another, and what each must and must not make rules do."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as a test describes it.

    Attributes:
        method: as it goes into the request line.
        target: likewise.
        version: likewise; empty for a request line without one.
        headers: in the order of sending.
        data: the body before it is encoded.
        completed: whether headers that a client adds are added.
        raw: the octets of the whole request, in place of all else; empty for none.
    """

    method: str = "GET"
    target: str = "/"
    version: str = "HTTP/1.1"
    headers: tuple[tuple[str, str], ...] = ()
    data: bytes = b""
    completed: bool = True
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a request.

    Attributes:
        ids: rules that must log.
        not_ids: rules that must not.
        pattern: a regular expression that a log line must match; empty for none.
        not_pattern: one that no line may match; empty for none.
        alone: whether the one rule of `ids` must be the only one.
    """

    ids: tuple[int, ...] = ()
    not_ids: tuple[int, ...] = ()
    pattern: str = ""
    not_pattern: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One request, and what must come of it."""

    sent: Sent
    expected: Expected


@dataclass(frozen=True, slots=True)
class Test:
    """One test; its stages follow one another.

    Attributes:
        rule: number of the rule that it is about.
        number: of the test, among those of this rule.
        file: where it stands.
        description: what it is about.
        stages: at least one.
    """

    __test__ = False  # pytest would take the name for a test of its own

    rule: int
    number: int
    file: str
    description: str = ""
    stages: tuple[Stage, ...] = field(default=())

    @property
    def name(self) -> str:
        """Such as 942100-3."""
        return f"{self.rule}-{self.number}"

"""What has been decided over a request so far, and by which limit or rule. The engine's mode says whether a decision is carried out."""

from collections.abc import Callable

from routerd.waf.budget import Over
from routerd.waf.settings import Mode
from routerd.waf.verdict import Verdict

REFUSED = 403


class Ruling:
    """Decisions over one request.

    Args:
        mode: of the engine, asked each time: rules may change it.

    Attributes:
        verdict: what ended the request, if anything has.
        detected: what would have ended it first, had the engine been on.
        allowed: scope of the allow that holds; empty when none does.
        exceeded: limits that it went over.
    """

    __slots__ = ("_mode", "allowed", "detected", "exceeded", "verdict")

    def __init__(self, mode: Callable[[], Mode]) -> None:
        self.verdict: Verdict | None = None
        self.detected: Verdict | None = None
        self.allowed = ""
        self.exceeded: list[str] = []
        self._mode = mode

    def decide(self, verdict: Verdict) -> None:
        """Ends the request; the first decision counts."""
        if self._mode() is Mode.ON:
            self.verdict = self.verdict or verdict
        else:
            self.detected = self.detected or verdict

    def allow(self, scope: str) -> None:
        """Lets it pass without further ado: ``all``, ``phase`` or ``request``."""
        if self._mode() is Mode.ON:
            self.allowed = scope

    def over(self, limit: str, over: Over, phase: int) -> None:
        """A limit has been gone over."""
        if limit not in self.exceeded:
            self.exceeded.append(limit)
        if over is Over.BLOCK:
            self.decide(Verdict("deny", REFUSED, phase=phase, message=limit.encode()))

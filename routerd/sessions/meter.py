"""The gate as sessions see it: its counts, remembered for a moment and made whole.

A dump of 10,000 passes costs a noticeable part of a second, so readers share one until it is a second old, or twenty times what it
cost. What passes while `Gate.requota` replaces an element is unknown to the new element; it is carried here and added to every
count, so that callers deal in true totals throughout. The carry lives in memory: after a crash it is lost, and with it at most what
passed in those moments; the rows keep the highest count ever written down.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routerd.core.clock import Clock
from routerd.core.terms import Pass, PassKey, Usage
from routerd.sessions.model import Octets, Session
from routerd.sessions.ports import Gate

FRESH_S = 1.0
"""How old a dump may be for a page that a person looks at."""

COST_SHARE = 20
"""A dump is kept for so many times its own cost, so that looking costs at most a twentieth of one core."""

NOTHING = Octets(0, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One dump.

    Attributes:
        began: monotonic time before it was taken.
        cost_s: how long it took.
        usages: by mark.
    """

    began: float
    cost_s: float
    usages: Mapping[int, Usage]

    def of(self, session: Session) -> Usage | None:
        """What the kernel said of a session; None when it held nothing, or only half."""
        usage = self.usages.get(session.mark)
        if usage is None or usage.mac != session.device.mac or usage.network != session.device.network:
            return None
        return usage


class Meter:
    """Reads and changes the gate.

    Attributes:
        dumps: how many have been taken; changes whenever counts may have changed.
    """

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._dumping = threading.Lock()
        self._carry: dict[int, Octets] = {}
        self._reading = Reading(float("-inf"), 0.0, {})
        self.dumps = 0

    def fresh(self, within_s: float = FRESH_S) -> Reading:
        """A dump that is new enough to show: no older than `within_s` seconds, or twenty times what it cost."""
        reading = self._reading
        if self._clock.monotonic() - reading.began <= max(within_s, COST_SHARE * reading.cost_s):
            return reading
        with self._dumping:
            return self._dump() if self._reading is reading else self._reading

    def refresh(self) -> Reading:
        """A dump taken now."""
        with self._dumping:
            return self._dump()

    def octets(self, session: Session) -> Octets:
        """The best count of a session without asking the kernel."""
        return counted(session, self._reading.of(session))

    def open(self, passes: Sequence[Pass]) -> None:
        """Let passes through; their `used` values are true totals, so nothing has to be carried any more."""
        self._gate.open(passes)
        for each in passes:
            self._carry.pop(each.mark, None)

    def requota(self, passes: Sequence[Pass]) -> dict[int, tuple[Octets, Octets]]:
        """Change passes that are open; quotas are true totals.

        Returns:
            By mark: the true total at that moment, and the octets that the new element does not know of, so that its quota allows
            so much more than was asked.
        """
        answers: dict[int, tuple[Octets, Octets]] = {}
        with self._dumping:  # a dump taken before, with the carry known after, would count the missed octets twice
            for answer in self._gate.requota([self._as_held(each) for each in passes]):
                carry = self._carry.get(answer.mark, NOTHING)
                missed = Octets(answer.down_missed, answer.up_missed)
                answers[answer.mark] = (Octets(answer.down_octets + carry.down, answer.up_octets + carry.up), missed)
                if missed != NOTHING:
                    self._carry[answer.mark] = Octets(carry.down + missed.down, carry.up + missed.up)
        return answers

    def close(self, keys: Sequence[PassKey]) -> dict[int, Octets]:
        """Stop passes; returns the true totals of those that were open, by mark."""
        totals = {}
        for usage in self._gate.close(keys):
            carry = self._carry.pop(usage.mark, NOTHING)
            totals[usage.mark] = Octets(usage.down_octets + carry.down, usage.up_octets + carry.up)
        return totals

    def _dump(self) -> Reading:
        began = self._clock.monotonic()
        usages = {usage.mark: usage for usage in self._gate.usage()}
        for mark, carry in list(self._carry.items()):
            if mark in usages:
                usages[mark] = _carried(usages[mark], carry)
        self._reading = Reading(began, self._clock.monotonic() - began, usages)
        self.dumps += 1
        return self._reading

    def _as_held(self, wanted: Pass) -> Pass:
        carry = self._carry.get(wanted.mark)
        if carry is None:
            return wanted
        return replace(
            wanted,
            down_quota_octets=_less(wanted.down_quota_octets, carry.down),
            up_quota_octets=_less(wanted.up_quota_octets, carry.up),
        )


def counted(session: Session, usage: Usage | None) -> Octets:
    """A session's total: the kernel's or the row's, whichever is higher."""
    if usage is None:
        return Octets(session.down_octets, session.up_octets)
    return Octets(max(session.down_octets, usage.down_octets), max(session.up_octets, usage.up_octets))


def _carried(usage: Usage, carry: Octets) -> Usage:
    return replace(
        usage,
        down_octets=usage.down_octets + carry.down,
        up_octets=usage.up_octets + carry.up,
        down_quota_octets=_less(usage.down_quota_octets, -carry.down),
        up_quota_octets=_less(usage.up_quota_octets, -carry.up),
    )


def _less(quota: int | None, octets: int) -> int | None:
    return None if quota is None else max(0, quota - octets)

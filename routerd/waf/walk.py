"""Through the rules of a phase in order: past those that cannot match, on the track as long as it holds, and one by one where it does not.

Called by `transaction` for each phase. What comes out is the same as if every rule were judged in its turn; whoever watches has them
judged so.
"""

from bisect import bisect_left

from routerd.waf.budget import Meter, Over
from routerd.waf.judging import Judge
from routerd.waf.link import Link, Phase
from routerd.waf.ruling import Ruling
from routerd.waf.state import State
from routerd.waf.track import Start, Track


class Walk:
    """The way of one request through its phases.

    Args:
        state: of the request.
        judge: of its rules.
        ruling: says when a phase ends early.
        meter: counts what all this costs.
        over: what happens when that is too much.
        start: where tracks begin; None when every rule is to be judged in its turn.
    """

    def __init__(self, state: State, judge: Judge, ruling: Ruling, meter: Meter, over: Over, start: Start | None) -> None:
        self._state = state
        self._judge = judge
        self._ruling = ruling
        self._meter = meter
        self._over = over
        self._track = start
        self._on = start is not None
        self._passed = 0
        """Events of the track that lie behind."""

    def through(self, number: int, phase: Phase) -> None:
        """Has the rules of a phase judged that may match."""
        self._judge.phase()
        if self._track is None:
            self._on_foot(phase, (1 << len(phase.links)) - 1, 0)
        else:
            self._track = track = self._track.to(number)
            self._follow(number, phase, track)
        self._state.rule = None

    def _follow(self, number: int, phase: Phase, track: Track) -> None:
        matching = track.profiles.matching(self._state, self._judge.looked, self._meter)
        if self._is_spent(number):
            self._leave()
            return
        if not self._on:
            self._on_foot(phase, _left(track, matching), 0, matching)
            return
        self._passed = 0
        hot = (matching & track.all) | track.undecided | track.usual
        while hot:
            if self._is_spent(number):
                self._leave()
                return
            bit = hot & -hot
            hot ^= bit
            place = bit.bit_length() - 1
            self._pass(track, place)
            link = phase.links[place]
            matched = self._judge.rule(link, known=bool(matching & bit))
            if self._is_off(track, link, bit, matched=matched):
                self._leave()
                if not self._ends():
                    at = phase.after(link, place + 1) if matched else place + 1
                    self._on_foot(phase, _left(track, matching), at, matching)
                return
        self._pass(track, len(phase.links))

    def _is_off(self, track: Track, link: Link, bit: int, *, matched: bool) -> bool:
        """Whether what a rule has come to leads off the way."""
        if matched and (track.diverting & bit or self._ends()):
            return True
        return bool(track.usual & bit and not matched) or 0 < track.unsettling.get(link, 0) <= self._judge.reached

    def _pass(self, track: Track, place: int) -> None:
        """Up to a place: what constant rules before it have done is taken over."""
        events, first = track.events, self._passed
        at = bisect_left(track.places, place)
        if at <= first:
            return
        state = self._state
        self._passed = at
        self._judge.matches.extend(track.matches[events[first - 1].matches if first else 0 : events[at - 1].matches])
        state.tx.rest_on(events[at - 1].members)
        state.highest_severity = min(state.highest_severity, events[at - 1].severity)
        for event in events[first:at] if track.controls else ():
            for control in event.controls:
                control.run(state)

    def _leave(self) -> None:
        """From here on every rule that the track decides is judged in its turn."""
        self._on = False
        self._state.tx.settled()

    def _on_foot(self, phase: Phase, pending: int, at: int, known: int = 0) -> None:
        """One by one, from a place on, those that may match."""
        links, removals = phase.links, self._state.removals
        pending |= phase.counting if removals else 0
        while rest := pending >> at:
            at += (rest & -rest).bit_length() - 1
            link = links[at]
            at += 1
            if self._is_spent(link.phase):
                return
            if self._judge.rule(link, known=bool(known >> at - 1 & 1)):
                if self._ends():
                    return
                at = phase.after(link, at)
                pending |= phase.counting if removals else 0

    def _is_spent(self, phase: int) -> bool:
        """Whether the request has made all the work that it may make; the rules that are left are not looked at then."""
        spent = self._meter.is_over
        if spent:
            self._ruling.over("more work than a request may make", self._over, phase)
        return spent

    def _ends(self) -> bool:
        """Whether the phase is over, for something has been decided."""
        return self._ruling.verdict is not None or bool(self._ruling.allowed)


def _left(track: Track, matching: int) -> int:
    """Rules that may match, once TX is not what it would be on the track."""
    return (track.all & ~track.known) | (matching & track.known)

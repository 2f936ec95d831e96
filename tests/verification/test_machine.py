"""A device and a guesser do whatever they like in any order; a model that is obviously right says what may happen."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routerd.core.errors import Denied, Limited
from tests.verification.conftest import MAC, NUMBER, OTHER, make_desk


class Codes(RuleBasedStateMachine):
    """One purpose, two devices; the model keeps the code, its end and its wrong answers."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = make_desk()
        self.open: dict[str, tuple[str, float, int]] = {}
        self.old: list[str] = []
        self.sent_at: list[float] = []

    def teardown(self) -> None:
        self.desk.store.stop()

    def _live(self, mac: str) -> bool:
        return mac in self.open and self.open[mac][1] > self.desk.clock.now() and self.open[mac][2] < 5

    @rule(mac=st.sampled_from([MAC, OTHER]), number=st.sampled_from([NUMBER, "+491712222222"]))
    def ask(self, mac: str, number: str) -> None:
        count = len(self.desk.carrier.texts)
        try:
            self.desk.sms(number, mac)
        except Limited:
            return
        if len(self.desk.carrier.texts) > count:
            if mac in self.open:
                self.old.append(self.open[mac][0])
            self.open[mac] = (self.desk.carrier.code(), self.desk.clock.now() + 600, 0)
            self.sent_at.append(self.desk.clock.now())

    @rule(mac=st.sampled_from([MAC, OTHER]), guess=st.integers(0, 999_999).map(lambda number: f"{number:06}"))
    def answer_anything(self, mac: str, guess: str) -> None:
        self._answer(mac, guess)

    @precondition(lambda self: self.old)
    @rule(mac=st.sampled_from([MAC, OTHER]), data=st.data())
    def answer_with_an_older_code(self, mac: str, data: st.DataObject) -> None:
        self._answer(mac, data.draw(st.sampled_from(self.old)))

    @precondition(lambda self: self.open)
    @rule(mac=st.sampled_from([MAC, OTHER]), data=st.data())
    def answer_with_a_code_that_is_open_somewhere(self, mac: str, data: st.DataObject) -> None:
        self._answer(mac, self.open[data.draw(st.sampled_from(sorted(self.open)))][0])

    @rule(seconds=st.sampled_from([1, 299, 601, 3600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.desk.clock.advance(seconds)

    @invariant()
    def nobody_pays_for_more_than_was_agreed(self) -> None:
        now = self.desk.clock.now()
        assert sum(at > now - 3600 for at in self.sent_at) <= 6, "two devices, three an hour each"

    def _answer(self, mac: str, code: str) -> None:
        right = self._live(mac) and self.open[mac][0] == code
        try:
            proven = self.desk.verification.examine("mobile", mac, code=code)
        except Denied:
            assert not right
            if mac in self.open:
                kept, end, tries = self.open[mac]
                self.open[mac] = (kept, end, tries + 1)
            return
        assert right
        self.desk.verification.consume(proven)
        self.old.append(self.open.pop(mac)[0])


Codes.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestCodes = Codes.TestCase

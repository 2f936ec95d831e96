"""Traffic over time: what the counters grew is in the charts, once, whatever restarts or clocks do."""

import pytest

from routerd.core.errors import Unavailable
from routerd.store.database import Store
from routerd.telemetry.model import Sample, Speed
from routerd.telemetry.records import SampleRow
from routerd.telemetry.traffic import Traffic
from tests.fakes.clock import FakeClock

NOON = 1_750_032_000.0  # a full hour
HOUR, DAY = 3600, 86_400


class FakeUplink:
    def __init__(self):
        self.octets = (10**12, 10**11)

    def counters(self):
        return self.octets

    def pass_(self, down, up):
        self.octets = (self.octets[0] + down, self.octets[1] + up)

    def close(self):
        self.closed = True

    def carrier(self):
        return True

    def routed(self):
        return True


class Box:
    def __init__(self):
        self.clock = FakeClock(NOON)
        self.store = Store("sqlite:///:memory:")
        self.uplink = FakeUplink()
        self.online = 0
        self.boot()

    def boot(self):
        self.traffic = Traffic(self.store, self.clock, self.uplink, lambda: self.online)
        self.traffic.sample()

    def run(self, seconds, down=0, up=0):
        """Ten seconds a step, with so many octets in each."""
        for _ in range(seconds // 10):
            self.clock.advance(10)
            self.uplink.pass_(down, up)
            self.traffic.sample()

    def day(self):
        return self.traffic.series("day")


@pytest.fixture
def box():
    return Box()


def test_the_models_are_the_migrated_schema(box):
    columns = {column.name: column for column in box.store.db.get_columns("traffic_sample")}
    assert {name: column.null for name, column in columns.items()} == {name: field.null for name, field in SampleRow._meta.columns.items()}


def test_what_passes_is_in_its_minute_and_in_its_hour(box):
    box.online = 3
    box.run(120, down=100, up=10)
    assert box.day() == [Sample(int(NOON), 500, 50, 3), Sample(int(NOON) + 60, 600, 60, 3), Sample(int(NOON) + 120, 100, 10, 3)]
    assert box.traffic.series("month") == [Sample(int(NOON), 1200, 120, 3)]


def test_most_guests_of_a_step_are_told(box):
    for box.online in (1, 7, 2):
        box.run(10)
    assert [sample.online for sample in box.day()] == [7]


def test_a_restart_loses_nothing_that_was_flushed_and_counts_nothing_twice(box):
    box.run(30, down=100)
    box.traffic.flush()
    box.uplink.pass_(10**9, 0)  # while the daemon is dead
    box.boot()
    box.run(20, down=100)
    assert box.day() == [Sample(int(NOON), 500, 0, 0)]
    box.traffic.flush()
    assert box.traffic.series("month") == [Sample(int(NOON), 500, 0, 0)]


def test_a_counter_that_begins_anew_counts_from_nothing(box):
    box.run(10, down=100)
    box.uplink.octets = (70, 0)
    box.traffic.sample()
    assert box.day()[0].down_octets == 170


def test_an_uplink_that_is_gone_counts_nothing_and_costs_nothing_when_it_returns(box):
    box.run(10, down=100)
    kept, box.uplink.octets = box.uplink.octets, None
    box.traffic.sample()
    assert box.traffic.speed() == Speed()
    box.uplink.octets = kept
    box.run(10, down=100)
    assert box.day()[0].down_octets == 200


def test_old_steps_are_forgotten_and_hours_stay_longer(box):
    box.run(60, down=100)
    box.clock.advance(26 * HOUR)
    box.run(120, down=1)
    assert box.day()[0].at > NOON + DAY
    assert SampleRow.select().where(SampleRow.step_s == 60).count(box.store.db) == len(box.day()) - 1
    assert box.traffic.series("month")[0].at == NOON
    box.clock.advance(32 * DAY)
    box.run(120, down=1)
    assert box.traffic.series("month")[0].at > NOON + 32 * DAY


def test_steps_from_a_clock_that_was_ahead_are_forgotten(box):
    box.clock.step(400 * DAY)
    box.run(120, down=100)
    box.clock.step(-400 * DAY)
    box.run(180, down=100)
    assert all(sample.at < NOON + DAY for sample in box.day())
    assert SampleRow.select().where(SampleRow.at > NOON + DAY).count(box.store.db) == 0


def test_speed_is_what_passed_since_the_reading_before(box):
    box.clock.advance(2)
    box.uplink.pass_(2_000_000, 250_000)
    assert box.traffic.speed() == Speed(8000, 1000)
    box.clock.advance(0.5)
    box.uplink.pass_(10**9, 0)
    assert box.traffic.speed() == Speed(8000, 1000)
    box.clock.advance(60)
    assert box.traffic.speed() == Speed()


def test_without_an_uplink_guests_are_counted_all_the_same():
    store, clock = Store("sqlite:///:memory:"), FakeClock(NOON)
    traffic = Traffic(store, clock, None, lambda: 4)
    traffic.sample()
    assert traffic.series("day") == [Sample(int(NOON), 0, 0, 4)]
    assert traffic.speed() == Speed()


def test_a_disk_that_fails_does_not_stop_the_sampling(box, monkeypatch):
    box.run(50, down=100)

    def fail(_work):
        raise Unavailable("disk")

    with monkeypatch.context() as broken:
        broken.setattr(box.store, "write", fail)
        with pytest.raises(Unavailable):
            box.run(10, down=100)
    box.run(10, down=100)
    assert box.day()[-1].down_octets == 200

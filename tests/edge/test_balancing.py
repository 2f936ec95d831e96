"""Which upstream takes a request."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.balancing import FAILURES, REST_S, SUSPECT_S, Balance
from routerd.edge.plan import Plan, Site, Upstream
from tests.fakes.clock import FakeClock


def site(*weights: int, sticky: bool = False) -> Site:
    return Site("s", ("*",), tuple(Upstream("http", f"10.0.0.{at}", 80, weight=weight) for at, weight in enumerate(weights)), sticky=sticky)


def picks(balance: Balance, of: Site, times: int) -> list[int]:
    return [of.upstreams.index(balance.pick(of, b"1.2.3.4")) for _ in range(times)]


def test_turns_are_smooth():
    assert picks(Balance(FakeClock()), site(3, 1), 8) == [0, 0, 1, 0, 0, 0, 1, 0]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_everybody_gets_exactly_his_share_of_a_round(weights):
    found = Counter(picks(Balance(FakeClock()), site(*weights), sum(weights)))
    assert [found[at] for at in range(len(weights))] == weights


def test_a_client_keeps_its_upstream_and_moves_alone_with_it():
    of = site(1, 1, 1, sticky=True)
    balance = Balance(FakeClock())
    clients = [b"10.1.%d.%d" % (at // 256, at % 256) for at in range(600)]
    before = {client: balance.pick(of, client) for client in clients}
    assert {client: balance.pick(of, client) for client in clients} == before
    assert min(Counter(before.values()).values()) > 140
    gone = of.upstreams[1]
    balance.mark(gone, down=True)
    after = {client: balance.pick(of, client) for client in clients}
    assert gone not in after.values()
    assert all(after[client] == before[client] for client in clients if before[client] != gone)


def test_weights_count_for_clients_too():
    of = site(3, 1, sticky=True)
    balance = Balance(FakeClock())
    found = Counter(balance.pick(of, b"10.1.%d.%d" % (at // 256, at % 256)) for at in range(2_000))
    assert 0.70 < found[of.upstreams[0]] / 2_000 < 0.80


def test_one_that_has_just_failed_comes_after_the_others_for_a_moment():
    of, clock = site(1, 1, sticky=True), FakeClock()
    balance = Balance(clock)
    own = balance.pick(of, b"1.2.3.4")
    balance.failed(own)
    assert balance.pick(of, b"1.2.3.4") != own
    clock.advance(SUSPECT_S)
    assert balance.pick(of, b"1.2.3.4") == own


def test_failures_in_a_row_bring_a_rest_and_another_failure_after_it_the_next():
    of, clock = site(1, 1), FakeClock()
    balance = Balance(clock)
    for _ in range(FAILURES):
        balance.failed(of.upstreams[0])
    clock.advance(REST_S - 0.1)
    assert set(picks(balance, of, 4)) == {1}
    clock.advance(0.1)
    assert set(picks(balance, of, 4)) == {0, 1}
    balance.failed(of.upstreams[0])
    clock.advance(SUSPECT_S)
    assert set(picks(balance, of, 4)) == {1}


def test_a_success_in_between_begins_the_count_anew():
    of, clock = site(1, 1), FakeClock()
    balance = Balance(clock)
    for _ in range(FAILURES * 2):
        balance.failed(of.upstreams[0])
        balance.succeeded(of.upstreams[0])
    assert set(picks(balance, of, 4)) == {0, 1}


def test_when_all_are_down_all_are_tried():
    of = site(1, 1)
    balance = Balance(FakeClock())
    for upstream in of.upstreams:
        balance.mark(upstream, down=True)
    assert set(picks(balance, of, 4)) == {0, 1}
    balance.mark(of.upstreams[1], down=False)
    assert set(picks(balance, of, 4)) == {1}


def test_without_upstreams_there_is_none():
    assert Balance(FakeClock()).pick(site(), b"1.2.3.4") is None


def test_a_new_plan_forgets_what_it_does_not_have_and_keeps_the_rest():
    of = site(1, 1)
    balance = Balance(FakeClock())
    balance.mark(of.upstreams[0], down=True)
    balance.use(Plan((Site("t", ("*",), of.upstreams[:1]),)))
    balance.mark(of.upstreams[1], down=False)
    assert set(picks(balance, of, 4)) == {1}
    balance.use(Plan())
    assert set(picks(balance, of, 4)) == {0, 1}

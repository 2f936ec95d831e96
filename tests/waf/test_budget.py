"""What requests cost that are made to be expensive, counted: none gets away with more than a request may cost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.waf.budget import Budget, Meter, Over, Price
from routerd.waf.engine import RuleSet
from routerd.waf.loading import BUILTIN, load
from routerd.waf.request import Request
from routerd.waf.transaction import Transaction
from tests.waf import hostile

CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[3] / "shared" / "data" / "crs-4.29")
MOST = Budget().cost_most
BEYOND = 2
"""How far the last piece of work that was begun may lead beyond the limit."""


def table() -> Iterator[tuple[str, Request, bytes]]:
    """Every shape, and every piece in one of the places."""
    for shape, make in hostile.SHAPES.items():
        yield (shape, *make())
    places = list(hostile.PLACES.items())
    for at, piece in enumerate(hostile.PIECES):
        place, put = places[at % len(places)]
        yield (f"{place}: {piece!r}", *put(piece))


def judged(rules: RuleSet, request: Request, body: bytes) -> Transaction:
    """A request that has gone through all phases of a request."""
    transaction = rules.begin(request, 0.0)
    if transaction.headers() is None:
        transaction.body(body)
    transaction.log()
    return transaction


@pytest.fixture(scope="module", params=[BUILTIN, "CRS"])
def rules(request: pytest.FixtureRequest) -> RuleSet:
    if request.param != BUILTIN and not CRS.is_dir():
        pytest.skip("needs the rules of the OWASP CRS: CRS_DIR says where they are")
    found, faults = load([Path(BUILTIN) if request.param == BUILTIN else CRS])
    assert found is not None, faults
    return found


def test_no_hostile_request_costs_more_than_one_may(rules: RuleSet) -> None:
    for name, request, body in table():
        transaction = judged(rules, request, body)
        assert transaction.cost <= MOST * BEYOND, name
        if transaction.cost > MOST:
            assert transaction.verdict is not None, name


def test_a_request_that_costs_too_much_is_refused_or_goes_on_as_the_owner_says(rules: RuleSet) -> None:
    request, body = hostile.PLACES["form of many"](b"\\'a'=")
    least = judged(rules, request, body).cost // 2
    for over in Over:
        rules = RuleSet(rules.settings, rules.phases, Budget(cost_most=least, cost_over=over), None, None)  # type: ignore[arg-type]
        transaction = judged(rules, request, body)
        assert transaction.exceeded == ["more work than a request may make"]
        assert (transaction.verdict is not None) == (over is Over.BLOCK)


def test_a_price_counts_octets_and_those_that_make_work() -> None:
    assert Price(2).of(b"abc") == 6
    assert Price(2, b"%+", 100).of(b"a%+b") == 208
    assert Price(2, b"%", 100, most=150).of(b"%%") == 150


@pytest.mark.parametrize("kind", ["file", "text"])
def test_a_long_body_may_cost_more(rules: RuleSet, kind: str) -> None:
    content = b"The weather is fine today, and will be fine tomorrow. " * 40_000
    body = content
    if kind == "file":
        body = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\n' + content + b"\r\n--b--\r\n"
    mime = {"file": b"multipart/form-data; boundary=b", "text": b"text/plain"}[kind]
    request = Request(b"POST", b"/", headers=((b"Host", b"a.test"), (b"Content-Type", mime), (b"Content-Length", b"%d" % len(body))))
    transaction = judged(rules, request, body)
    assert transaction.exceeded == []


def test_a_meter_is_over_once_more_is_spent_than_may_be() -> None:
    meter = Meter(10)
    meter.spent += 10
    assert not meter.is_over
    meter.spent += 1
    assert meter.is_over

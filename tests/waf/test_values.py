"""Many values that are changed at once come out as each by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.budget import Meter
from routerd.waf.transformations.catalogue import CATALOGUE
from routerd.waf.values import BETWEEN, Chain, Values
from tests.waf.hostile import PIECES

NAMES = {each.name.lower(): each for each in CATALOGUE}


def through(chain: Chain, values: Values) -> Values:
    """Values after all steps of a chain."""
    for step in chain.steps:
        values = values.after(step)
    return values


value = st.one_of(
    st.lists(st.sampled_from((*PIECES, b"%7f", b"&#127;", b"0x7f", BETWEEN)), max_size=4).map(b"".join), st.binary(max_size=12)
)
values = st.lists(value, min_size=1, max_size=6)


@pytest.mark.parametrize("name", [each.name for each in CATALOGUE])
@given(values)
def test_a_transformation_of_many_is_that_of_each(name: str, each: list[bytes]) -> None:
    chain = Chain([name], NAMES)
    assert through(chain, Values(each, Meter(0))).each == [chain.applied(one) for one in each]


@given(st.lists(st.sampled_from([each.name for each in CATALOGUE]), max_size=4), values)
def test_a_chain_of_them_likewise(names: list[str], each: list[bytes]) -> None:
    chain = Chain(names, NAMES)
    assert through(chain, Values(each, Meter(0))).each == [chain.applied(one) for one in each]


@given(st.lists(st.sampled_from([each.name for each in CATALOGUE]), max_size=4), value)
def test_what_becomes_of_a_value_on_the_way_is_all_there(names: list[str], one: bytes) -> None:
    chain = Chain(names, NAMES)
    assert [stage.each for stage in chain.through_stages(Values([one], Meter(0)))] == [[stage] for stage in chain.stages(one)]


def test_what_changes_nothing_gives_the_values_themselves_and_costs_nothing() -> None:
    meter = Meter(0)
    before = Values([b"abc", b"d1"], meter)
    assert through(Chain(["urlDecodeUni", "lowercase", "htmlEntityDecode"], NAMES), before) is before
    assert meter.spent == 0


def test_what_changes_them_is_carried_out_once() -> None:
    meter = Meter(0)
    before = Values([b"A"], meter)
    first = through(Chain(["lowercase"], NAMES), before)
    spent = meter.spent
    assert spent > 0
    assert through(Chain(["lowercase", "trim"], NAMES), before) is first
    assert meter.spent == spent

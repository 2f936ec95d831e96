"""What a gate is made for goes through a pipe, and the gate that comes back is the one that would have been made here."""

import json

import pytest

from routerd.waf.gate import order, scanner
from routerd.waf.gate.matchers import named
from routerd.waf.gate.needs import need_of
from routerd.waf.gate.sealed import opened
from routerd.waf.operators.pm import Pm
from tests.waf.gate.test_scanned import PIECES, needs
from tests.waf.gate.test_scanned import need as found
from tests.waf.tiny import Nowhere


def test_every_need_comes_back_by_its_key() -> None:
    for before in needs().values():
        after = need_of(before.key)
        assert (after.key, after.phrases, after.node()) == (before.key, before.phrases, before.node())
        exact, again = before.exact(), after.exact()
        for value in (*PIECES, b"", b"exactly", b"x word y", b"\xff\0"):
            assert (exact(value) is None) == (again(value) is None), (before.key, value)


def test_phrases_are_told_apart_from_one_with_a_nul_in_it() -> None:
    one, two = (found(Pm(text, Nowhere())) for text in ("a|00|b", "a b"))
    assert one is not None
    assert two is not None
    assert one.key != two.key
    assert need_of(one.key).phrases == (b"a\0b",)


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing needs"):
        need_of(b"within\0x")


@pytest.mark.skipif(not scanner.is_available(), reason="Hyperscan is not installed")
def test_what_is_made_elsewhere_is_opened_here() -> None:
    groups = [{3: needs()[0], 5: needs()[7]}, {7: needs()[1]}]
    content = order.carried_out(json.loads(json.dumps(order.words(groups))))
    sealed = opened(named(groups), content)
    assert sealed is not None
    assert [each.numbers for each in sealed.stored] == [(3, 5), (7,)]

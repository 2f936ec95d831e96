"""The gate of Hyperscan databases finds what exact operators match, however values are shown to it."""

import threading
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.waf.gate import building, scanner
from routerd.waf.gate.matchers import Matchers, Wants
from routerd.waf.gate.needs import Need, need
from routerd.waf.gate.scanned import ScannedGate
from routerd.waf.gate.scanner import Expression, Scanner, Unfit
from routerd.waf.gate.sealed import opened
from routerd.waf.operators.detection import DetectSQLi, DetectXSS
from routerd.waf.operators.operator import Operator
from routerd.waf.operators.pm import Pm
from routerd.waf.operators.rx import Rx
from routerd.waf.operators.strings import BeginsWith, Contains, ContainsWord, EndsWith, StrEq
from routerd.waf.operators.validation import ValidateByteRange, ValidateUrlEncoding, ValidateUtf8Encoding
from tests.waf.tiny import Nowhere

pytestmark = pytest.mark.skipif(not scanner.is_available(), reason="Hyperscan is not installed")

OPERATORS: tuple[Operator, ...] = (
    Rx(r"(?i)@.+=[\s\x0b]*?\([\s\x0b]*?select", Nowhere()),
    Rx("^begin", Nowhere()),
    Rx(r"\Aonly\z", Nowhere()),
    Rx(r"[\n\r]", Nowhere()),
    Rx(r"a\nb", Nowhere()),
    Rx(r"end\Z", Nowhere()),
    Rx("x(?=y)", Nowhere()),
    Pm("union select", Nowhere()),
    Contains("Needle", Nowhere()),
    ContainsWord("word", Nowhere()),
    BeginsWith("pre", Nowhere()),
    EndsWith("post", Nowhere()),
    StrEq("exactly", Nowhere()),
    ValidateByteRange("1-255", Nowhere()),
    ValidateUrlEncoding("", Nowhere()),
    ValidateUtf8Encoding("", Nowhere()),
    DetectSQLi("", Nowhere()),
    DetectXSS("", Nowhere()),
)
PIECES = [
    *(b"@a=(select", b"begin", b"only", b"\n", b"\r", b"a\nb", b"end", b"xy", b"union", b"Needle", b"word", b"pre", b"post", b"exactly"),
    *(b"\0", b"%", b"%41", b"\xff", b"' or 1=1--", b"<script>", b" ", b"tea", b"12"),
]


def needs() -> dict[int, Need]:
    found = {number: need(operator) for number, operator in enumerate(OPERATORS)}
    return {number: each for number, each in found.items() if each is not None}


@pytest.fixture(scope="module")
def gate() -> ScannedGate:
    return building.awake(building.built([needs()]))


def test_it_speaks_for_every_operator(gate: ScannedGate) -> None:
    assert needs().keys() == set(range(len(OPERATORS)))
    assert gate.ejected == ()


@settings(deadline=None, max_examples=300)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map(b"".join), max_size=30))
def test_no_match_is_missed_alone_or_among_others(gate: ScannedGate, values: list[bytes]) -> None:
    together = gate.masks(values)
    for value, mask in zip(values, together, strict=True):
        for number, operator in enumerate(OPERATORS):
            if operator.match(value) is not None:
                assert mask >> number & 1, (operator.name, value)
                assert gate.mask(value) >> number & 1, (operator.name, value)


def test_harmless_values_set_no_bit_where_they_meet(gate: ScannedGate) -> None:
    values = [b"tea %d" % number for number in range(100)]
    assert gate.masks(values) == [0] * 100


def test_only_what_is_wanted_is_looked_for() -> None:
    wants = Wants()
    first, second = (wants.bit(Rx(pattern, Nowhere())) for pattern in ("first", "second"))
    third = wants.bit(Rx("third", Nowhere()))
    assert wants.bit(Rx("first", Nowhere())) == first
    made = wants.gate(Matchers(), first, second)
    assert made.masks([b"first second third"], first) == [first | third]
    assert made.masks([b"first second third"], second) == [second | third]
    assert made.masks([b"nothing"]) == [third]


def test_several_threads_ask_at_once(gate: ScannedGate) -> None:
    values = [b"needle %d Needle" % number for number in range(500)]
    expected, found = gate.masks(values), []
    threads = [threading.Thread(target=lambda: found.extend(gate.masks(values) for _ in range(10))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 40


@pytest.mark.parametrize(
    ("pattern", "reason"), [("^$", "any value"), ("[a-z0-9]", "harmless"), (r"(?<=a)(?:b|(?!b))", "any value"), ("a(?<!a)", "no value")]
)
def test_an_operator_that_it_cannot_speak_for_is_always_asked_and_says_why(pattern: str, reason: str) -> None:
    found = need(Rx(pattern, Nowhere()))
    assert found is not None
    gate = building.awake(building.built([{4: found}]))
    assert gate.mask(b"") == 16
    (ejected,) = gate.ejected
    assert ejected.bit == 16
    assert reason in ejected.reason


def test_a_library_that_misses_a_match_is_not_trusted_with_the_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    class Flawed(Scanner):
        """It has lost what it was to find for one operator."""

        def found(self, value: bytes) -> list[int]:
            return [number for number in super().found(value) if number != 1 or b"=\t" not in value]

    compiled = scanner.compiled
    monkeypatch.setattr(scanner, "compiled", lambda expressions: Flawed(compiled(expressions)._database))
    wanted: Mapping[int, Need | None] = {0: need(Rx("select", Nowhere())), 1: need(Rx(r"@.+=\s*\(", Nowhere()))}
    sealed = building.built([{number: each for number, each in wanted.items() if each is not None}])
    assert sealed.reasons.keys() == {1}
    assert building.awake(sealed).mask(b"harmless") == 2


class Kept:
    """A cache in memory."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.content.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.content[key] = content


def test_databases_come_back_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Kept()
    first = Matchers(cache).gate([needs()])
    monkeypatch.setattr(building, "built", None)
    second = Matchers(cache).gate([needs()])
    values = [*PIECES, b"nothing"]
    assert second.kind == "hyperscan"
    assert second.masks(values) == first.masks(values)


@pytest.mark.parametrize("spoiled", [b"", b"routerd gate 1\n", b"x" * 1000])
def test_what_is_spoiled_in_the_cache_is_made_anew(spoiled: bytes) -> None:
    cache = Kept()
    group = {0: needs()[0]}
    Matchers(cache).gate([group])
    (key,) = cache.content
    cache.content[key] = spoiled or cache.content[key][:-5]
    gate = Matchers(cache).gate([group])
    assert gate.mask(b"@a=(select") == 1
    assert opened(key, cache.content[key]) is not None


def test_other_operators_have_another_place_in_the_cache() -> None:
    cache = Kept()
    for groups in ([{0: needs()[0]}], [{1: needs()[0]}], [{0: needs()[1]}], [{}, {0: needs()[0]}]):
        Matchers(cache).gate(groups)
    assert len(cache.content) == 4


def test_without_the_library_literals_do_it() -> None:
    gate = Matchers(hyperscan=False).gate([{0: needs()[7]}], 4)
    assert gate.kind == "literals"
    assert gate.masks([b"UNION", b"x"]) == [5, 4]


def test_expressions_that_cannot_be_compiled_together_are_left_to_literals(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_groups: object) -> None:
        raise Unfit("too many")

    monkeypatch.setattr(building, "built", refused)
    assert Matchers().gate([{0: needs()[7]}]).kind == "literals"


def test_a_database_that_cannot_be_loaded_says_so() -> None:
    with pytest.raises(Unfit, match="cannot be loaded"):
        scanner.loaded(b"nothing of the kind")


def test_an_expression_that_is_too_large_says_so() -> None:
    with pytest.raises(Unfit):
        scanner.compiled([Expression(0, b"(" * 20_000)])

"""What the table of figures says."""

import pytest

from tests.bench.figures import Figure, at_least, at_most, number, percentile, table


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (at_most("x", 9.0, "ms", 10), True),
        (at_most("x", 10.1, "ms", 10), False),
        (at_least("x", 200.0, "/s", 200), True),
        (at_least("x", 199.0, "/s", 200), False),
        (Figure("x", 85.0, "kpps", 100.0, "plain", least=0.9), False),
        (Figure("x", 0.0, "packets", 5.0, "sent", most=0), True),
        (Figure("x", 1.0, "packets", 5.0, "sent", most=0), False),
        (Figure("x", 1.0, "s", 0.0, "aim", most=1), False),
        (Figure("x", 1.0, "s", 2.0, "peer"), None),
    ],
)
def test_a_figure_knows_whether_its_aim_is_met(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_a_miss_is_marked_in_the_table() -> None:
    text = table([at_most("fast", 1.0, "ms", 10), at_most("slow", 11.0, "ms", 10)])
    assert [("**no**" in line, "yes" in line) for line in text.splitlines()[2:]] == [(False, True), (True, False)]


@pytest.mark.parametrize(("percent", "expected"), [(50, 5), (95, 10), (90, 9), (100, 10)])
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == expected


@pytest.mark.parametrize(("value", "shown"), [(1234.5, "1,234"), (123.4, "123"), (12.34, "12.3"), (0.01234, "0.0123")])
def test_numbers_show_what_matters(value: float, shown: str) -> None:
    assert number(value) == shown

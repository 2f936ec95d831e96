"""Patterns made at random, each with a value that it matches, unless a place in that is not what the pattern asks for."""

from hypothesis import strategies as st

_ATOMS = [
    ("a", "A"), ("B", "B"), ("cd", "cd"), (r"\(", "("), ("[ab]", "b"), ("[^x]", "Q"), (".", "."), (r"\s", " "), ("(?i:Ef)", "eF"),
    (r"\b", ""), ("^", ""), ("$", ""), ("(?=a)", ""), ("(?!b)", ""), (r"_\d", "_4"), ("<!--", "<!--"),
]  # fmt: skip
_OPTIONS = [("?", 0), ("?", 1), ("*", 0), ("*", 3), ("+", 2), ("{2}", 2), ("{1,3}", 3), ("+?", 1)]
Made = tuple[str, str]
"""A pattern, and a value that it matches unless a place in it is not what the pattern asks for."""


def _choice(parts: list[Made]) -> Made:
    return f"(?:{'|'.join(pattern for pattern, _ in parts)})", parts[-1][1]


def _in_a_row(parts: list[Made]) -> Made:
    return "".join(pattern for pattern, _ in parts), "".join(value for _, value in parts)


def _repeated(parts: tuple[Made, tuple[str, int]]) -> Made:
    (pattern, value), (times, count) = parts
    return f"(?:{pattern}){times}", value * count


made = st.recursive(
    st.sampled_from(_ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(_in_a_row),
        st.lists(inner, min_size=1, max_size=3).map(_choice),
        st.tuples(inner, st.sampled_from(_OPTIONS)).map(_repeated),
    ),
    max_leaves=8,
)

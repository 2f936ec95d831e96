"""The box's own key: what is derived from it."""

from routerd.identity.seal import Box


def test_derived_keys_stay_the_same_and_differ_by_purpose_and_by_box(tmp_path) -> None:
    first, again, other = Box(tmp_path / "a.key"), Box(tmp_path / "a.key"), Box(tmp_path / "b.key")
    key = first.derived("codes")
    assert len(key) == 32
    assert again.derived("codes") == key
    assert first.derived("tickets") != key
    assert other.derived("codes") != key
    assert key != (tmp_path / "a.key").read_bytes()

"""The arithmetic of grants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.sessions import model
from routerd.sessions.model import Grant, Octets

OCTETS = st.integers(0, 1 << 44)


def grant(**values) -> Grant:
    filled = dict.fromkeys(Grant.__struct_fields__, 0) | {"ends_at": None, "down_limit_octets": None, "up_limit_octets": None}
    return Grant(**(filled | {"kind": "voucher", "subject": "1", "login": "u", "revoked_at": None} | values))


@given(OCTETS, OCTETS, st.lists(OCTETS, min_size=1, max_size=8), st.booleans())
def test_what_is_dealt_out_is_what_is_left(limit, ended, counts, spare):
    dealt = model.split(limit, ended, counts, spare=spare)
    assert all(quota >= count for quota, count in zip(dealt, counts, strict=True))
    used = ended + sum(counts)
    held_back = max(0, limit - used) // model.SPARE_SHARE if spare else 0
    assert ended + sum(dealt) == max(limit, used) - held_back
    assert not model.excessive(max(limit, used), ended, counts, dealt)
    parts = [quota - count for quota, count in zip(dealt, counts, strict=True)]
    assert max(parts) - min(parts) <= 1


@given(OCTETS, OCTETS, st.lists(OCTETS, min_size=1, max_size=8))
def test_what_has_just_been_dealt_is_not_lopsided_while_there_is_a_packet_each(limit, ended, counts):
    dealt = model.split(limit, ended, counts, spare=True)
    room = limit - ended - sum(counts)
    assert room < 2 * len(counts) or not model.lopsided(limit, ended, counts, dealt)


@given(st.integers(100_000, 1 << 40), st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_dealing_until_spent_ends_soon_and_within_the_limit(limit, appetites):
    """Everybody eats what their quota allows at their own pace; the limit holds, and nearly all of it can be eaten."""
    appetites[0] += 1
    counts = [0] * len(appetites)
    held = model.split(limit, 0, counts, spare=True)
    for _round in range(2000):
        counts = [min(quota, count + appetite * limit // 1000) for count, quota, appetite in zip(counts, held, appetites, strict=True)]
        assert sum(counts) <= limit
        if model.spent(grant(down_limit_octets=limit), Octets(sum(counts), 0), len(counts)):
            break
        if model.lopsided(limit, 0, counts, held):
            held = model.split(limit, 0, counts, spare=True)
        assert sum(held) <= limit
    else:
        pytest.fail("never spent")
    assert limit - sum(counts) < (1 if len(counts) == 1 else model.PACKET_OCTETS * len(counts))


def test_without_a_limit_nothing_is_dealt():
    assert model.split(None, 5, [1, 2], spare=True) == [None, None]
    assert not model.lopsided(None, 5, [1, 2], [None, None])
    assert model.lopsided(None, 5, [1, 2], [None, 7])
    assert model.lopsided(100, 5, [1, 2], [None, 7])


def test_quotas_that_allow_too_much_are_lopsided():
    assert model.lopsided(100_000, 0, [10, 20], [100_000, 100_000])


@pytest.mark.parametrize(
    ("limits", "used", "online", "spent"),
    [
        ((None, None), (1 << 60, 1 << 60), 1, False),
        ((1000, None), (999, 1 << 60), 1, False),
        ((1000, None), (1000, 0), 1, True),
        ((None, 1000), (0, 1001), 1, True),
        ((10_000, None), (10_000 - 4096, 0), 2, False),
        ((10_000, None), (10_000 - 4095, 0), 2, True),
    ],
)
def test_a_grant_is_spent_when_either_limit_is(limits, used, online, spent):
    assert model.spent(grant(down_limit_octets=limits[0], up_limit_octets=limits[1]), Octets(*used), online) is spent

"""get_active_guests and get_guest_hosts."""

import threading

import pytest

MAC = "a1:b2:c3:d4:e5:f6"


@pytest.fixture
def guest(house):
    """A guest who signed in with a voucher."""
    house.act("create_voucher", username="user1@example.com", passcode="pass1", download_limit=100)
    house.sign_in("user1@example.com", "pass1")
    return house


def active(house):
    answer = house.act("get_active_guests")
    assert answer.status == 200
    assert set(answer.json) == {"data"}
    return answer.json["data"]


def test_nobody_is_an_empty_list(house):
    assert active(house) == []


def test_it_answers_as_the_sample(guest):
    guest.gate.spend(MAC, down=56_738_924, up=87_456_321)
    guest.clock.advance(9 * 3600 + 12 * 60 + 45)
    assert active(guest) == [
        {
            "logins": "user1@example.com",
            "address": "192.168.88.20",
            "mac-address": "A1:B2:C3:D4:E5:F6",
            "uptime": "9h12m45s",
            "idle-time": "9h12m45s",
            "bytes-out": "56738924",
            "bytes-in": "87456321",
        }
    ]


def test_bytes_in_is_what_the_guest_sent(guest):
    guest.gate.spend(MAC, up=4096)
    guest.clock.advance(2)
    assert (active(guest)[0]["bytes-in"], active(guest)[0]["bytes-out"]) == ("4096", "0")


def test_counts_are_at_most_about_a_second_old(guest):
    active(guest)
    guest.gate.spend(MAC, down=1000, up=2000)
    guest.clock.advance(1.1)
    assert active(guest)[0]["bytes-out"] == "1000"


def test_a_kick_shows_at_once(guest):
    assert len(active(guest)) == 1
    guest.sessions.end_where(MAC, "kicked")
    assert active(guest) == []


def test_a_sign_in_shows_at_once(guest):
    assert len(active(guest)) == 1
    guest.act("create_voucher", username="u2", passcode="p2")
    guest.sign_in("u2", "p2", "a2:b2:c3:d4:e5:f6", "192.168.88.21")
    assert [entry["logins"] for entry in active(guest)] == ["user1@example.com", "u2"]


def test_within_the_second_the_answer_is_the_same_octets(guest):
    first = guest.act("get_active_guests").octets
    dumps = guest.gate.calls.count("usage")
    assert all(guest.act("get_active_guests").octets == first for _ in range(20))
    assert guest.gate.calls.count("usage") == dumps


def test_a_kernel_that_cannot_be_read_is_told(guest):
    guest.gate.broken.add("usage")
    guest.clock.advance(5)
    answer = guest.act("get_active_guests")
    assert (answer.status, answer.json["error"]) == (503, True)


def test_many_threads_get_whole_answers(guest):
    seen: list[int] = []

    def poll() -> None:
        for _ in range(20):
            seen.append(len(active(guest)))
            guest.clock.advance(0.3)

    threads = [threading.Thread(target=poll) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 80

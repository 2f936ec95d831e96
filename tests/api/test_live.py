"""get_active_guests and get_guest_hosts."""

import threading

import pytest

from routerd.core.events import HostSighted
from routerd.web.moments import local

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


# get_guest_hosts


def hosts(house):
    answer = house.act("get_guest_hosts")
    assert answer.status == 200
    assert set(answer.json) == {"data"}
    return answer.json["data"]


def test_a_host_without_a_session(house):
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.20", "johns-phone", "1,121,3,6,15,119,252"))
    seen = local(int(house.clock.now()))
    house.clock.advance(75)
    assert hosts(house) == [
        {
            "address": "192.168.88.20",
            "mac-address": "A1:B2:C3:D4:E5:F6",
            "hostname": "johns-phone",
            "vendor": house.guests.hosts()[0].vendor,
            "status": "unauthenticated",
            "uptime": "0s",
            "idle-time": "1m15s",
            "bytes-out": "0",
            "bytes-in": "0",
            "network": "main",
            "ipv6-addresses": [],
            "os": "iOS",
            "login": None,
            "login-type": None,
            "first-seen": seen,
            "last-seen": seen,
            "time-left": None,
            "bytes-out-left": None,
            "bytes-in-left": None,
        }
    ]


def test_a_host_with_a_session(guest):
    guest.guests.sighted(HostSighted("main", MAC, "192.168.88.20"))
    guest.guests.sighted(HostSighted("main", MAC, "fd00:88::20"))
    guest.clock.advance(3600)
    guest.gate.spend(MAC, down=1000, up=2000)
    guest.clock.advance(10)
    (host,) = hosts(guest)
    assert (host["status"], host["login"], host["login-type"]) == ("active", "user1@example.com", "voucher")
    assert (host["uptime"], host["idle-time"], host["time-left"]) == ("1h00m10s", "10s", "22h59m50s")
    assert (host["bytes-out"], host["bytes-in"]) == ("1000", "2000")
    assert (host["bytes-out-left"], host["bytes-in-left"]) == (str(100 * 2**20 - 1000), "unlimited")
    assert host["ipv6-addresses"] == ["fd00:88::20"]


def test_states_follow_time_and_the_owner(house):
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.20"))
    house.clock.advance(3600)
    assert hosts(house)[0]["status"] == "offline"
    house.guests.block(MAC)
    assert hosts(house)[0]["status"] == "blocked"

"""What an owner does with devices: seen in the list, done in the kernel, kept in the audit trail."""

import pytest

from routerd.core.events import HostSighted
from routerd.core.terms import MIB, Device, Terms
from routerd.vouchers.model import NewVoucher

HOUR = 3600


def mac_of(number):
    return f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"


def seen(house, number, **more):
    house.services.guests.sighted(HostSighted("main", mac_of(number), f"192.168.88.{10 + number % 200}", **more))


def online(house, number, kind="free", **terms):
    seen(house, number)
    now = int(house.clock.now())
    filled = {"starts_at": now, "ends_at": now + HOUR, **terms}
    device = Device(mac_of(number), f"192.168.88.{10 + number % 200}", "main")
    return house.services.sessions.open(Terms(kind, mac_of(number), f"login{number}", **filled), device)


def rows(browser):
    answer = browser.get("/guests").json
    return {row[0]: dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]}


def trail(house, action):
    return [row for row in house.services.audit.rows(most=100)["rows"] if row["action"] == action]


def later(house, seconds=2.0):
    house.clock.advance(seconds)


def test_the_list_joins_devices_with_their_sessions_seen_last_first(house, owner):
    seen(house, 1, hostname="<b>phone</b>")
    later(house, 60)
    online(house, 2, down_limit_octets=10 * MIB)
    house.kernel.spend(mac_of(2), down=1000, up=10)
    later(house)
    answer = owner.get("/guests").json
    assert (answer["total"], [row[0] for row in answer["rows"]]) == (2, [mac_of(2), mac_of(1)])
    one, two = rows(owner)[mac_of(1)], rows(owner)[mac_of(2)]
    assert (one["state"], one["login"], one["down"], one["hostname"]) == ("unauthenticated", None, None, "<b>phone</b>")
    assert (two["state"], two["login"], two["kind"], two["down"], two["up"]) == ("active", "login2", "free", 1000, 10)
    assert (two["down_left"], two["up_left"]) == (10 * MIB - 1000, None)
    assert two["until"] - two["since"] == HOUR


def test_a_device_is_shown_with_what_it_did_before(house, owner):
    online(house, 1)
    house.services.sessions.end_where(mac_of(1), "logout")
    online(house, 1, kind="email")
    shown = owner.get(f"/guests/{mac_of(1)}").json
    assert [(session["kind"], session["reason"]) for session in shown["sessions"]] == [("email", None), ("free", "logout")]
    assert owner.get(f"/guests/{mac_of(9)}").status == 404
    assert owner.get("/guests/nonsense").status == 400


def test_four_hundred_are_kicked_in_one_step_at_the_gate(house, owner):
    for number in range(400):
        online(house, number)
    house.kernel.calls.clear()
    assert owner.post("/guests/kick", {"macs": [mac_of(number) for number in range(400)]}).json == {"ended": 400}
    assert house.kernel.calls == ["close"]
    (noted,) = trail(house, "guests.kick")
    assert (noted["name"], noted["target"], noted["after"]["done"]) == ("Ada", "400 devices", {"ended": 400})


def test_a_blocked_device_is_offline_and_stays_out_until_it_is_unblocked(house, owner):
    online(house, 1)
    assert owner.post("/guests/block", {"macs": [mac_of(1).upper()]}).json == {"blocked": 1, "ended": 1}
    later(house)
    assert house.kernel.blocked == {mac_of(1)}
    assert rows(owner)[mac_of(1)]["state"] == "blocked"
    assert owner.post("/guests/signin", {"mac": mac_of(1)}).status == 409
    assert owner.post("/guests/unblock", {"macs": [mac_of(1)]}).json == {"unblocked": 1}
    assert house.kernel.blocked == set()


def test_more_time_and_data_is_in_the_kernel_at_once(house, owner):
    session = online(house, 1, down_limit_octets=MIB)
    answer = owner.post("/guests/extend", {"mac": mac_of(1), "add_s": HOUR, "add_mb": 1}).json
    assert answer == {"until": session.grant.ends_at + HOUR, "down_left": 2 * MIB, "up_left": None}
    (usage,) = house.kernel.usage()
    assert usage.ttl_s == pytest.approx(2 * HOUR)
    assert house.kernel.spend(mac_of(1), down=5 * MIB)[0] == 2 * MIB


def test_extending_a_guest_with_a_voucher_extends_the_voucher(house, owner):
    voucher = house.services.vouchers.create(NewVoucher(username="v", passcode="p", valid_for="1 hour"))
    seen(house, 1)
    device = Device(mac_of(1), "192.168.88.11", "main")
    house.store.write(lambda: house.services.sessions.open(house.services.vouchers.redeem("v", "p"), device))
    until = owner.post("/guests/extend", {"mac": mac_of(1), "add_s": HOUR}).json["until"]
    assert until == int(house.clock.now()) + 2 * HOUR
    house.services.sessions.end_where(mac_of(1), "logout")
    again = house.store.write(lambda: house.services.sessions.open(house.services.vouchers.redeem("v", "p"), device))
    assert again.grant.ends_at == until
    assert house.services.vouchers.listed(house.services.vouchers.get(voucher.username)).until == until


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/guests/extend", {"mac": mac_of(1), "add_s": HOUR}, 409),
        ("/guests/extend", {"mac": mac_of(1)}, 400),
        ("/guests/extend", {"mac": mac_of(1), "add_s": 1}, 400),
        ("/guests/kick", {"macs": []}, 400),
        ("/guests/kick", {"macs": ["x"]}, 400),
        ("/guests/kick", {"macs": [mac_of(1)] * 1001}, 400),
        ("/guests/kick", {"macs": mac_of(1)}, 400),
        ("/guests/rename", {"mac": mac_of(1), "name": "x" * 65}, 400),
        ("/guests/rename", {"mac": mac_of(1), "name": "\u202e"}, 400),
        ("/guests/rename", {"mac": mac_of(1)}, 400),
        ("/guests/rename", {"mac": mac_of(7), "name": "x"}, 404),
        ("/guests/signin", {"mac": mac_of(7)}, 404),
        ("/guests/signin", {"mac": mac_of(1), "valid_for_s": 59}, 400),
        ("/guests/bypass", {"mac": mac_of(1), "on": "yes"}, 400),
        ("/guests/kick", {"macs": [mac_of(1)], "reason": "x"}, 400),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(house, owner, path, fields, status):
    seen(house, 1)
    before = len(house.services.audit.rows()["rows"])
    assert owner.post(path, fields).status == status
    assert len(house.services.audit.rows()["rows"]) == before


def test_a_name_is_shown_and_noted_with_the_one_before(house, owner):
    seen(house, 1)
    for name in ("Till", " Till 2 "):
        assert owner.post("/guests/rename", {"mac": mac_of(1), "name": name}).json == {"name": name.strip()}
    later(house)
    assert rows(owner)[mac_of(1)]["name"] == "Till 2"
    noted = trail(house, "guests.rename")[0]
    assert (noted["before"], noted["after"]) == ({"name": "Till"}, {"name": "Till 2"})


def test_a_device_is_signed_in_by_hand(house, owner):
    seen(house, 1)
    until = owner.post("/guests/signin", {"mac": mac_of(1), "valid_for_s": 600, "down_kbit": 5000}).json["until"]
    assert until == int(house.clock.now()) + 600
    later(house)
    assert rows(owner)[mac_of(1)]["kind"] == "staff"
    assert next(iter(house.kernel.elements.values())).pass_.down_kbit == 5000
    assert owner.post("/guests/signin", {"mac": mac_of(1)}).status == 409


def test_a_device_on_the_bypass_list_is_let_in_when_it_appears_and_sent_off_when_it_is_taken_off(house, owner):
    admission = house.services.data.admission
    assert owner.post("/guests/bypass", {"mac": mac_of(1), "on": True, "name": "Till"}).json == {"bypass": True}
    assert not house.kernel.online(mac_of(1))
    event = HostSighted("main", mac_of(1), "192.168.88.11")
    house.services.guests.sighted(event)
    admission.heard(event)
    admission.heard(event)
    assert house.kernel.online(mac_of(1))
    later(house)
    shown = rows(owner)[mac_of(1)]
    assert (shown["kind"], shown["until"], shown["bypass"], shown["name"]) == ("bypass", None, True, "Till")
    assert [row["name"] for row in owner.get("/guests/bypass").json["rows"]] == ["Till"]
    assert owner.post("/guests/bypass", {"mac": mac_of(1), "on": False}).json == {"bypass": False}
    assert not house.kernel.online(mac_of(1))
    admission.heard(event)
    assert not house.kernel.online(mac_of(1))


def test_a_known_device_that_is_put_on_the_bypass_list_is_in_at_once_and_again_after_a_restart(house, owner):
    seen(house, 1)
    owner.post("/guests/bypass", {"mac": mac_of(1), "on": True})
    assert house.kernel.online(mac_of(1))
    house.services.sessions.end_where(mac_of(1), "kicked")
    house.clock.advance(1)
    house.services.data.admission.restore()
    assert house.kernel.online(mac_of(1))


def test_a_blocked_device_is_not_let_in_by_the_bypass_list(house, owner):
    seen(house, 1)
    owner.post("/guests/block", {"macs": [mac_of(1)]})
    owner.post("/guests/bypass", {"mac": mac_of(1), "on": True})
    house.services.data.admission.heard(HostSighted("main", mac_of(1), "192.168.88.11"))
    assert not house.kernel.online(mac_of(1))


def test_when_the_kernel_refuses_a_device_is_not_shown_as_signed_in(house, owner):
    seen(house, 1)
    house.kernel.broken.add("open")
    assert owner.post("/guests/signin", {"mac": mac_of(1)}).status == 503
    later(house)
    assert rows(owner)[mac_of(1)]["login"] is None

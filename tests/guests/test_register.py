"""People searched and forgotten; devices named and let past the portal; the log read in pages."""

import pytest

from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.core.events import HostSighted, LoggedIn, LoginRefused
from routerd.core.terms import Device
from routerd.guests import bypass as bypass_module
from routerd.guests.logins import LogWanted
from routerd.guests.records import EmailUserRow, FbUserRow, HostRow, LoginRow, MobileUserRow
from tests.guests.test_service import House

MACS = [f"a0:b2:c3:d4:e5:{number:02x}" for number in range(256)]
DAY = 86_400


@pytest.fixture
def house():
    made = House()
    yield made
    made.store.stop()


def email_user(house, email, mac=None, **more):
    now = int(house.clock.now())
    texts = {"comments": "", "comments1": "", "comments2": "", **more}
    row = EmailUserRow.insert(
        email=email, created_at=now, last_login=now, mac=mac, visits=1, last_modified=now, marketing=0, verified=1, **texts
    )
    return int(row.execute(house.store.db))


def signs_in(house, login, mac, kind="email"):
    house.guests.log.logged_in(LoggedIn(1, kind, login, login, Device(mac, "192.168.88.10", "main")))


def seen(house, mac):
    house.guests.sighted(HostSighted("main", mac, "192.168.88.10", hostname="phone"))


def test_people_are_found_by_part_and_paged_newest_first(house):
    for number in range(5):
        email_user(house, f"guest{number}@example.org")
        house.clock.advance(60)
    email_user(house, "other_x@example.com", comments="table 100%")
    register = house.guests.register
    assert [user.email[:6] for user in register.search("email", "GUEST", 0, 2)] == ["guest4", "guest3"]
    assert [user.email[:6] for user in register.search("email", "guest", 4, 2)] == ["guest0"]
    assert register.count("email", "guest") == 5
    assert [user.email for user in register.search("email", "0%")] == ["other_x@example.com"]
    assert [user.email for user in register.search("email", "r_x")] == ["other_x@example.com"]
    assert len(list(register.everybody("email"))) == 6


@pytest.mark.parametrize("kind", ["", "voucher", "email; DROP TABLE host"])
def test_a_kind_of_people_that_does_not_exist_is_refused(house, kind):
    with pytest.raises(BadInput, match="expected email, mobile, social, free"):
        house.guests.register.search(kind)


def test_deleting_takes_the_row_and_leaves_the_log(house):
    who = email_user(house, "ada@example.org")
    signs_in(house, "ada@example.org", MACS[1])
    house.guests.register.delete("email", who)
    assert [entry.login for entry in house.guests.logins()] == ["ada@example.org"]
    with pytest.raises(NotFound):
        house.guests.register.delete("email", who)


def test_forgetting_finds_every_device_of_a_person_and_leaves_no_trace_of_either(house):
    who = email_user(house, "ada@example.org", MACS[1])
    email_user(house, "bob@example.org", MACS[1])
    signs_in(house, "ada@example.org", MACS[1])
    signs_in(house, "ada@example.org", MACS[2])
    signs_in(house, "room12", MACS[2], kind="voucher")
    signs_in(house, "bob@example.org", MACS[3])
    house.guests.note_free(MACS[2], 1)
    for mac in MACS[1:4]:
        seen(house, mac)
    house.guests.persist()
    house.guests.bypass.add(MACS[1], "owner")
    known = house.guests.register.traces("email", who)
    assert known.names == ("ada@example.org",)
    assert set(known.macs) == {MACS[1], MACS[2]}
    house.guests.register.forget("email", who)
    dump = "\n".join(line for line in house.store.db.connection().iterdump() if "INSERT" in line)
    assert "ada@" not in dump
    assert MACS[1] not in dump
    assert MACS[2] not in dump
    assert "bob@" in dump
    assert [host.mac for host in house.guests.hosts()] == [MACS[3]]
    assert len(house.guests.logins()) == 4
    house.guests.persist()
    assert [row[0] for row in HostRow.select(HostRow.mac).tuples().execute(house.store.db)] == [MACS[3]]


def test_a_blocked_device_of_a_forgotten_person_stays_blocked_without_its_name(house):
    who = email_user(house, "ada@example.org", MACS[1])
    seen(house, MACS[1])
    house.guests.rename(MACS[1], "Ada's phone")
    house.guests.block(MACS[1])
    house.guests.register.forget("email", who)
    (host,) = house.guests.hosts()
    assert (host.state, host.hostname, host.label, host.address) == ("blocked", "", "", "")
    assert house.build().hosts()[0].blocked


def test_the_name_of_a_social_account_is_not_taken_from_others_of_the_same_name(house):
    now = int(house.clock.now())
    for account in ("17", "18"):
        FbUserRow.insert(
            provider="google", account=account, name="Ada", email="", created_at=now, last_login=now, mac=None, visits=1, last_modified=now
        ).execute(house.store.db)
    assert house.guests.register.traces("social", 1).names == ("17", "google|17")
    house.guests.register.forget("social", 1)
    assert house.guests.register.count("social") == 1


def test_age_takes_people_log_and_devices_but_not_what_an_owner_decided(house):
    email_user(house, "old@example.org")
    MobileUserRow.insert(
        mobile="+491511234567", created_at=1, last_login=None, mac=None, visits=0, last_modified=1, marketing=0, verified=0
    ).execute(house.store.db)
    signs_in(house, "old@example.org", MACS[1])
    for mac in MACS[1:5]:
        seen(house, mac)
    house.guests.rename(MACS[2], "Till")
    house.guests.block(MACS[3])
    house.guests.bypass.add(MACS[4], "owner")
    house.clock.advance(31 * DAY)
    email_user(house, "new@example.org")
    seen(house, MACS[5])
    house.guests.prune(0)
    assert len(house.guests.hosts()) == 5
    house.guests.prune(30 * DAY)
    assert [user.email for user in house.guests.email_users()] == ["new@example.org"]
    assert house.guests.mobile_users() == []
    assert house.guests.logins() == []
    assert {host.mac for host in house.guests.hosts()} == set(MACS[2:6])


def test_a_name_given_to_a_device_lasts_and_is_kept_printable(house):
    seen(house, MACS[1])
    assert house.guests.rename(MACS[1], " Till 1 ") == ""
    assert house.guests.rename(MACS[1], "Till 2") == "Till 1"
    assert house.build().host(MACS[1]).label == "Till 2"
    for wrong in ("x" * 65, "a\nb", "\u202e"):
        with pytest.raises(BadInput):
            house.guests.rename(MACS[1], wrong)
    with pytest.raises(NotFound):
        house.guests.rename(MACS[9], "x")


def test_the_bypass_list_is_durable_and_bounded(house, monkeypatch):
    monkeypatch.setattr(bypass_module, "DEVICES_MOST", 2)
    listed = house.guests.bypass
    listed.add(MACS[1], "owner")
    listed.add(MACS[1], "somebody")
    listed.add(MACS[2], "owner")
    with pytest.raises(Conflict, match="take one off"):
        listed.add(MACS[3], "owner")
    assert listed.holds(MACS[1])
    assert [(each.mac, each.created_by) for each in house.build().bypass.list()] == [(MACS[1], "owner"), (MACS[2], "owner")]
    assert listed.remove(MACS[1]) == 1
    assert not listed.holds(MACS[1])


def test_the_revision_grows_with_every_change_and_only_then(house):
    before = house.guests.revision
    house.guests.hosts()
    house.guests.known()
    assert house.guests.revision == before
    for change in (
        lambda: seen(house, MACS[1]),
        lambda: house.guests.rename(MACS[1], "x"),
        lambda: house.guests.block(MACS[1]),
        lambda: house.guests.bypass.add(MACS[1], "owner"),
    ):
        before = house.guests.revision
        change()
        assert house.guests.revision > before


def test_the_log_is_filtered_and_read_in_pages(house):
    for number in range(5):
        signs_in(house, f"guest{number}@example.org", MACS[number])
    signs_in(house, "room12", MACS[9], kind="voucher")
    house.guests.log.refused(LoginRefused("voucher", "room13", Device(MACS[9], "10.0.0.9", "cafe"), "no-such-voucher"))
    log = house.guests.log
    assert [entry.login for entry in log.search(LogWanted(kind="email", most=2))] == ["guest4@example.org", "guest3@example.org"]
    newest = log.search(LogWanted(kind="email", most=2))
    assert next(entry.login for entry in log.search(LogWanted(kind="email", before=newest[-1].id))) == "guest2@example.org"
    assert [entry.login for entry in log.search(LogWanted(event="refusal"))] == ["room13"]
    assert [entry.login for entry in log.search(LogWanted(network="cafe", search="10.0.0"))] == ["room13"]
    assert [entry.login for entry in log.search(LogWanted(search=MACS[9]))] == ["room13", "room12"]


def test_everything_in_the_log_is_read_page_by_page(house, monkeypatch):
    monkeypatch.setattr("routerd.guests.logins.ROWS_A_PAGE", 3)
    for number in range(8):
        signs_in(house, f"g{number}", MACS[number])
    assert [entry.login for entry in house.guests.log.everything(LogWanted())] == [f"g{number}" for number in range(7, -1, -1)]
    assert LoginRow.select().count(house.store.db) == 8

"""Signing in, staying in, getting out; the second factor; and how guessing is slowed without locking the owner out."""

import threading

import pyotp
import pytest

from routerd.identity import familiar, signins, standing
from routerd.identity.model import Visit
from tests.admin.house import DESK, OWNER, House

NAME, PASSWORD = OWNER
WRONG = "a wrong guess it is"


def guess(browser, password=WRONG, name=NAME):
    return browser.post("/signin", {"name": name, "password": password})


def code(house, secret, steps=0):
    return pyotp.TOTP(secret).at(int(house.clock.now()) + 30 * steps)


def with_factor(house):
    """The owner with a second factor: browser, secret, recovery codes."""
    owner = house.owner()
    secret = owner.post("/me/totp/start", {"password": PASSWORD}).json["secret"]
    confirmed = owner.post("/me/totp/confirm", {"code": code(house, secret)})
    assert confirmed.status == 200
    return owner, secret, confirmed.json["recovery_codes"]


def test_unknown_name_and_wrong_password_are_told_in_the_same_words(house, owner):
    unknown, wrong = guess(house.browser("10.0.0.1"), name="Nobody"), guess(house.browser("10.0.0.2"))
    assert unknown.status == wrong.status == 401
    assert unknown.octets == wrong.octets
    assert unknown.headers == wrong.headers


def test_names_are_found_whatever_their_case(house, owner):
    assert house.browser().post("/signin", {"name": " aDA ", "password": PASSWORD}).status == 200


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(house, owner):
    thief = owner.twin()
    assert owner.post("/signin", {"name": NAME, "password": PASSWORD}).status == 200
    assert owner.cookies["routerd"] != thief.cookies["routerd"]
    assert owner.get("/me").status == 200
    assert thief.get("/me").status == 401


def test_a_session_ends_when_it_is_not_used_for_a_shift(house, owner):
    house.clock.advance(standing.IDLE_S - 1)
    assert owner.get("/me").status == 200
    house.clock.advance(standing.IDLE_S - 1)
    assert owner.get("/me").status == 200
    house.clock.advance(standing.IDLE_S)
    assert owner.get("/me").json["error"]["reason"] == "sign-in"


def test_a_session_ends_after_a_week_however_much_it_is_used(house, owner):
    for _ in range(7 * 24 - 1):
        house.clock.advance(3600)
        assert owner.get("/me").status == 200
    house.clock.advance(3600)
    assert owner.get("/me").status == 401


def test_sessions_survive_a_restart_of_the_daemon_and_their_ends_do_too(house, owner):
    gone = house.owner()
    gone.post("/signout")
    house.close()
    again = House(house.place)
    owner.application = gone.application = again.door.front
    assert owner.get("/me").status == 200
    assert gone.get("/me").status == 401
    again.close()


def test_a_person_keeps_a_bounded_number_of_sessions(house, owner):
    for _ in range(standing.SESSIONS_MOST):
        house.clock.advance(1)
        house.owner()
    assert len(house.accounts.sessions.of(1)) == standing.SESSIONS_MOST
    assert owner.get("/me").status == 401


def test_sessions_are_listed_and_ended_one_by_one(house, owner):
    other = house.owner("192.168.10.9")
    rows = {row["address"]: row for row in owner.get("/me/sessions").json["rows"]}
    assert rows["192.168.10.2"]["here"] is True
    assert rows["192.168.10.9"]["here"] is False
    assert owner.delete(f"/me/sessions/{rows['192.168.10.9']['id']}").status == 204
    assert other.get("/me").status == 401
    assert owner.get("/me").status == 200


def test_nobody_ends_somebody_elses_session(house, owner):
    desk = house.front_desk()
    mine = owner.get("/me/sessions").json["rows"][0]["id"]
    assert desk.delete(f"/me/sessions/{mine}").status == 404
    assert owner.get("/me").status == 200


def test_a_new_password_ends_all_sessions_but_this_which_is_another(house, owner):
    other, thief = house.owner(), owner.twin()
    assert owner.post("/me/password", {"old": PASSWORD, "new": "quite another phrase"}).status == 200
    assert owner.get("/me").status == 200
    assert [other.get("/me").status, thief.get("/me").status] == [401, 401]
    assert guess(house.browser("10.0.0.1"), PASSWORD).status == 401
    assert guess(house.browser("10.0.0.1"), "quite another phrase").status == 200


def test_a_new_password_needs_the_old_one(house, owner):
    answer = owner.post("/me/password", {"old": WRONG, "new": "quite another phrase"})
    assert (answer.status, answer.json["error"]["reason"]) == (403, "wrong-password")
    assert guess(house.browser(), PASSWORD).status == 200


@pytest.mark.parametrize("action", ["role", "password", "sessions", "remove"])
def test_what_an_owner_changes_about_somebody_ends_their_sessions(house, owner, action):
    desk = house.front_desk()
    number = desk.get("/me").json["person"]["id"]
    changes = {"role": {"role": "owner"}, "password": {"password": "quite another phrase"}, "sessions": {"sessions": False}}
    answer = owner.delete(f"/people/{number}") if action == "remove" else owner.post(f"/people/{number}", changes[action])
    assert answer.status in (200, 204)
    assert desk.get("/me").status == 401


def test_the_last_owner_stays(house, owner):
    house.front_desk()
    assert owner.delete("/people/1").status == 409
    assert owner.post("/people/1", {"role": "front-desk"}).status == 409
    assert owner.post("/people/2", {"role": "owner"}).status == 200
    assert owner.delete("/people/1").status == 204


def test_a_name_is_taken_whatever_its_case(house, owner):
    answer = owner.post("/people", {"name": "ADA", "password": "quite another phrase", "role": "owner"})
    assert (answer.status, answer.json["error"]["reason"]) == (409, "conflict")


def test_the_page_remembers_ones_language(house, owner):
    assert owner.post("/me/language", {"language": "th"}).json["person"]["language"] == "th"
    assert owner.post("/me/language", {"language": "../x"}).status == 400
    assert owner.get("/me").json["person"]["language"] == "th"


# The second factor


def test_with_a_second_factor_the_password_alone_is_not_enough(house):
    _, secret, _ = with_factor(house)
    house.clock.advance(60)
    browser = house.browser("10.0.0.1")
    assert guess(browser, PASSWORD).json["error"]["reason"] == "code-needed"
    wrong = browser.post("/signin", {"name": NAME, "password": PASSWORD, "code": "000000"})
    assert (wrong.status, wrong.json["error"]["reason"]) == (401, "wrong-code")
    assert browser.get("/me").status == 401
    assert browser.post("/signin", {"name": NAME, "password": PASSWORD, "code": code(house, secret)}).status == 200


def test_without_the_password_nobody_learns_that_there_is_a_second_factor(house):
    with_factor(house)
    assert guess(house.browser("10.0.0.1")).json["error"]["reason"] == "wrong"


def test_a_code_that_was_used_is_refused_also_the_one_that_turned_it_on(house):
    _, secret, _ = with_factor(house)

    def enter(number, steps=0):
        fields = {"name": NAME, "password": PASSWORD, "code": code(house, secret, steps)}
        return house.browser(f"10.0.0.{number}").post("/signin", fields).status

    assert enter(1) == 401
    house.clock.advance(30)
    assert enter(2) == 200
    assert enter(3) == 401
    assert enter(4, steps=1) == 200
    assert enter(5) == 401


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_clocks_may_disagree_by_half_a_minute(house, steps, status):
    _, secret, _ = with_factor(house)
    house.clock.advance(300)
    fields = {"name": NAME, "password": PASSWORD, "code": code(house, secret, steps)}
    assert house.browser("10.0.0.1").post("/signin", fields).status == status


def test_a_recovery_code_is_good_once(house):
    _, _, recovery = with_factor(house)
    fields = {"name": NAME, "password": PASSWORD, "code": recovery[3].upper()}
    assert house.browser("10.0.0.1").post("/signin", fields).status == 200
    assert house.browser("10.0.0.2").post("/signin", fields).status == 401


def test_new_recovery_codes_replace_the_old(house):
    owner, _, recovery = with_factor(house)
    renewed = owner.post("/me/totp/codes", {"password": PASSWORD}).json["recovery_codes"]
    statuses = [
        house.browser(f"10.0.0.{number}").post("/signin", {"name": NAME, "password": PASSWORD, "code": each}).status
        for number, each in enumerate((recovery[0], renewed[0]))
    ]
    assert statuses == [401, 200]


def test_turning_it_on_ends_other_sessions_and_changes_this_one(house):
    owner, other = house.owner(), house.owner()
    thief = owner.twin()
    secret = owner.post("/me/totp/start", {"password": PASSWORD}).json["secret"]
    assert owner.post("/me/totp/confirm", {"code": "000000"}).json["error"]["field"] == "code"
    assert owner.post("/me/totp/confirm", {"code": code(house, secret)}).status == 200
    assert [owner.get("/me").status, other.get("/me").status, thief.get("/me").status] == [200, 401, 401]


def test_turning_it_off_needs_the_password(house):
    owner, _, _ = with_factor(house)
    assert owner.post("/me/totp/off", {"password": WRONG}).status == 403
    assert owner.post("/me/totp/off", {"password": PASSWORD}).json["person"]["totp"] is False
    assert guess(house.browser("10.0.0.1"), PASSWORD).status == 200


def test_an_owner_turns_it_off_for_somebody_who_lost_the_telephone(house):
    with_factor(house)
    other = house.second_owner()
    assert other.post("/people/1", {"totp": True}).status == 400
    assert other.post("/people/1", {"totp": False}).json["totp"] is False


def test_the_secret_is_sealed_and_the_recovery_codes_are_not_kept(house):
    _, secret, recovery = with_factor(house)
    told = "\n".join(house.store.db.connection().iterdump())
    assert 'INSERT INTO "person"' in told
    for hidden in (secret, PASSWORD, *recovery, *(each.replace("-", "") for each in recovery)):
        assert hidden not in told


def test_wrong_codes_are_counted_like_wrong_passwords(house):
    with_factor(house)
    attacker = house.browser("10.0.0.66")
    fields = {"name": NAME, "password": PASSWORD, "code": "000000"}
    assert [attacker.post("/signin", fields).status for _ in range(7)] == [401] * 5 + [429] * 2


# Guessing


def test_guesses_from_one_place_are_slowed_more_and_more(house, owner):
    attacker = house.browser("10.0.0.66")
    assert [guess(attacker).status for _ in range(6)] == [401] * 5 + [429]
    waits = []
    for _ in range(4):
        refused = guess(attacker)
        waits.append(int(refused.headers["Retry-After"]))
        house.clock.advance(waits[-1])
        assert guess(attacker).status == 401
    assert waits == [15, 30, 60, 120]


def test_while_it_has_to_wait_even_the_right_password_is_not_looked_at(house, owner):
    attacker = house.browser("10.0.0.66")
    for _ in range(5):
        guess(attacker)
    assert guess(attacker, PASSWORD).status == 429


def test_a_swarm_that_hammers_an_account_does_not_keep_its_owner_out(house, owner):
    for number in range(200):
        guess(house.browser(f"10.1.{number}.1"))
    same_place = house.browser("192.168.10.2")
    assert guess(same_place, PASSWORD).status == 200
    elsewhere = house.browser("198.51.100.4")
    elsewhere.cookies["routerd-device"] = owner.cookies["routerd-device"]
    assert guess(elsewhere, PASSWORD).status == 200


def test_a_swarm_slows_a_stranger_by_a_minute_at_most(house, owner):
    for number in range(200):
        guess(house.browser(f"10.1.{number}.1"))
        house.clock.advance(1)
    refused = guess(house.browser("198.51.100.4"), PASSWORD)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) <= 60
    house.clock.advance(60)
    assert guess(house.browser("198.51.100.4"), PASSWORD).status == 200


def test_an_attacker_behind_the_owners_address_does_not_lock_the_owners_device_out(house, owner):
    attacker = house.browser(owner.address)
    assert [guess(attacker).status for _ in range(12)] == [401] * 10 + [429] * 2
    owner.post("/signout")
    assert guess(owner, PASSWORD).status == 200


def test_a_familiar_device_cannot_guess_for_ever_either(house, owner):
    owner.post("/signout")
    assert [guess(owner).status for _ in range(12)] == [401] * 10 + [429] * 2


def test_a_device_cookie_is_worth_nothing_for_another_account_or_when_it_was_made_up(house, owner):
    desk = house.front_desk("10.0.0.9")
    number, name, signature = owner.cookies["routerd-device"].split(".")
    forged = [desk.cookies["routerd-device"], f"{number}.{name}x.{signature}", f"{number}.{name}.{'0' * 64}", "1..", "x", "é.é.é"]
    for at, cookie in enumerate(forged):
        attacker = house.browser(f"10.2.{at}.1")
        attacker.cookies["routerd-device"] = cookie
        assert [guess(attacker).status for _ in range(6)] == [401] * 5 + [429]
        house.clock.advance(7200)


def test_addresses_of_one_ipv6_network_are_one_place(house, owner):
    statuses = [guess(house.browser(f"2001:db8:1:2::{number:x}")).status for number in range(1, 8)]
    assert statuses == [401] * 5 + [429] * 2
    assert guess(house.browser("2001:db8:1:3::1")).status == 401


def test_a_flood_of_unknown_names_is_slowed_the_same(house, owner):
    attacker = house.browser("10.0.0.66")
    assert [guess(attacker, name=f"nobody{number}").status for number in range(6)] == [401] * 5 + [429]


def test_the_log_tells_who_came_and_who_was_refused(house, owner):
    stranger = house.browser("10.0.0.66")
    guess(stranger)
    guess(stranger, name="x" * 500)
    owner.post("/signout")
    owner = house.owner()
    rows = owner.get("/signins").json["rows"]
    told = [(row["event"], row["name"], row["address"]) for row in rows]
    assert told == [
        ("sign-in", "Ada", "192.168.10.2"),
        ("sign-out", "Ada", "192.168.10.2"),
        ("refused", "x" * 64, "10.0.0.66"),
        ("refused", "Ada", "10.0.0.66"),
        ("setup", "Ada", "192.168.10.2"),
    ]
    assert rows[0]["agent"] == "Mozilla/5.0 (test)"
    assert WRONG not in str(rows)


def test_attempts_that_are_not_looked_at_cannot_wash_the_log_out(house, owner):
    attacker = house.browser("10.0.0.66")
    for _ in range(50):
        guess(attacker)
    assert owner.get("/signins").json["total"] == 1 + 5


def test_the_front_desk_signs_in_and_knows_its_role(house):
    assert house.front_desk().get("/me").json["person"]["role"] == "front-desk"
    assert DESK[0] in [row["name"] for row in house.owner().get("/people").json["rows"]]


def test_of_two_who_use_one_code_at_the_same_moment_one_gets_in(house):
    _, secret, _ = with_factor(house)
    house.clock.advance(60)
    fields = {"name": NAME, "password": PASSWORD, "code": code(house, secret)}
    statuses: list[int] = []
    begin = threading.Barrier(3)

    def race(number):
        begin.wait()
        statuses.append(house.browser(f"10.0.0.{number}").post("/signin", fields).status)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401]


def test_an_account_knows_a_bounded_number_of_places(house, owner):
    for number in range(familiar.PLACES_MOST + 4):
        house.owner(f"10.3.{number}.1")
    count = house.accounts.familiar.count_of
    row = house.accounts.entry.row(1)
    known = [number for number in range(familiar.PLACES_MOST + 4) if count(row, Visit(f"10.3.{number}.1"))]
    assert known == list(range(4, familiar.PLACES_MOST + 4))


def test_what_is_over_is_forgotten(house, owner, monkeypatch):
    monkeypatch.setattr(signins, "ROWS_MOST", 3)
    for _ in range(5):
        house.owner()
    house.clock.advance(standing.IDLE_S + 1)
    house.accounts.prune()
    rows = house.store.db.execute_sql("SELECT (SELECT count(*) FROM staff_session), (SELECT count(*) FROM signin)").fetchone()
    assert rows == (0, 3)
    house.clock.advance(signins.AGE_S_MOST)
    house.accounts.prune()
    assert house.accounts.signins.rows()["total"] == 0

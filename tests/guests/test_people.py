"""Who signed in with an address or a number, and whose word counts about them."""

import pytest

from routerd.guests.people import People
from routerd.store.database import Store
from tests.fakes.clock import FakeClock

MAC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02"
EMAIL = "guest@example.com"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def people(clock):
    store = Store("sqlite:///:memory:")
    yield People(store, clock)
    store.stop()


def only(users):
    (user,) = users
    return user


def test_each_sign_in_is_a_visit_and_the_newest_device_is_kept(people, clock) -> None:
    begun = int(clock.now())
    people.note_email(EMAIL, MAC, {}, proven=False)
    clock.advance(100)
    people.note_email(EMAIL, OTHER, {}, proven=True)
    user = only(people.email_users())
    assert (user.created_at, user.last_login, user.last_modified) == (begun, begun + 100, begun + 100)
    assert (user.visits, user.mac, user.verified, user.marketing) == (2, OTHER, 1, 0)
    assert (user.comments, user.comments1, user.comments2) == ("", "", "")


def test_a_proof_makes_the_visit_before_it_no_second_one(people) -> None:
    people.note_email(EMAIL, MAC, {"comments": "Jo"}, proven=False)
    people.prove_email(EMAIL, MAC, {"comments": "Jo"})
    user = only(people.email_users())
    assert (user.visits, user.verified, user.comments) == (1, 1, "Jo")


def test_a_proof_of_somebody_not_seen_before_is_a_visit(people) -> None:
    people.prove_email(EMAIL, MAC, {"marketing": "yes"})
    user = only(people.email_users())
    assert (user.visits, user.verified, user.marketing) == (1, 1, 1)


def test_once_proven_stays_proven_and_an_unproven_visit_changes_no_answer(people) -> None:
    people.note_email(EMAIL, MAC, {"comments": "Jo", "marketing": ""}, proven=True)
    people.note_email(EMAIL, OTHER, {"comments": "Mallory", "marketing": "yes"}, proven=False)
    user = only(people.email_users())
    assert (user.verified, user.comments, user.marketing, user.visits) == (1, "Jo", 0, 2)


def test_what_was_said_before_the_proof_is_replaced_by_what_is_said_with_it(people) -> None:
    people.note_email(EMAIL, OTHER, {"comments": "Mallory", "comments1": "x", "marketing": "yes"}, proven=False)
    people.prove_email(EMAIL, MAC, {"comments": "Jo", "comments1": "", "marketing": ""})
    user = only(people.email_users())
    assert (user.comments, user.comments1, user.marketing) == ("Jo", "", 0)


def test_consent_that_nobody_was_asked_for_with_the_proof_does_not_outlive_it(people) -> None:
    people.note_email(EMAIL, OTHER, {"marketing": "yes"}, proven=False)
    people.prove_email(EMAIL, MAC, {})
    assert only(people.email_users()).marketing == 0


def test_an_empty_answer_leaves_an_earlier_one_and_consent_stays(people) -> None:
    people.note_email(EMAIL, MAC, {"comments": "Jo", "marketing": "yes"}, proven=True)
    people.note_email(EMAIL, MAC, {"comments": "", "marketing": ""}, proven=True)
    user = only(people.email_users())
    assert (user.comments, user.marketing) == ("Jo", 1)


def test_numbers_are_kept_like_addresses(people, clock) -> None:
    people.note_mobile("491711234567", MAC, {"marketing": "yes"})
    clock.advance(100)
    people.note_mobile("491711234567", OTHER, {})
    people.note_mobile("491719999999", OTHER, {})
    first, second = people.mobile_users()
    assert (first.mobile, first.visits, first.verified, first.marketing, first.mac) == ("491711234567", 2, 1, 1, OTHER)
    assert first.last_login == first.created_at + 100
    assert (second.mobile, second.visits, second.marketing) == ("491719999999", 1, 0)


def test_an_account_is_one_person_whatever_it_is_called_by_now(people, clock) -> None:
    begun = int(clock.now())
    people.note_social("google", "1", "Jane", "jane@example.com", MAC)
    clock.advance(100)
    people.note_social("google", "1", "Jane Doe", "", OTHER)
    user = only(people.fb_users())
    assert (user.provider, user.account, user.name, user.email) == ("google", "1", "Jane Doe", "jane@example.com")
    assert (user.visits, user.mac) == (2, OTHER)
    assert (user.created_at, user.last_login, user.last_modified) == (begun, begun + 100, begun + 100)


def test_accounts_of_the_same_number_at_two_providers_are_two_people(people) -> None:
    people.note_social("google", "1", "Jane", "", MAC)
    people.note_social("facebook", "1", "Joe", "", MAC)
    assert [(user.provider, user.name, user.visits) for user in people.fb_users()] == [("google", "Jane", 1), ("facebook", "Joe", 1)]

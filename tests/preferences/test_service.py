"""What is set on the page counts over the file, is judged as a whole, and never keeps the box from starting."""

import threading

import peewee
import pytest

from routerd.core.errors import BadInput, NotFound
from routerd.identity.audit import Audit
from routerd.preferences.model import Unfit
from routerd.preferences.records import FailureRow, PreferenceRow
from tests.preferences.conftest import ADA, FILE


def field(preferences, section, key):
    return next(each for each in preferences.section(section)["fields"] if each["key"] == key)


def rows(desk):
    return {row["section"]: row for row in PreferenceRow.select().dicts().execute(desk.store.db)}


@pytest.mark.parametrize(("model", "table"), [(PreferenceRow, "preference"), (FailureRow, "preference_failure")])
def test_the_models_are_the_migrated_tables(desk, model, table):
    columns = {column.name: column for column in desk.store.db.get_columns(table)}
    assert set(columns) == set(model._meta.columns)
    for name, declared in model._meta.columns.items():
        assert columns[name].null == declared.null
        assert columns[name].primary_key == declared.primary_key
        assert isinstance(declared, peewee.Field)


def test_the_page_counts_over_the_file_and_null_goes_back_to_it(desk):
    preferences = desk.boot()
    assert (field(preferences, "portal", "title")["value"], field(preferences, "portal", "title")["source"]) == ("File", "file")
    preferences.set("portal", {"title": "Page"}, ADA)
    assert preferences.settings.portal.title == "Page"
    assert (field(preferences, "portal", "title")["value"], field(preferences, "portal", "title")["source"]) == ("Page", "page")
    assert desk.boot().settings.portal.title == "Page"
    preferences = desk.boot()
    preferences.set("portal", {"title": None}, ADA)
    assert preferences.settings.portal.title == "File"
    assert rows(desk) == {}


def test_each_setting_says_where_it_comes_from(desk):
    preferences = desk.boot(environment={"portal.free": {"valid_for_s": 7200}})
    preferences.set("portal.free", {"down_kbit": 5}, ADA)
    found = {key: field(preferences, "portal.free", key)["source"] for key in ("valid_for_s", "down_kbit", "up_kbit")}
    assert found == {"valid_for_s": "environment", "down_kbit": "page", "up_kbit": "default"}


def test_what_guests_see_is_live_without_a_start(desk):
    preferences = desk.boot()
    preferences.set_many({"portal": {"title": "Page"}, "guest.main.portal": {"title": "Café"}}, ADA)
    assert [(each.portal.title, each.guest[0].portal.title) for each in desk.applier.served] == [("Page", "Café")]
    assert desk.applier.restarts == []
    assert preferences.state() == {"applying": False, "failed": None}


def test_everything_else_starts_the_box_anew_and_is_proved_by_that(desk):
    preferences = desk.boot()
    preferences.set("guest.main", {"lease_s": 600}, ADA)
    assert desk.applier.restarts == [{"guest.main"}]
    assert preferences.state()["applying"]
    preferences = desk.boot()
    assert preferences.state() == {"applying": False, "failed": None}
    assert preferences.settings.guest[0].lease_s == 600


def test_the_sign_in_methods_offered_need_a_start_too(desk):
    desk.boot().set("portal", {"methods": ["free", "voucher"]}, ADA)
    assert desk.applier.restarts == [{"portal"}]


@pytest.mark.parametrize("first", [None, {"lease_s": 600}])
def test_settings_that_the_box_did_not_start_with_go_back_to_those_before(desk, first):
    preferences = desk.boot()
    if first:
        preferences.set("guest.main", first, ADA)
        preferences = desk.boot()
    preferences.set("guest.main", {"lease_s": 700}, ADA)
    preferences.set("guest.main", {"lease_s": 800, "isolation": False}, ADA)
    tried = desk.boot(comes_up=False)
    assert tried.settings.guest[0].lease_s == 800
    preferences = desk.boot(trouble="cannot listen on 10.0.0.1")
    assert preferences.settings.guest[0].lease_s == (600 if first else 3600)
    assert preferences.settings.guest[0].isolation
    state = preferences.state()
    assert not state["applying"]
    assert state["failed"]["sections"] == ("guest.main",)
    assert "cannot listen on 10.0.0.1" in state["failed"]["message"]
    preferences.dismiss()
    assert desk.boot().state()["failed"] is None


def test_going_back_to_the_file_is_undone_too_when_the_box_does_not_start_so(desk):
    preferences = desk.boot()
    preferences.set("guest.main", {"lease_s": 600}, ADA)
    preferences = desk.boot()
    preferences.set("guest.main", {"lease_s": None}, ADA)
    assert desk.boot(comes_up=False).settings.guest[0].lease_s == 3600
    assert desk.boot().settings.guest[0].lease_s == 600


def test_a_portal_that_cannot_serve_by_them_keeps_the_settings_before(desk):
    preferences = desk.boot()
    preferences.set("portal", {"title": "Good"}, ADA)
    desk.applier.refusal = "a template is broken"
    with pytest.raises(BadInput, match="a template is broken"):
        preferences.set("portal", {"title": "Bad"}, ADA)
    assert preferences.settings.portal.title == "Good"
    assert "a template is broken" in preferences.state()["failed"]["message"]
    assert desk.boot().settings.portal.title == "Good"


def test_a_file_that_changed_so_that_they_no_longer_fit_starts_all_the_same(desk):
    preferences = desk.boot()
    preferences.set_many({"guest.main": {"dhcp_first": "192.168.88.10"}, "portal": {"title": "Page"}}, ADA)
    preferences = desk.boot()
    preferences = desk.boot(FILE.replace("192.168.88.1/24", "10.9.0.1/24"))
    assert preferences.settings.guest[0].dhcp_first is None
    assert preferences.settings.portal.title == "Page"
    assert preferences.state()["failed"]["sections"] == ("guest.main",)
    assert "no longer fits" in preferences.state()["failed"]["message"]
    preferences.set("guest.main", {"lease_s": 600}, ADA)
    assert preferences.settings.guest[0].lease_s == 600
    assert preferences.state()["failed"] is None


def test_what_belongs_to_a_network_that_is_gone_is_set_aside_until_dismissed(desk):
    desk.boot().set("guest.main", {"lease_s": 600}, ADA)
    desk.boot()
    preferences = desk.boot(FILE.replace('name = "main"', 'name = "other"'))
    assert preferences.state()["failed"]["sections"] == ("guest.main",)
    preferences.dismiss()
    assert preferences.state()["failed"] is None
    assert rows(desk) == {}


def test_without_the_box_key_what_was_sealed_is_set_aside(desk):
    desk.boot().set("mail", {"host": "smtp.example.org", "sender": "a@b.example", "username": "u", "password": "s3cret!"}, ADA)
    desk.boot()
    (desk.directory / "box.key").write_bytes(b"x" * 32)
    preferences = desk.boot()
    assert preferences.settings.mail.host == ""
    assert preferences.state()["failed"]["sections"] == ("mail",)


@pytest.mark.parametrize(
    ("section", "changes", "where", "words"),
    [
        ("portal.free", {"valid_for_s": 5}, "portal.free.valid_for_s", "found 5, expected a whole number from 60"),
        ("portal.free", {"valid_for_s": "x"}, "portal.free.valid_for_s", 'found "x", expected a whole number'),
        ("portal", {"titel": "x"}, "portal.titel", "cannot be set in portal"),
        ("portal", {"free": {"valid_for_s": 60}}, "portal.free", "cannot be set in portal"),
        ("portal", {"methods": ["magic"]}, "portal.methods[0]", "expected one of"),
        ("portal", {"title": "a\x00b"}, "portal.title", "control character (U+0000)"),
        ("portal", {"title": "a\r\nb"}, "portal.title", "control character (U+000D)"),
        ("portal", {"title": "x" * 5000}, "portal.title", "5000 characters"),
        ("guest.main", {"interface": "eth0"}, "guest.main.interface", "cannot be set in guest.main"),
        ("guest.main", {"address": "10.0.0.1/24"}, "guest.main.address", "cannot be set"),
        ("guest.main", {"dhcp_last": "10.0.0.1"}, "guest.main.dhcp_last", "an address within 192.168.88.0/24"),
        ("guest.main", {"static": [{"mac": "x", "address": "192.168.88.9"}]}, "guest.main.static[0].mac", "a MAC address"),
        ("uplink", {"interface": "eth0"}, "uplink.interface", "cannot be set in uplink"),
        ("mail", {"ca_file": "/etc/shadow"}, "mail.ca_file", "cannot be set in mail"),
        ("sms.smstools", {"spool": "/etc/cron.d"}, "sms.smstools.spool", "cannot be set"),
        ("oidc", {"rows": {"name": "a"}}, "oidc.rows", "a list of objects"),
        ("oidc", {"name": "a"}, "oidc.name", "expected one of rows"),
        ("system", {"time_zone": "Mars/Olympus"}, "system.time_zone", "a time zone that this machine knows"),
        ("system", {"update_url": "http://x.example/"}, "system.update_url", "an https address"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key_and_nothing_changes(desk, section, changes, where, words):
    preferences = desk.boot()
    wanted = {"portal": {"landing_url": "https://a.example/"}, section: changes} if section != "portal" else {section: changes}
    with pytest.raises(Unfit) as caught:
        preferences.set_many(wanted, ADA)
    assert caught.value.field == where
    assert words in str(caught.value)
    assert rows(desk) == {}
    assert preferences.settings.portal.landing_url == ""
    assert (desk.applier.served, desk.applier.restarts) == ([], [])


@pytest.mark.parametrize("section", ["store", "daemon", "lan", "management", "tunnel", "guest", "guest.gone", "portal.gone", "", "oidc.x"])
def test_the_machine_itself_is_not_the_pages_to_change(desk, section):
    preferences = desk.boot()
    with pytest.raises(NotFound, match="that can be changed on the page"):
        preferences.set(section, {"url": "x"}, ADA)
    with pytest.raises(NotFound, match="that can be changed on the page"):
        preferences.section(section)


def test_a_secret_is_sealed_in_the_store_and_never_shown_again(desk):
    preferences = desk.boot()
    changed = preferences.set("mail", {"host": "smtp.example.org", "sender": "a@b.example", "username": "u", "password": "s3cret!"}, ADA)
    assert preferences.settings.mail.password == "s3cret!"
    assert field(preferences, "mail", "password")["value"] == {"set": True}
    assert field(preferences, "mail", "password")["default"] is None
    assert "s3cret!" not in repr(preferences.section("mail")) + repr(changed) + repr(rows(desk))
    assert "smtp.example.org" not in repr(rows(desk))
    assert set(changed.before.values()) == {None}
    assert (changed.after["host"], changed.after["password"]) == ("smtp.example.org", {"set": True})
    preferences.set("mail", {"host": "other.example.org", "password": {"set": True}}, ADA)
    assert (preferences.settings.mail.host, preferences.settings.mail.password) == ("other.example.org", "s3cret!")
    assert desk.boot().settings.mail.password == "s3cret!"


def test_a_list_of_providers_is_replaced_as_a_whole(desk):
    preferences = desk.boot()
    fields = [each.key for each in preferences.section("oidc")["fields"]]
    assert "name" in fields
    assert preferences.section("oidc")["rows"] == []
    with pytest.raises(Unfit, match="oidc"):
        preferences.set("oidc", {"rows": [{"nam": "a"}]}, ADA)


def test_the_texts_of_two_who_change_at_once_are_both_kept(desk):
    preferences = desk.boot()
    keys = [
        ("down_kbit", 11),
        ("up_kbit", 12),
        ("valid_for_s", 6000),
        ("renew_s", 6001),
        ("download_limit_mb", 13),
        ("upload_limit_mb", 14),
    ]
    gate = threading.Barrier(len(keys))

    def change(key, value):
        gate.wait()
        preferences.set("portal.free", {key: value}, ADA)

    threads = [threading.Thread(target=change, args=pair) for pair in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [getattr(desk.boot().settings.portal.free, key) for key, _ in keys] == [value for _, value in keys]


def test_new_methods_and_their_settings_are_listed_by_themselves(desk):
    preferences = desk.boot()
    listed = {each["name"]: each for each in preferences.sections()}
    assert listed["portal.email"]["method"] == "email"
    assert listed["portal.email"]["parent"] == "portal"
    assert listed["guest.main.portal"]["parent"] == "guest.main"
    assert listed["oidc"]["list"]
    assert {each["key"] for each in preferences.section("uplink")["fields"]} == {"down_kbit", "up_kbit"}
    static = field(preferences, "guest.main", "static")
    assert static["type"] == "tables"
    assert [inner["key"] for inner in static["fields"]] == ["mac", "address", "hostname"]
    assert field(preferences, "guest.main", "dhcp_first")["type"] == "address"


def test_the_number_of_changed_settings_is_told(desk):
    preferences = desk.boot()
    preferences.set("portal.free", {"down_kbit": 5, "up_kbit": 6}, ADA)
    assert next(each["changed"] for each in preferences.sections() if each["name"] == "portal.free") == 2


def test_a_secret_that_will_not_do_is_not_repeated(desk):
    preferences = desk.boot()
    with pytest.raises(Unfit) as caught:
        preferences.set("sms.smpp", {"password": ["sesame"]}, ADA)
    assert caught.value.field == "sms.smpp.password"
    assert "sesame" not in str(caught.value)


def test_every_change_is_on_record_with_who_before_and_after(desk):
    preferences = desk.boot()
    preferences.set("portal", {"title": "Page"}, ADA)
    preferences.set("radius", {"servers": ["192.0.2.1:1812"], "secret": "hunter22hunter22", "secrets": ["a-secret-a-secret"]}, ADA)
    with pytest.raises(Unfit):
        preferences.set("portal", {"title": 5}, ADA)
    rows = Audit(desk.store, desk.clock).rows()["rows"]
    told = [(row["name"], row["address"], row["action"], row["target"], row["before"], row["after"]) for row in rows]
    assert told[1] == ("Ada", "192.168.10.2", "settings.set", "portal", {"title": None}, {"title": "Page"})
    assert told[0][3] == "radius"
    assert "hunter22" not in repr(rows)
    assert "a-secret" not in repr(rows)
    assert len(rows) == 2

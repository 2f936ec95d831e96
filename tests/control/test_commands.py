"""The command line against a running daemon, and against none."""

import re
import shlex
import socket
import subprocess
import sys

import pytest

from routerd.__main__ import COMMANDS, main
from routerd.control.client import Control, NotRunning
from routerd.control.output import plain, table
from routerd.core.errors import BadInput, Denied
from routerd.core.events import HostSighted
from routerd.firewall import service
from routerd.identity.actor import Actor
from routerd.identity.model import Visit
from routerd.vouchers.model import NewVoucher
from tests.control.daemon import CONFIG

MAC = "a1:b2:c3:d4:e5:f6"


@pytest.fixture
def run(daemon, capsys):
    return lambda *words: daemon.run(capsys, *words)


VERBS = [
    ("status",),
    ("api-access",),
    ("api-access", "--post", "on"),
    ("admin", "list"),
    ("admin", "reset-password", "x"),
    ("voucher", "add"),
    ("voucher", "list"),
    ("voucher", "remove", "x"),
    ("guests",),
    ("kick", "x"),
    ("block", MAC),
    ("unblock", MAC),
    ("garden", "list"),
    ("garden", "add", "example.com"),
    ("garden", "remove", "example.com"),
    ("tunnel", "show"),
    ("tunnel", "rotate"),
    ("waf", "status"),
    ("waf", "reload"),
]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_says_when_the_daemon_is_not_running(verb, tmp_path, capsys):
    config = tmp_path / "routerd.toml"
    config.write_text(f'[daemon]\nrun_dir = "{tmp_path}/run"\n')
    assert main([*verb, "--config", str(config)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"routerd: routerd is not running (no answer on {tmp_path}/run/routerd.sock")
    assert err.count("\n") == 1


def test_every_verb_has_its_function_and_is_tested_above():
    assert {" ".join(words[: 2 if words[0] in ("admin", "voucher", "garden", "tunnel", "waf") else 1]) for words in VERBS} | {
        "firewall show",
        "firewall remove",
        "waf test",  # these two in test_waf_commands
        "waf explain",
        "bans",  # these three in test_bans_commands
        "ban",
        "unban",
    } == set(COMMANDS)


@pytest.mark.parametrize("verb", [("status",), ("voucher", "list"), ("firewall", "show")])
def test_a_faulty_file_is_told_line_by_line(verb, tmp_path, capsys):
    config = tmp_path / "routerd.toml"
    config.write_text("[uplink]\ninterfce = 1\n[store]\nurl = 1\n")
    assert main([*verb, "--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert f"routerd: {config}: uplink.interfce: found an unknown key, expected 'interface'" in err
    assert f"routerd: {config}: store.url: found 1, expected a text" in err


def test_a_missing_file_is_told(tmp_path, capsys):
    assert main(["status", "--config", str(tmp_path / "none.toml")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [(), ("dance",), ("voucher",), ("kick",), ("api-access", "--post", "maybe"), ("voucher", "add", "--devices", "two")]
)
def test_a_wrong_command_line_is_told_with_status_2(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: routerd" in capsys.readouterr().err


def test_a_dead_socket_is_no_daemon(tmp_path):
    path = tmp_path / "routerd.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    with pytest.raises(NotRunning, match="connection refused"):
        Control(path).get("/status")


def test_the_socket_is_for_root_alone(daemon):
    assert daemon.socket.stat().st_mode & 0o777 == 0o600
    assert daemon.socket.parent.stat().st_mode & 0o777 == 0o700


# Status.


def test_status_tells_what_runs(run, daemon):
    daemon.clock.advance(3725)
    daemon.access.set(post=True)
    daemon.vouchers.create(NewVoucher(username="u1", passcode="p1"))
    daemon.sign_in("u1", "p1")
    told = run("status", "--json").json
    assert told["uptime_s"] == 3725
    assert told["online"] == 1
    assert told["api"] == {"post": True, "get": False}
    assert told["firewall"] == "guarding"
    assert told["parts"] == {"dnsmasq": "running"}
    assert told["networks"] == [{"name": "main", "interface": "guest0", "address": "192.168.88.1/24", "address6": "", "online": 1}]
    text = run("status").out
    assert "up 1h02m05s" in text
    assert "guests online: 1" in text
    assert "action API: POST" in text
    assert "dnsmasq: running" in text
    assert re.search(r"main +guest0 +192\.168\.88\.1/24 +- +1", text)


# The action API's switches.


def test_api_access_is_off_without_a_key_at_first(run):
    told = run("api-access", "--json").json
    assert (told["post"], told["get"], told["key"], told["rotated_at"]) == (False, False, None, None)
    assert "none yet" in run("api-access").out


def test_switching_on_prints_the_key_and_where_to_use_it(run, daemon):
    told = run("api-access", "--post", "on", "--json").json
    assert (told["post"], told["get"]) == (True, False)
    assert daemon.access.verify(told["key"])
    assert told["endpoints"] == ["http://192.168.10.1/api/", "http://127.0.0.1:8088/api/", "http://[::1]:8088/api/"]
    text = run("api-access").out
    assert f"key:  {told['key']}" in text
    assert "POST: on\nGET:  off" in text


def test_switching_off_and_rotating(run, daemon):
    old = run("api-access", "--post", "on", "--get", "on", "--json").json["key"]
    told = run("api-access", "--post", "off", "--rotate-key", "--json").json
    assert (told["post"], told["get"]) == (False, True)
    assert told["key"] != old
    assert daemon.access.verify(told["key"])
    assert not daemon.access.verify(old)


def test_a_key_that_cannot_be_shown_is_told_with_the_switches(run, daemon, tmp_path):
    run("api-access", "--post", "on")
    (tmp_path / "box.key").unlink()
    outcome = run("api-access")
    assert outcome.status == 0
    assert "POST: on" in outcome.out
    assert "box.key" in outcome.out


# Vouchers.


def test_a_voucher_is_added_as_asked(run, daemon):
    words = "voucher add --username u1 --passcode p1 --fullname Ann --comment late --batch july --devices 2 --download-limit 100"
    words += " --upload-limit 50 --down-kbit 2000 --up-kbit 500 --valid-for '2 days' --valid-from '2025-07-01 12:00:00'"
    outcome = run(*shlex.split(words))
    assert outcome.status == 0
    assert re.search(
        r"^USERNAME +PASSCODE +FULLNAME +VALID FOR +VALID FROM\nu1 +p1 +Ann +2 days +2025-07-01 12:00:00$", outcome.out, re.MULTILINE
    )
    voucher = daemon.vouchers.get("u1")
    assert (voucher.devices, voucher.comment, voucher.batch, voucher.valid_for) == (2, "late", "july", "2 days")
    assert (voucher.download_limit_mb, voucher.upload_limit_mb, voucher.down_kbit, voucher.up_kbit) == (100, 50, 2000, 500)


def test_many_vouchers_are_added_at_once(run, daemon):
    told = run("voucher", "add", "--count", "25", "--batch", "july", "--json").json
    assert len({voucher["username"] for voucher in told["vouchers"]}) == 25
    assert {voucher["batch"] for voucher in told["vouchers"]} == {"july"}
    listed = run("voucher", "list", "--json").json
    assert [voucher["username"] for voucher in listed["vouchers"]] == [voucher["username"] for voucher in told["vouchers"]]
    assert run("voucher", "list").out.count("\n") == 26


def test_wrong_values_are_told_with_status_2(run):
    for words, told in (
        (("--valid-for", "3 weeks"), "valid_for"),
        (("--valid-from", "soon"), "valid_from"),
        (("--count", "0"), "count"),
        (("--count", "2", "--username", "u"), "username"),
        (("--devices", "0"), "devices"),
    ):
        outcome = run("voucher", "add", *words)
        assert outcome.status == 2
        assert told in outcome.err


def test_a_taken_username_is_told_with_status_1(run):
    run("voucher", "add", "--username", "u1")
    outcome = run("voucher", "add", "--username", "u1")
    assert (outcome.status, outcome.err) == (1, "routerd: Username already exists\n")


def test_removing_a_voucher_ends_its_sessions(run, daemon):
    run("voucher", "add", "--username", "u1", "--passcode", "p1")
    daemon.sign_in("u1", "p1")
    assert run("voucher", "remove", "u1").out == "removed u1; 1 of its sessions ended\n"
    assert not daemon.gate.online(MAC)
    outcome = run("voucher", "remove", "u1")
    assert (outcome.status, outcome.err) == (1, "routerd: Username doesn't exist\n")


# Guests.


@pytest.mark.parametrize("who", [MAC, "A1-B2-C3-D4-E5-F6", "u1"])
def test_a_guest_is_kicked_by_mac_or_username(run, daemon, who):
    run("voucher", "add", "--username", "u1", "--passcode", "p1")
    daemon.sign_in("u1", "p1")
    assert run("kick", who).out == "ended 1 session\n"
    assert not daemon.gate.online(MAC)
    outcome = run("kick", who)
    assert outcome.status == 1
    assert "nobody is online" in outcome.err


def test_a_device_is_blocked_signed_off_and_let_in_again(run, daemon):
    run("voucher", "add", "--username", "u1", "--passcode", "p1")
    daemon.sign_in("u1", "p1")
    assert run("block", "A1-B2-C3-D4-E5-F6").status == 0
    assert daemon.barrier.blocked == {MAC}
    assert not daemon.gate.online(MAC)
    assert run("guests", "--json").json["guests"][0]["status"] == "blocked"
    assert run("unblock", MAC).status == 0
    assert daemon.barrier.blocked == set()
    assert run("block", "nonsense").status == 2


def test_guests_lists_every_device(run, daemon):
    assert run("guests", "--json").json == {"guests": []}
    daemon.guests.sighted(HostSighted("main", "02:00:00:00:00:01", "192.168.88.21", "tablet\x1b[2J"))
    daemon.guests.sighted(HostSighted("main", MAC, "192.168.88.20", "johns-phone"))
    daemon.guests.sighted(HostSighted("main", MAC, "fd00:88::20"))
    run("voucher", "add", "--username", "u1", "--passcode", "p1", "--download-limit", "1")
    daemon.sign_in("u1", "p1")
    daemon.gate.spend(MAC, down=5000, up=300)
    daemon.clock.advance(125)
    other, phone = run("guests", "--json").json["guests"]
    assert (other["mac"], other["status"], other["login"], other["uptime_s"]) == ("02:00:00:00:00:01", "unauthenticated", None, None)
    assert (phone["address"], phone["addresses6"], phone["hostname"]) == ("192.168.88.20", ["fd00:88::20"], "johns-phone")
    assert (phone["status"], phone["login"], phone["uptime_s"], phone["idle_s"]) == ("active", "u1", 125, 125)
    assert (phone["down_octets"], phone["up_octets"]) == (5000, 300)
    assert (phone["seconds_left"], phone["down_left_octets"], phone["up_left_octets"]) == (86_400 - 125, 2**20 - 5000, None)
    text = run("guests").out
    assert re.search(r"^a1:b2:c3:d4:e5:f6 +192\.168\.88\.20 +johns-phone .*main +active +u1 +2m05s +2m05s +5000 +300$", text, re.MULTILINE)
    assert "\x1b" not in text


# Firewall and garden.


def test_the_firewall_is_shown_and_removed_through_the_daemon(run, daemon):
    assert run("firewall", "show").out == "table inet routerd {\n}\n"
    assert "systemctl reload" in run("firewall", "remove").out
    assert not daemon.firewall.there
    assert run("firewall", "show").out == "there is no table inet routerd\n"
    assert "firewall: removed by hand" in run("status").out


def test_without_a_daemon_the_firewall_is_shown_and_removed_at_the_kernel(tmp_path, capsys, monkeypatch):
    done: list[object] = []
    monkeypatch.setattr(service, "show_table", lambda: "table inet routerd {\n}\n")
    monkeypatch.setattr(service, "remove_table", lambda: done.append("table"))
    monkeypatch.setattr(service.Firewall, "remove", lambda self: done.append(self._networks.interfaces()))
    config = tmp_path / "routerd.toml"
    for text, removed in ((CONFIG, ["guest0"]), ('[daemon]\nrun_dir = "{place}/run"\n', "table")):
        config.write_text(text.format(place=tmp_path))
        assert main(["firewall", "show", "--config", str(config)]) == 0
        assert capsys.readouterr().out == "table inet routerd {\n}\n"
        assert main(["firewall", "remove", "--config", str(config)]) == 0
        assert "routerd is not running" in capsys.readouterr().out
        assert done.pop() == removed
        assert done == []


def test_the_garden_is_filled_shown_and_emptied(run, daemon):
    assert "nothing" in run("garden", "list").out
    assert run("garden", "add", "example.com").out == "added example.com\n"
    assert run("garden", "add", "example.com").status == 1
    assert run("garden", "list").out == "example.com\n"
    assert run("garden", "list", "--json").json == {"garden": ["example.com"]}
    assert run("garden", "remove", "example.com").out == "removed example.com\n"
    assert run("garden", "remove", "example.com").status == 1


# The door itself.


def test_wrong_requests_are_refused_in_json(daemon):
    control = Control(daemon.socket)
    for path, fields in (
        ("/api-access", {"post": "on"}),
        ("/api-access", {"delete": True}),
        ("/vouchers", {"colour": "red"}),
        ("/vouchers", {"devices": "2"}),
        ("/vouchers", {"count": True}),
        ("/vouchers/remove", {}),
        ("/kick", {"who": ""}),
        ("/hosts/block", {"mac": 1}),
        ("/garden", {}),
    ):
        with pytest.raises(BadInput, match="expected"):
            control.post(path, fields)


def test_a_table_does_not_let_a_guest_write_on_the_terminal():
    assert plain("x\x1b[2Jy\n\u202e") == "x?[2Jy??"
    assert table([{"a": "x\ny", "b": None}], (("a", "A"), ("b", "B"))) == "A    B\nx?y  -\n"


def test_the_command_line_loads_neither_web_server_nor_database(tmp_path):
    script = (
        "import sys; from routerd.__main__ import main\n"
        f"main(['status', '--config', '{tmp_path}/none.toml'])\n"
        "heavy = {'bottle', 'waitress', 'peewee', 'pyroute2', 'scapy', 'cryptography'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30, capture_output=True)


def test_output_into_a_closed_pipe_is_no_failure(daemon):
    daemon.vouchers.create_many(2000, NewVoucher())
    words = [sys.executable, "-m", "routerd", "voucher", "list", "--config", str(daemon.config)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        listing.stdout.readline()
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 0


def test_check_says_ok_or_names_every_problem(capsys, tmp_path):
    config = tmp_path / "routerd.toml"
    config.write_text("x = 1\n")
    assert main(["check", "--config", str(config)]) == 2
    assert capsys.readouterr().out.startswith(f"{config}: x: found an unknown key, expected ")
    config.write_text("")
    assert main(["check", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "ok\n"


def test_whoever_forgot_the_password_gets_another_and_is_signed_out_everywhere(run, daemon):
    daemon.accounts.people.add("Ada", "three unlikely words", "owner", Actor("t", "owner", "t"))
    here = Visit("192.168.10.2")
    entered = daemon.accounts.entry.sign_in("Ada", "three unlikely words", "", here)
    told = run("admin", "reset-password", "ada")
    password = told.out.split("the password is now ")[1].split()[0]
    assert daemon.accounts.who(entered.token) is None
    assert daemon.accounts.entry.sign_in("Ada", password, "", here).person.name == "Ada"
    with pytest.raises(Denied):
        daemon.accounts.entry.sign_in("Ada", "three unlikely words", "", here)
    rows = daemon.accounts.audit.rows()["rows"]
    assert (rows[0]["action"], rows[0]["target"], rows[0]["name"], rows[0]["address"]) == ("person.password", "Ada", "root", "console")
    assert password not in str(rows)


def test_accounts_are_listed_and_an_unknown_one_is_named(run, daemon):
    assert daemon.accounts.setup.code in run("admin", "list").out
    daemon.accounts.people.add("Ada", "three unlikely words", "owner", Actor("t", "owner", "t"))
    assert run("admin", "list", "--json").json["people"] == [
        {"name": "Ada", "role": "owner", "code": False, "sessions": 0, "last_login": None}
    ]
    refused = run("admin", "reset-password", "Eve")
    assert (refused.status, refused.err) == (1, 'routerd: there is no account "Eve"\n')


def test_the_status_tells_the_setup_code_until_the_box_has_an_owner(run, daemon):
    assert run("status", "--json").json["setup_code"] == daemon.accounts.setup.code != ""

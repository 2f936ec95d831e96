"""What FreeRADIUS is told of sessions, through every kind of trouble."""

import pytest

from routerd.core.aaa import RadiusSettings
from routerd.core.errors import Unavailable
from routerd.core.terms import Device, Terms
from routerd.radius.accounting import UNDELIVERED_S
from tests.radius.conftest import PHONE, World, completed, make_world
from tests.radius.freeradius import SECRET, FreeRadius


def told(world: World, server: FreeRadius) -> list[dict[str, list[str]]]:
    """Reports on the newest session."""
    (report,) = world.reports() or [None]
    return server.reports(session=report.acct_session_id) if report else []


def octets(report: dict[str, list[str]]) -> tuple[int, int]:
    """Down and up."""

    def whole(way: str) -> int:
        return int(report[f"Acct-{way}-Octets"][0]) + (int(report[f"Acct-{way}-Gigawords"][0]) << 32)

    return whole("Output"), whole("Input")


def test_start_interim_and_stop_are_told_with_all_that_identifies_the_session(world, server) -> None:
    session = world.sign_in("alice", "wonderland")
    world.account()
    (start,) = told(world, server)
    number = start["Acct-Session-Id"][0]
    assert start["Acct-Status-Type"] == ["Start"]
    assert start["User-Name"] == ["alice"]
    assert start["Class"] == ["0x3078666666", "0x00ff"]
    assert start["Called-Station-Id"] == ["02-AA-BB-CC-DD-EE:main"]
    assert start["Calling-Station-Id"] == ["3C-07-54-00-00-01"]
    assert start["Framed-IP-Address"] == ["192.168.88.10"]
    assert start["NAS-Identifier"] == ["hotel"]
    assert start["NAS-IP-Address"] == ["127.0.0.1"]
    assert start["NAS-Port-Type"] == ["Wireless-802.11"]
    world.gate.spend(PHONE.mac, down=5 * 2**32 + 7, up=11)
    world.pass_time(59)
    assert len(told(world, server)) == 1
    world.pass_time(2)
    interim = told(world, server)[1]
    assert (interim["Acct-Status-Type"], octets(interim)) == (["Interim-Update"], (5 * 2**32 + 7, 11))
    assert interim["Acct-Session-Time"] == ["61"]
    world.gate.spend(PHONE.mac, down=1, up=2)
    world.sessions.end(session.id, "logout")
    world.account()
    (stop,) = server.reports("Stop", number)
    assert octets(stop) == (5 * 2**32 + 8, 13)
    assert (stop["Acct-Terminate-Cause"], stop["Acct-Session-Time"], stop["Class"]) == (["User-Request"], ["61"], start["Class"])
    assert world.reports() == []


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("kicked", "Admin-Reset"),
        ("expired", "Session-Timeout"),
        ("idle", "Idle-Timeout"),
        ("data-limit", "NAS-Request"),
        ("replaced", "Port-Preempted"),
        ("failed", "NAS-Error"),
    ],
)
def test_the_cause_of_the_end_is_told(world, server, reason, cause) -> None:
    session = world.sign_in("alice", "wonderland")
    world.account()
    number = world.reports()[0].acct_session_id
    world.sessions.end(session.id, reason)
    world.account()
    assert server.reports("Stop", number)[0]["Acct-Terminate-Cause"] == [cause]


def test_the_stop_waits_for_the_kernels_last_count(world, server) -> None:
    session = world.sign_in("alice", "wonderland")
    world.account()
    number = world.reports()[0].acct_session_id
    world.gate.spend(PHONE.mac, down=1000)
    world.gate.broken = {"close"}
    world.sessions.end(session.id, "kicked")
    world.account()
    assert server.reports("Stop", number) == []
    world.gate.spend(PHONE.mac, down=234)
    world.gate.broken = set()
    world.pass_time(2)
    assert octets(server.reports("Stop", number)[0]) == (1234, 0)


def test_a_device_that_comes_back_is_a_new_session_of_the_same_class(world, server) -> None:
    first = world.sign_in("alice", "wonderland")
    world.account()
    world.sessions.end(first.id, "idle")
    world.account()
    assert world.sessions.resume(PHONE) is not None
    world.account()
    (start,) = told(world, server)
    assert (start["Acct-Status-Type"], start["Class"]) == (["Start"], ["0x3078666666", "0x00ff"])


def test_nothing_is_lost_while_no_server_answers(tmp_path) -> None:
    server = FreeRadius(tmp_path / "late")
    world = make_world(RadiusSettings((server.name,), SECRET, timeout_s=1, tries=1))
    server.start()
    permission = world.radius.authenticate("alice", "wonderland", PHONE)
    server.stop()
    session = world.store.write(lambda: world.sessions.open(completed(world.radius.granted(permission, PHONE)), PHONE))
    with pytest.raises(Unavailable):
        world.account()
    world.gate.spend(PHONE.mac, up=77)
    world.clock.advance(90)
    world.sessions.end(session.id, "logout")
    with pytest.raises(Unavailable):
        world.account()
    server.start()
    world.clock.advance(10)
    world.account()
    start, stop = server.reports()
    assert (start["Acct-Status-Type"], start["Acct-Delay-Time"]) == (["Start"], ["100"])
    assert (stop["Acct-Status-Type"], stop["Acct-Delay-Time"], octets(stop)) == (["Stop"], ["10"], (0, 77))
    server.stop()
    world.store.stop()


def test_a_session_that_ended_while_nobody_listened_is_told_at_the_next_start(world, server) -> None:
    session = world.sign_in("alice", "wonderland")
    world.account()
    number = world.reports()[0].acct_session_id
    world.sessions._ledger._bus.connect({})
    world.gate.spend(PHONE.mac, down=4321)
    world.sessions.end(session.id, "logout")
    world.radius.begin()
    world.account()
    assert octets(server.reports("Stop", number)[0]) == (4321, 0)


def test_a_box_with_nobody_online_says_that_it_comes_and_goes(tmp_path) -> None:
    server = FreeRadius(tmp_path / "onoff")
    server.start()
    world = make_world(RadiusSettings((server.name,), SECRET))
    world.radius.begin()
    world.account()
    world.radius.finish()
    assert [each["Acct-Status-Type"][0] for each in server.reports()] == ["Accounting-On", "Accounting-Off"]
    world.sign_in("alice", "wonderland")
    world.account()
    world.radius.finish()
    world.radius.begin()
    world.account()
    assert [each["Acct-Status-Type"][0] for each in server.reports()][2:] == ["Start"]
    server.stop()
    world.store.stop()


def test_without_accounting_rows_live_only_as_long_as_sessions(server) -> None:
    world = make_world(RadiusSettings((server.name,), SECRET, accounting=False))
    session = world.sign_in("alice", "wonderland")
    number = world.reports()[0].acct_session_id
    world.account()
    assert len(world.reports()) == 1
    world.sessions.end(session.id, "logout")
    world.account()
    assert (world.reports(), server.reports(session=number)) == ([], [])
    world.store.stop()


def test_a_stop_that_nobody_takes_for_a_week_is_given_up() -> None:
    world = make_world(RadiusSettings(("127.0.0.1:9",), SECRET))
    session = world.sessions.open(Terms("radius", "x", "x", int(world.clock.now())), PHONE)
    world.sessions.end(session.id, "logout")
    world.clock.advance(UNDELIVERED_S - 10)
    world.radius._accounting.prune()
    assert len(world.reports()) == 1
    world.clock.advance(20)
    world.radius._accounting.prune()
    assert world.reports() == []
    world.store.stop()


def test_other_kinds_of_sign_in_are_not_reported(world) -> None:
    world.sessions.open(Terms("free", PHONE.mac, PHONE.mac, int(world.clock.now())), PHONE)
    assert world.reports() == []


def test_a_report_that_cannot_be_sent_does_not_stand_in_the_way_of_others(world, server) -> None:
    other = Device("3c:07:54:00:00:02", "192.168.88.11", "main")
    now = int(world.clock.now())
    world.sessions.open(Terms("radius", "é" * 200, "x", now), PHONE)
    world.sessions.open(Terms("radius", "fine", "fine", now), other)
    world.account()
    (left,) = world.reports()
    assert left.user_name == "fine"
    assert len(server.reports("Start", left.acct_session_id)) == 1

"""Servers that end and change sessions: with FreeRADIUS' own radclient, and with what radclient would never send."""

import subprocess

import pytest
from pyrad import packet as wire

from routerd.core.aaa import RadiusSettings
from routerd.radius import packets
from routerd.radius.listener import Listener
from tests.radius.conftest import PHONE, World, make_world
from tests.radius.freeradius import SECRET, free_port

HOST = "127.0.0.1"


@pytest.fixture
def world(server):
    made = make_world(RadiusSettings((server.name,), SECRET, nas_identifier="hotel", coa_clients=("192.0.2.7",)))
    made.orders = made.radius._orders()
    made.session = made.sign_in("alice", "wonderland")
    yield made
    made.store.stop()


def packet(world: World, code: int = wire.CoARequest, *, at: float = 0, signed: bool = True, secret: str = SECRET, **attributes) -> bytes:
    """An order as a server makes it."""
    made = wire.CoAPacket(code, secret=secret.encode(), dict=packets.dictionary())
    if signed:
        made.add_message_authenticator()
    made["Event-Timestamp"] = int(world.clock.now() + at)
    for name, value in attributes.items():
        made[name.replace("_", "-")] = value
    octets: bytes = made.RequestPacket()
    return octets


def outcome(world: World, datagram: bytes, host: str = HOST) -> int | None:
    """0 for ACK, the Error-Cause of a NAK, None for silence."""
    answer = world.orders.answer(datagram, host)
    if answer is None:
        return None
    reply = wire.Packet(dict=packets.dictionary(), packet=answer, secret=SECRET.encode())
    assert reply.verify_message_authenticator(SECRET.encode(), datagram[4:20], datagram[0])
    return reply["Error-Cause"][0] if reply.code in (wire.CoANAK, wire.DisconnectNAK) else 0


def online(world: World) -> bool:
    return world.sessions.current(PHONE.mac, "main") is not None


def number(world: World) -> str:
    return world.reports()[0].acct_session_id


@pytest.mark.parametrize(
    "named",
    [
        lambda world: {"Acct_Session_Id": number(world)},
        lambda world: {"User_Name": "alice"},
        lambda world: {"Calling_Station_Id": "3c:07:54:00:00:01"},
        lambda world: {"Calling_Station_Id": "3C-07-54-00-00-01", "NAS_Identifier": "hotel", "Called_Station_Id": "x"},
        lambda world: {"Framed_IP_Address": PHONE.address},
        lambda world: {"User_Name": "alice", "Framed_IP_Address": PHONE.address, "Acct_Session_Id": number(world)},
    ],
)
def test_disconnect_ends_the_session_however_it_is_named(world, named) -> None:
    assert outcome(world, packet(world, wire.DisconnectRequest, **named(world))) == 0
    assert world.sessions.get(world.session.id).end_reason == "kicked"
    assert not world.gate.online(PHONE.mac)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({}, 402),
        ({"Session_Timeout": 60}, 402),
        ({"User_Name": "alice"}, 402),
        ({"User_Name": "bob", "Session_Timeout": 60}, 503),
        ({"User_Name": "alice", "Framed_IP_Address": "192.168.88.99", "Session_Timeout": 60}, 503),
        ({"User_Name": "alice", "NAS_Identifier": "another", "Session_Timeout": 60}, 403),
        ({"User_Name": "alice", "Service_Type": 17}, 405),
        ({"User_Name": "alice", "User_Password": b"x", "Session_Timeout": 60}, 401),
        ({"User_Name": "alice", "Mikrotik_Rate_Limit": "fast"}, 407),
        ({"Calling_Station_Id": "nonsense", "Session_Timeout": 60}, 407),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_with_its_cause(world, said, cause) -> None:
    before = world.sessions.current(PHONE.mac, "main").grant
    assert outcome(world, packet(world, **said)) == cause
    assert world.sessions.current(PHONE.mac, "main").grant == before


def test_an_attribute_that_nobody_knows_is_refused(world) -> None:
    made = wire.CoAPacket(wire.DisconnectRequest, secret=SECRET.encode(), dict=packets.dictionary())
    made.add_message_authenticator()
    made["Event-Timestamp"] = int(world.clock.now())
    made["User-Name"] = "alice"
    made[200] = [b"?"]
    assert outcome(world, made.RequestPacket()) == 401
    assert online(world)


def test_a_change_takes_effect_on_the_running_session(world) -> None:
    world.gate.spend(PHONE.mac, down=1000)
    said = {
        "WISPr_Bandwidth_Max_Down": 1_000_000,
        "Session_Timeout": 900,
        "ChilliSpot_Max_Output_Octets": 5000,
        "Acct_Interim_Interval": 120,
    }
    assert outcome(world, packet(world, User_Name="alice", **said)) == 0
    (element,) = world.gate.elements.values()
    assert (element.pass_.down_kbit, element.pass_.up_kbit, element.pass_.down_quota_octets, element.pass_.ttl_s) == (1000, 2000, 5000, 900)
    assert element.down == 1000
    assert world.reports()[0].interim_s == 120
    assert world.sessions.current(PHONE.mac, "main").id == world.session.id


def test_a_session_timeout_that_is_over_already_ends_it(world) -> None:
    world.clock.advance(100)
    assert outcome(world, packet(world, User_Name="alice", Session_Timeout=60)) == 0
    assert world.sessions.get(world.session.id).end_reason == "expired"


def test_a_limit_that_is_reached_already_is_no_session_any_more(world) -> None:
    world.gate.spend(PHONE.mac, down=1000)
    world.pass_time(6)
    assert outcome(world, packet(world, User_Name="alice", ChilliSpot_Max_Output_Octets=500)) == 0
    assert world.sessions.get(world.session.id).end_reason == "data-limit"


@pytest.mark.parametrize("changes", [{"signed": False}, {"secret": "other"}, {"at": -301}, {"at": 301}])
def test_what_is_not_signed_or_not_of_now_gets_no_answer(world, changes) -> None:
    assert outcome(world, packet(world, wire.DisconnectRequest, User_Name="alice", **changes)) is None
    assert online(world)


def test_without_a_timestamp_there_is_no_answer(world) -> None:
    made = wire.CoAPacket(wire.DisconnectRequest, secret=SECRET.encode(), dict=packets.dictionary())
    made.add_message_authenticator()
    made["User-Name"] = "alice"
    assert outcome(world, made.RequestPacket()) is None
    assert online(world)


def test_strangers_get_no_answer_and_configured_clients_do(world) -> None:
    order = packet(world, wire.DisconnectRequest, User_Name="nobody")
    assert outcome(world, order, "192.0.2.8") is None
    assert outcome(world, order, "192.0.2.7") == 503


def test_the_same_datagram_is_obeyed_once_and_answered_as_often_as_it_comes(world) -> None:
    order = packet(world, wire.DisconnectRequest, User_Name="alice")
    first = world.orders.answer(order, HOST)
    world.sign_in("alice", "wonderland")
    assert world.orders.answer(order, HOST) == first
    assert online(world)


def radclient(port: int, kind: str, *said: str) -> str:
    lines = "\n".join((*said, "Message-Authenticator = 0x00"))
    done = subprocess.run(
        ["radclient", "-x", "-r", "1", "-t", "3", f"127.0.0.1:{port}", kind, SECRET],
        input=lines,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return done.stdout + done.stderr


def test_freeradius_own_client_is_obeyed_over_the_wire(server, tmp_path) -> None:
    world = make_world(RadiusSettings((server.name,), SECRET))
    asked: list[bytes] = []
    orders = world.radius._orders()

    class Remembering:
        def answer(self, datagram: bytes, host: str) -> bytes | None:
            """Answers on the test's own thread would be too late; a store in memory has one thread, so the order is checked there."""
            asked.append(datagram)
            order = packets.order(SECRET.encode(), datagram)
            return order.answer(0 if order and host == HOST else 503) if order else None

    port = free_port()
    listener = Listener(Remembering(), [(HOST, port)])
    listener.start()
    try:
        stamp = f"Event-Timestamp = {int(world.clock.now())}"
        assert "Disconnect-ACK" in radclient(port, "disconnect", 'User-Name = "alice"', stamp)
        assert "CoA-ACK" in radclient(port, "coa", 'User-Name = "alice"', "WISPr-Bandwidth-Max-Down = 1000000", stamp)
    finally:
        listener.stop()
    world.sign_in("alice", "wonderland")
    assert orders.answer(asked[1], HOST)[0] == wire.CoAACK
    assert world.sessions.current(PHONE.mac, "main").grant.down_kbit == 1000
    assert orders.answer(asked[0], HOST)[0] == wire.DisconnectACK
    assert world.sessions.current(PHONE.mac, "main") is None
    world.store.stop()

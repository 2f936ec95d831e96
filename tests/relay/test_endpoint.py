"""The action API through a relay: what passes, what does not, and what the box learns of who asked."""

import json

import pytest

from tests.relay.world import DOMAIN, Box, Relay, World


def test_a_voucher_is_made_through_either_relay(world: World, relays: list[Relay], box: Box) -> None:
    for at, relay in enumerate(relays):
        made = world.post(relay, box.host, {"api-key": box.key, "action": "create_voucher", "username": f"cloud{at}"})
        assert (made.status, made.json["user"]["username"]) == (200, f"cloud{at}")


def test_unknown_names_and_other_paths_are_answered_alike(world: World, relays: list[Relay], box: Box) -> None:
    said = {"api-key": box.key, "action": "get_logins"}
    unknown = world.post(relays[0], f"0123456789ab.{DOMAIN}", said)
    other = [world.ask(relays[0], box.host, "POST", path, b"{}") for path in ("/", "/admin/api/me", "/api/../", "/status", "/api/x")]
    assert {(reply.status, reply.body) for reply in (unknown, *other)} == {(404, unknown.body)}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post_passes_unless_the_owner_allowed_get(world: World, relays: list[Relay], box: Box, method: str) -> None:
    assert world.ask(relays[0], box.host, method, f"/api/?api-key={box.key}&action=get_logins").status == 405


def test_bodies_are_limited_and_keys_stay_out_of_the_log(world: World, relays: list[Relay], box: Box) -> None:
    assert world.ask(relays[0], box.host, "POST", "/api/", b"x" * 70_000).status == 400
    world.ask(relays[0], box.host, "GET", f"/api/?api-key={box.key}&action=get_logins")
    log = (relays[0].root / "log/routerd-relay.log").read_text(encoding="utf-8")
    assert "/api/" in log
    assert box.key not in log


def test_wrong_keys_count_against_the_client_that_sent_them(world: World, relays: list[Relay], box: Box) -> None:
    """The relay names the client; what the client says of itself under that name is thrown away."""
    lies = {"X-Routerd-Client": "198.51.100.7", "X-Forwarded-For": "198.51.100.7"}
    body = json.dumps({"api-key": "wrong", "action": "get_logins"}).encode()
    statuses = [
        world.ask(relays[0], box.host, "POST", "/api/", body, {**lies, "X-Routerd-Client": f"198.51.100.{n}"}).status for n in range(12)
    ]
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    assert world.ask(relays[1], box.host, "POST", "/api/", body).status == 429, "through the other relay it is the same client"
    assert world.post(relays[0], box.host, {"api-key": box.key, "action": "get_logins"}).status == 200, "who has the key is not held up"
    box.stop()
    box.start()
    box.up()


def test_a_box_that_is_away_says_so_without_hanging(world: World, relays: list[Relay], box: Box) -> None:
    host = box.host
    box.stop()
    try:
        away = world.post(relays[0], host, {"api-key": box.key, "action": "get_logins"})
        assert (away.status, away.headers["retry-after"]) == (503, "5")
    finally:
        box.start()
        box.up()


def test_get_passes_where_the_owner_allows_it(world: World, relays: list[Relay], box: Box) -> None:
    other = world.boxes[1]
    other.configure(other.blocks, allow_get=True)
    other.start()
    try:
        other.api_on()
        other.cli("api-access", "--get", "on")
        other.up()
        assert world.ask(relays[0], other.host, "GET", f"/api/?api-key={other.key}&action=get_logins").status == 200
    finally:
        other.stop()


def test_the_client_sees_the_relays_certificate_alone(world: World, relays: list[Relay], box: Box) -> None:
    with world.connect(relays[0], box.host) as stream:
        assert stream.version() in {"TLSv1.2", "TLSv1.3"}
        assert stream.getpeername()[0] == relays[0].address

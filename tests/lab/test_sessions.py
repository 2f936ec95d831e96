"""Sessions: how they last, how they end, and how many devices share a voucher."""

import time

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer, signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway

MB = 1024 * 1024


def log_of(gateway: Gateway, mac: str) -> list[str]:
    """Events of the login log about a device, oldest first."""
    return [str(row[0]) for row in gateway.sql("select event from login_log where mac = ? order by id", mac)]


def test_a_session_survives_a_dhcp_renewal(surfer: Device) -> None:
    before = surfer.address
    surfer.renew()
    assert surfer.address == before
    assert surfer.online


def test_a_session_survives_a_new_address(surfer: Device) -> None:
    before = surfer.address
    number = int(before.rpartition(".")[2])
    surfer.join(extra=("-r", f"192.168.88.{number + 1 if number < 250 else number - 1}"))
    assert wait(lambda: surfer.online, 2)


def test_a_session_survives_sleep_and_roaming(surfer: Device) -> None:
    surfer.where.ip("link", "set", "eth0", "down")
    time.sleep(1)
    surfer.where.ip("link", "set", "eth0", "up")
    surfer.join()
    assert wait(lambda: surfer.online, 2)


def test_a_kick_stops_a_running_download_within_a_second(surfer: Device, gateway: Gateway) -> None:
    flow = packets.Flow(surfer.where, place.NET_ADDRESS)
    flow.pump(0.3)
    assert flow.lost == 0
    gateway.cli("kick", surfer.mac)
    back = flow.back
    flow.pump(1.0)
    flow.close()
    assert flow.back == back
    assert not surfer.online


def test_a_kick_stops_a_tcp_stream_and_its_conntrack_entries_go(surfer: Device, gateway: Gateway) -> None:
    stream = surfer.where.start("curl", "-sN", f"http://{place.NET_ADDRESS}/stream", "-o", str(gateway.directory / "stream"))
    taken = gateway.directory / "stream"
    assert wait(lambda: taken.exists() and taken.stat().st_size > 100, 3)
    gateway.cli("kick", surfer.mac)
    time.sleep(0.5)
    size = taken.stat().st_size
    time.sleep(1)
    stream.kill()
    stream.wait()
    assert taken.stat().st_size == size
    left = gateway.where.run("conntrack", "-L", "-s", surfer.address, "-r", place.NET_ADDRESS, check=False).stdout
    assert left == ""


def test_kicked_by_username_too(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher()
    guest.sign_in(username, passcode)
    assert guest.online
    gateway.cli("kick", username)
    assert not guest.online


def test_removing_a_voucher_ends_its_session(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher()
    guest.sign_in(username, passcode)
    assert guest.online
    gateway.api("remove_voucher", username=username)
    assert not guest.online
    page = guest.sign_in(username, passcode)
    assert not guest.online
    assert page.status != 500


def test_a_second_device_is_told_and_may_end_the_first_session(guest: Device, other: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher()
    guest.sign_in(username, passcode)
    assert guest.online
    page = other.sign_in(username, passcode)
    assert not other.online
    assert guest.online
    assert "device" in page.text.lower()
    other.submit(page, {}, wanted="replace")
    assert other.online
    assert not guest.online


def test_a_voucher_for_two_devices_admits_two_and_no_third(newcomer: Newcomer, gateway: Gateway) -> None:
    username, passcode = gateway.voucher_with("--devices", "2")
    devices = [newcomer(number) for number in (1, 2, 3)]
    for device in devices:
        device.sign_in(username, passcode)
    assert [device.online for device in devices] == [True, True, False]


def test_no_new_login_within_the_grant_after_signing_in_once(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway)
    guest.leave()
    time.sleep(0.5)
    guest.join()
    assert wait(lambda: guest.online, 2)


def test_wrong_passcodes_are_paused_after_five(guest: Device, other: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher()
    for _ in range(5):
        guest.sign_in(username, "wrong")
    page = guest.sign_in(username, passcode)
    assert not guest.online, "the sixth attempt must not be judged at all"
    assert page.status in (200, 429)
    other.sign_in(username, passcode)
    assert other.online, "another device is not held for it"


def test_logins_logouts_and_refusals_are_in_the_login_log(guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher()
    guest.sign_in(username, "wrong")
    guest.sign_in(username, passcode)
    gateway.cli("kick", guest.mac)
    assert log_of(gateway, guest.mac) == ["refusal", "login", "logout"]


def test_bytes_in_is_what_the_guest_sent(surfer: Device, gateway: Gateway) -> None:
    surfer.download(3 * MB)
    file = gateway.directory / "sent"
    file.write_bytes(bytes(1 * MB))
    surfer.curl("-T", str(file), "-X", "POST", f"http://{place.NET_ADDRESS}/up")

    def counted() -> bool:
        row = gateway.active()[surfer.mac]
        return 1 * MB < int(row["bytes-in"]) < 1.3 * MB and 3 * MB < int(row["bytes-out"]) < 3.3 * MB

    assert wait(counted, 12, every_s=0.5), gateway.active()[surfer.mac]

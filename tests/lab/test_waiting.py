"""What ends by itself after a minute. The guests came at the start of the run (`early`); here they are met again at their end."""

import time

from tests.lab.conftest import Early
from tests.lab.device import wait
from tests.lab.gateway import Gateway


def ended(gateway: Gateway, mac: str) -> str:
    """How the newest session of a device ended, by the login log; empty while it goes on."""
    row = gateway.sql("select end_reason from session where mac = ? order by id desc limit 1", mac)
    return str(row[0][0] or "")


def test_one_click_grants_its_minute_and_no_more(early: Early, gateway: Gateway) -> None:
    left = early.at + 60 - time.monotonic()
    if left > 5:
        assert early.free.online, "cut off before its time"
    assert wait(lambda: not early.free.online, max(left, 0) + 2, every_s=0.2)
    assert wait(lambda: ended(gateway, early.free.mac) == "expired", 12)
    assert early.free.mac not in gateway.active()


def test_a_silent_session_ends_by_its_idle_timeout(early: Early, gateway: Gateway) -> None:
    left = early.at + 60 - time.monotonic()
    assert wait(lambda: ended(gateway, early.napper.mac) == "idle", max(left, 0) + 15, every_s=0.5)
    assert early.napper.mac not in gateway.active()


def test_after_an_idle_end_the_next_packet_brings_the_guest_back_within_the_grant(early: Early) -> None:
    assert early.napper.portal().status == 200
    assert wait(lambda: early.napper.online, 3)

"""The uplink is looked at as the kernel has it."""

import subprocess
import sys

import pytest

from routerd.kernel.uplink import Uplink


@pytest.fixture
def uplink():
    made = Uplink("lo")
    yield made
    made.close()


def test_counters_grow_with_what_passes(uplink):
    before = uplink.counters()
    subprocess.run([sys.executable, "-c", "import socket; s = socket.socket(2, 2); s.sendto(b'x' * 5000, ('127.0.0.1', 9))"], check=True)
    after = uplink.counters()
    assert after[0] >= before[0] + 5000
    assert after[1] >= before[1] + 5000


def test_a_missing_interface_has_no_carrier_and_no_counters():
    missing = Uplink("nosuch0")
    assert (missing.carrier(), missing.counters()) == (False, None)
    missing.close()


def test_it_can_be_asked_again_after_it_was_closed(uplink):
    assert uplink.carrier() is True
    uplink.close()
    uplink.close()
    assert uplink.carrier() is True
    assert uplink.routed() in (True, False)

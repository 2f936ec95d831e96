"""Debian's smsd takes our spool files and hands them to a modem: a stand-in on a pseudo-terminal that answers AT commands."""

import contextlib
import os
import pty
import re
import shutil
import subprocess
import threading
import time
import tty
from select import select

import pytest

from routerd.core.messaging import SmsSettings, SmstoolsSettings
from routerd.courier.sms.catalogue import make

SMSD = "/usr/sbin/smsd"

CONFIGURATION = """
devices = GSM1
outgoing = {home}/outgoing
checked = {home}/checked
failed = {home}/failed
incoming = {home}/incoming
sent = {home}/sent
logfile = {home}/log
loglevel = 7
infofile = {home}/info
pidfile = {home}/pid
terminal = yes
delaytime = 1
errorsleeptime = 1

[GSM1]
device = {device}
incoming = no
check_network = 0
init = AT
memory_start = 1
sending_disabled = no
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which(SMSD), reason="needs root and smstools")


class Modem:
    """Answers AT commands (3GPP TS 27.005) and keeps the PDUs that it is given."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self.pdus: list[str] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def _serve(self) -> None:
        heard = b""
        while not self._stopping.is_set():
            if not select([self._master], [], [], 0.05)[0]:
                continue
            heard += os.read(self._master, 4096)
            while found := re.search(rb"[\r\x1a]", heard):
                line, heard = heard[: found.end()], heard[found.end() :]
                self._answer(line)

    def _answer(self, line: bytes) -> None:
        if line.endswith(b"\x1a"):
            self.pdus.append(line[:-1].decode().strip())
            os.write(self._master, b"\r\n+CMGS: 1\r\n\r\nOK\r\n")
        elif b"+CMGS=" in line:
            os.write(self._master, b"\r\n> ")
        elif line.strip():
            os.write(self._master, b"\r\nOK\r\n")


def decoded(pdu: str) -> tuple[str, str]:
    """Number and text of an SMS-SUBMIT (3GPP TS 23.040, 9.2.2.2) without validity period or with a relative one."""
    octets = bytes.fromhex(pdu)
    rest = octets[1 + octets[0] :]
    flags, digits = rest[0], rest[2]
    address = rest[4 : 4 + (digits + 1) // 2]
    number = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in address)[:digits]
    rest = rest[4 + len(address) :]
    coding = rest[1]
    rest = rest[3:] if flags & 0x18 else rest[2:]
    length, data = rest[0], rest[1:]
    if coding & 0x0C == 0x08:
        return number, data[:length].decode("utf-16-be")
    bits = int.from_bytes(data, "little")
    return number, "".join(chr(bits >> 7 * at & 0x7F) for at in range(length))


@pytest.fixture
def home(tmp_path):
    for name in ("outgoing", "checked", "failed", "incoming", "sent"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_a_message_goes_from_the_spool_through_smsd_to_the_modem(home) -> None:
    with Modem() as modem:
        (home / "smsd.conf").write_text(CONFIGURATION.format(home=home, device=modem.device))
        daemon = subprocess.Popen(
            [SMSD, "-c", str(home / "smsd.conf"), "-t"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            carrier = make(SmsSettings(provider="smstools", smstools=SmstoolsSettings(str(home / "outgoing"))))
            carrier.send("+491711234567", "Your code: 123456")
            carrier.send("+66812345678", "รหัส 123456")
            until = time.monotonic() + 20
            while len(modem.pdus) < 2 and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            daemon.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(5)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(daemon.pid, 9)
            daemon.wait(5)
    log = (home / "log").read_text(errors="replace") if (home / "log").exists() else "no log"
    assert sorted(decoded(pdu) for pdu in modem.pdus) == [("491711234567", "Your code: 123456"), ("66812345678", "รหัส 123456")], log

"""Text messages through Debian's Kannel: its sendsms service takes them, and its own message centre understands our SMPP."""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from routerd.core.errors import Unavailable
from routerd.core.messaging import KannelSettings, SmppSettings, SmsSettings
from routerd.courier.sms.catalogue import make

TOOLS = Path("/usr/lib/kannel/test")
NUMBER = "+491711234567"

CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = x
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"

group = smsc
smsc = fake
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = wifi
password = secret

group = sms-service
keyword = default
text = "no"
"""

pytestmark = pytest.mark.skipif(not shutil.which("bearerbox") or not TOOLS.exists(), reason="needs kannel and kannel-extras")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def running(where: Path, name: str, *words: str):
    """A program whose output goes to a file; `read` gives it."""
    output = where / f"{name}.out"
    with output.open("wb") as file:
        program = subprocess.Popen(words, cwd=where, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield lambda: output.read_text(errors="replace")
    finally:
        program.kill()
        program.stdin.close()
        program.wait(10)


def soon(condition, wait_s: float = 10) -> bool:
    until = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def sent(carrier, text: str) -> bool:
    """Whether Kannel took it; it hangs up while its own parts do not know each other yet."""
    with contextlib.suppress(Unavailable):
        carrier.send(NUMBER, text)
        return True
    return False


def test_a_real_kannel_takes_messages_and_hands_them_on(tmp_path) -> None:
    admin, box, centre, http = free_ports(4)
    (tmp_path / "kannel.conf").write_text(CONFIGURATION.format(admin=admin, box=box, centre=centre, http=http))
    with contextlib.ExitStack() as programs:
        boxed = programs.enter_context(running(tmp_path, "bearerbox", "/usr/sbin/bearerbox", "kannel.conf"))
        assert soon(lambda: listens(box) and listens(admin)), boxed()
        served = programs.enter_context(running(tmp_path, "smsbox", "/usr/sbin/smsbox", "kannel.conf"))
        words = (str(TOOLS / "fakesmsc"), "-H", "127.0.0.1", "-r", str(centre), "-v", "0")
        received = programs.enter_context(running(tmp_path, "fakesmsc", *words))
        assert soon(lambda: listens(http)), served()
        url = f"http://127.0.0.1:{http}/cgi-bin/sendsms"
        carrier = make(SmsSettings(provider="kannel", sender="Hotel", kannel=KannelSettings(url, "wifi", "secret")))
        assert soon(lambda: sent(carrier, "Your code: 123456 & more")), served()
        assert soon(lambda: "123456+%26+more" in received() or "123456 & more" in received()), received()
        assert NUMBER.removeprefix("+") in received()
        stranger = make(SmsSettings(provider="kannel", kannel=KannelSettings(url, "wifi", "wrong")))
        with pytest.raises(Unavailable, match="Authorization failed"):
            stranger.send(NUMBER, "x")


@pytest.mark.parametrize("text", ["Your code: 123456", "Caf\u00e9 123456"])
def test_kannel_s_own_message_centre_understands_our_smpp(tmp_path, text) -> None:
    (port,) = free_ports(1)
    with running(tmp_path, "centre", str(TOOLS / "drive_smpp"), "-p", str(port), "-m", "0", "-v", "0") as said:
        own = SmppSettings("127.0.0.1", port, system_id="wifi", password="secret")
        carrier = make(SmsSettings(provider="smpp", sender="Hotel", timeout_s=3, smpp=own))
        assert soon(lambda: "Started thread 1" in said())
        time.sleep(0.2)
        carrier.send(NUMBER, text)
        assert soon(lambda: "of type unbind" in said()), said()
        steps = [line.rpartition(" ")[2] for line in said().splitlines() if "Handling SMPP PDU" in line]
        assert steps == ["bind_transmitter", "submit_sm", "unbind"]
        if text.isascii():
            assert f"short_message = <{text}>" in said()

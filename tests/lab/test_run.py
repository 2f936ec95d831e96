"""`make run` and `make guest`: up within ten seconds, a guest's whole visit, and nothing left behind, however it ends."""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.device import wait
from tests.lab.network import PREFIX, ROOT, clear_stale, management_interface
from tests.lab.run import TAG, URL

OWN = "ownrun"


class Run:
    """`python -m tests.lab.run` as a person starts it."""

    def __init__(self) -> None:
        command = (sys.executable, "-m", "tests.lab.run", "--tag", OWN)
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        assert wait(lambda: "Play a guest" in self.text, 10), self.text

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            self.said.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(15)
        self._reader.join(15)
        return code


@pytest.fixture
def run() -> Iterator[Run]:
    if (Path(tempfile.gettempdir()) / f"{PREFIX}{TAG}").exists():
        pytest.skip("somebody's own lab is running here, on the same management addresses")
    started = Run()
    yield started
    started.process.kill()
    started.process.wait(5)
    clear_stale()


def left_behind() -> list[str]:
    """Everything of the lab that is still there."""
    found = [str(path) for where in ("/run/netns", "/etc/netns", tempfile.gettempdir()) for path in Path(where).glob(f"{PREFIX}{OWN}*")]
    links = Path("/sys/class/net") / management_interface(OWN)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return found + [str(links)] * links.exists() + [line for line in running.splitlines() if f"{PREFIX}{OWN}" in line]


def test_a_guest_is_played_from_joining_to_the_status_page_and_ctrl_c_leaves_nothing(run: Run) -> None:
    page = subprocess.run(["curl", "-sSL", "-m", "5", f"{URL}/"], capture_output=True, text=True, check=True).stdout
    assert "routerd" in page
    lines = run.text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.strip().startswith("curl"))
    pasted = "\n".join(lines[start : start + 2])
    assert '"users"' in subprocess.run(["sh", "-c", pasted], capture_output=True, text=True, check=True).stdout
    played = subprocess.run(
        [sys.executable, "-m", "tests.lab.guest", "--tag", OWN], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    for words in ("DHCP gave 192.168.88.", "302 http://192.168.88.1/", "204, online", "Downloaded 50 MB", "Time left"):
        assert words in played, played
    assert run.end(signal.SIGINT) == 0
    assert left_behind() == []


def test_what_a_killed_run_left_the_next_lab_clears_away(run: Run) -> None:
    run.process.kill()
    run.process.wait(5)
    assert left_behind() != []
    clear_stale()
    assert left_behind() == []

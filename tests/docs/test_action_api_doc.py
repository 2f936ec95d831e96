"""docs/action-api.md is true: its curl lines run against the real door, and the answers have the shapes that it shows."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from routerd.api.messages import __dict__ as spoken
from routerd.core.durations import VALIDITIES
from routerd.core.events import HostSighted
from routerd.web.server import WebServer, bind_tcp
from tests.api.house import House
from tests.api.test_people import ROWS, keep
from tests.api.test_routes import ACTIONS

PAGE = Path(__file__).parents[2] / "docs" / "action-api.md"
EXAMPLE = re.compile(r"```sh\n(curl [^\n]+)\n```\n(?:\n```json\n(.*?)\n```\n)?", re.DOTALL)
EXAMPLES = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A door with somebody in every list, on a loopback port."""
    house = House(tmp_path_factory.mktemp("doc"))
    house.access.set(post=True, get=True)
    for table in ROWS:
        keep(house, table)
    house.act("create_voucher", username="kept", passcode="pass", download_limit=100)
    house.guests.sighted(HostSighted("main", "a1:b2:c3:d4:e5:f6", "192.168.88.20", "johns-phone"))
    house.guests.sighted(HostSighted("main", "a1:b2:c3:d4:e5:f6", "fd00:88::1234"))
    house.sign_in("kept", "pass")
    listener = bind_tcp("127.0.0.1", 0)
    server = WebServer("api", house.front, [listener], threads=2)
    server.start()
    yield house, f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
    server.stop()
    house.store.stop()


def shape(value):
    """Names and types; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else type(value).__name__


def test_there_is_an_example_of_every_action():
    assert {re.search(r'action(?:=|": ")(\w+)', command)[1] for command, _ in EXAMPLES} == ACTIONS


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[re.search(r"\w+_\w+", command)[0] for command, _ in EXAMPLES])
def test_the_curl_line_runs_and_answers_as_shown(served, command, shown):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    house, endpoint = served
    assert "http://192.168.10.1/api/" in command
    assert "your-api-key" in command
    line = command.replace("http://192.168.10.1/api/", endpoint).replace("your-api-key", house.key)
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=30)
    told = json.loads(ran.stdout)
    assert told.get("error", False) is False, told
    if shown:
        assert nullable(shape(told)) == nullable(shape(json.loads(shown)))


def nullable(told):
    """Fields that may be null are told apart by name only."""
    if isinstance(told, dict):
        return {name: "?" if name in ("MAC", "first_login", "last_login") else nullable(inner) for name, inner in told.items()}
    return [nullable(inner) for inner in told] if isinstance(told, list) else told


def test_every_message_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    assert [words for name, words in spoken.items() if name.isupper() and words not in page] == []


def test_every_validity_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    ranged = {f"{hours} hours" for hours in range(3, 23)} | {f"{days} days" for days in range(3, 30)}
    assert [validity for validity in VALIDITIES if validity not in ranged and f"`{validity}`" not in page] == []

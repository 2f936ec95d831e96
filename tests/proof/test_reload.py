"""Rules are exchanged as a whole while requests go on, and a killed daemon comes back with those that it had."""

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.proof.box import Box, asked
from tests.proof.recorder import Recorder
from tests.proof.reload import ATTACK, reloaded, version

RELOADS = 4
CLIENTS = 3


@contextmanager
def hammering(port: int) -> Iterator[Counter[int]]:
    """Clients that ask as fast as they can, each over one connection; their answers' statuses, 0 for none."""
    found: Counter[int] = Counter()
    over = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while not over.is_set():
            try:
                connection.request("POST", "/x?a=b", b"c=d", {"Content-Type": "application/x-www-form-urlencoded"})
                answer = connection.getresponse()
                answer.read()
                found[answer.status] += 1
            except (OSError, http.client.HTTPException):
                found[0] += 1
        connection.close()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


def test_no_request_fails_or_is_judged_by_two_versions_while_rules_are_exchanged(tmp_path: Path) -> None:
    rules = tmp_path / "version.conf"
    rules.write_text(version(0), encoding="utf-8")
    with Recorder() as recorder, Box(tmp_path / "box", recorder.port, {"mode": "on", "rules": [str(rules)]}) as box:
        with hammering(box.port) as found:
            assert all(reloaded(box, rules, number) for number in range(1, RELOADS + 1))
        assert set(found) == {200}
        rules.write_text("SecRule ARGS @nonsense id:1", encoding="utf-8")
        told = box.reread()
        assert "nonsense" in told["faults"][0]
        assert reloaded_is(box, RELOADS)


def reloaded_is(box: Box, number: int) -> bool:
    """Whether a version judges at this moment."""
    return asked(box.port, b"/version/%d" % number) == 418


def test_a_killed_daemon_comes_back_with_the_same_rules_even_if_their_files_are_broken_now(tmp_path: Path) -> None:
    rules = tmp_path / "own.conf"
    rules.write_text('SecRule ARGS:id "@rx union" "id:1,phase:2,deny,status:403,t:none"\n', encoding="utf-8")
    with Recorder() as recorder, Box(tmp_path / "box", recorder.port, {"mode": "on", "rules": [str(rules)]}) as box:
        assert asked(box.port, ATTACK) == 403
        before = box.waf()["hash"]
        box.kill()
        box.start()
        assert (asked(box.port, ATTACK), asked(box.port), box.waf()["hash"]) == (403, 200, before)
        box.kill()
        rules.write_text("SecNonsense", encoding="utf-8")
        box.start()
        assert (asked(box.port, ATTACK), asked(box.port), box.waf()["from_shelf"]) == (403, 200, True)

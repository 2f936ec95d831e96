"""With [store], [edge], [waf] and [[sites]] alone the daemon guards sites and does nothing else, as any user, on high ports."""

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guarding.box import ROOT, Box, Upstream, asked, wait

SETTINGS = """
[store]
url = "sqlite:///{place}/routerd.db"
[edge]
http = ["127.0.0.1:{http}"]
https = ["127.0.0.1:{https}"]
trusted_proxies = []
[waf]
mode = "on"
rules = ["builtin"]
audit_log = "{place}/waf-audit.jsonl"
[[sites]]
name = "main"
domain = "example.test, www.example.test"
target_url = "{upstream}"
[[sites]]
name = "watched"
domain = "watched.test"
target_url = "{upstream}"
mode = "detect"
"""
ATTACK = "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as made:
        yield made
        made.shutdown()


@pytest.fixture(scope="module")
def box(upstream: Upstream) -> Iterator[Box]:
    made = Box(SETTINGS.replace("{upstream}", upstream.url))
    made.start()
    yield made
    made.close()


def test_a_request_goes_through_and_the_upstream_learns_who_asked(box: Box) -> None:
    status, body = box.get("/a%20b?c=d", **{"X-Forwarded-For": "6.6.6.6"})
    told = json.loads(body)
    assert (status, told["path"]) == (200, "/a%20b?c=d")
    assert (told["headers"]["host"], told["headers"]["x-forwarded-for"]) == ("example.test", "127.0.0.1")


def test_an_attack_is_refused_never_forwarded_and_audited(box: Box, upstream: Upstream) -> None:
    before = len(upstream.seen)
    status, page = box.get(ATTACK)
    assert status == 403
    assert b"UNION" not in page
    assert upstream.seen[before:] == []
    line = next(line for line in box.audited() if line["host"] == "example.test")
    assert (line["client"], line["method"], line["uri"], line["action"]) == ("127.0.0.1", "GET", ATTACK, "block")
    assert line["rule_ids"]


def test_a_site_of_its_own_mode_lets_it_through_and_notes_it(box: Box) -> None:
    assert box.get(ATTACK, "watched.test")[0] == 200
    assert wait(lambda: any(line["host"] == "watched.test" for line in box.audited()))
    assert {line["action"] for line in box.audited() if line["host"] == "watched.test"} == {"detect"}


def test_a_name_that_is_nobodys_is_not_served(box: Box) -> None:
    assert box.get("/", "nowhere.test")[0] == 404


def test_tls_shows_a_certificate_of_its_own_making_that_stays(box: Box) -> None:
    with box.secure("www.example.test") as first, box.secure("example.test") as second:
        shown = first.getpeercert(binary_form=True)
        assert shown == second.getpeercert(binary_form=True)
    assert shown is not None
    with box.secure("www.example.test", trust=ssl.DER_cert_to_PEM_cert(shown)) as trusted:
        trusted.sendall(b"GET / HTTP/1.1\r\nHost: www.example.test\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: trusted.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"x-forwarded-proto": "https"' in answer
    with box.secure("watched.test") as other:
        assert other.getpeercert(binary_form=True) != shown


def test_it_is_nobody_and_keeps_its_key_and_its_log_to_itself(box: Box) -> None:
    if not box.user:
        pytest.skip("only root can start it as somebody else, and only where others may read the program")
    status = Path(f"/proc/{box.pid}/status").read_text()
    assert "CapEff:\t0000000000000000" in status
    assert Path(f"/proc/{box.pid}").owner() == "nobody"
    kept = [file for file in box.place.rglob("*") if file.is_file() and file.name in ("box.key", "routerd.db", "waf-audit.jsonl")]
    assert len(kept) == 3
    assert [file.name for file in kept if file.stat().st_mode & 0o007] == []


def test_a_reload_changes_sites_and_rules_on_connections_that_stay(box: Box, upstream: Upstream) -> None:
    ended, failures, done = threading.Event(), [], []

    def busy() -> None:
        with contextlib.closing(box.connection()) as connection:
            while not ended.is_set():
                status, _ = asked(connection, "/")
                failures.extend([status] if status != 200 else [])
                done.append(status)

    settings = SETTINGS.replace("{upstream}", upstream.url)
    with contextlib.closing(box.connection()) as kept:
        asked(kept, "/")
        socket = kept.sock
        client = threading.Thread(target=busy)
        client.start()
        for round_ in range(3):
            box.configure(settings.replace("watched.test", f"round{round_}.test"))
            box.reload()
            assert asked(kept, "/", f"round{round_}.test")[0] == 200
            assert asked(kept, "/", "watched.test")[0] == 404
        box.configure(settings)
        box.reload()
        ended.set()
        client.join()
        assert kept.sock is socket
    assert failures == []
    assert len(done) > 10
    assert box.get(ATTACK)[0] == 403


def test_a_reload_takes_other_rules_into_use(box: Box, upstream: Upstream) -> None:
    settings = SETTINGS.replace("{upstream}", upstream.url)
    own = box.place / "own.conf"
    own.write_text('SecRule REQUEST_FILENAME "@streq /teapot" "id:1,phase:1,deny,status:418"\n')
    own.chmod(0o644)
    box.configure(settings.replace('["builtin"]', f'["builtin", "{own}"]'))
    box.reload()
    assert wait(lambda: box.get("/teapot")[0] == 418)
    box.configure(settings)
    box.reload()
    assert wait(lambda: box.get("/teapot")[0] == 200)


def test_a_reload_that_needs_everything_anew_drops_no_connection_either(box: Box, upstream: Upstream) -> None:
    settings = SETTINGS.replace("{upstream}", upstream.url)
    with contextlib.closing(box.connection()) as kept:
        asked(kept, "/")
        socket = kept.sock
        box.configure(settings + '[system]\ntime_zone = "Europe/Berlin"\n')
        box.reload()
        assert asked(kept, "/")[0] == 200
        assert kept.sock is socket
        assert asked(kept, ATTACK)[0] == 403
    box.configure(settings)
    box.reload()


def test_a_faulty_file_changes_nothing_and_check_names_the_fault(box: Box, upstream: Upstream) -> None:
    settings = SETTINGS.replace("{upstream}", upstream.url)
    box.configure(settings.replace('domain = "watched.test"', 'domain = "www.example.test"'))
    seen = box.log.stat().st_size
    os.kill(box.pid, signal.SIGHUP)
    box.wait("the configuration is faulty", seen)
    assert box.get("/", "watched.test")[0] == 200
    ran = subprocess.run(
        [sys.executable, "-m", "routerd", "check", "--config", box.config], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "www.example.test" in ran.stdout) == (2, True)
    box.configure(settings)


def test_after_kill_9_it_is_back_at_once_with_the_same_rules(box: Box) -> None:
    with box.secure("example.test") as before:
        shown = before.getpeercert(binary_form=True)
    box.stop(signal.SIGKILL)
    box.start()
    assert box.get("/")[0] == 200
    assert box.get(ATTACK)[0] == 403
    with box.secure("example.test") as after:
        assert after.getpeercert(binary_form=True) == shown


def test_it_ends_with_status_0_when_it_is_told_to(box: Box) -> None:
    assert box.stop() == 0
    errors = [line for line in box.log.read_text().splitlines() if " ERROR " in line]
    assert [line for line in errors if "www.example.test" not in line and "the configuration is faulty" not in line] == []

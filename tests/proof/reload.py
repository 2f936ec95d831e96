"""Reloads at full speed, and what a killed daemon comes back with.

python -m tests.proof.reload [--reloads N] [--rules SOURCE …]

Each version of the rules says in every phase which it is, and refuses with 500 what another version has begun. wrk asks as fast as it
can meanwhile and counts whatever is not a 200. Exit status 0: nothing failed, each version came into force, and after SIGKILL the same
rules judged again in time.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import peer
from tests.bench.waf import SCRIPT
from tests.proof.box import Box, asked, free_port

RELOADS = 20
BACK_S = 2.0
IN_FORCE = 418
IN_FORCE_S = 60
KILLS = 3
ATTACK = b"/?id=1%27%20union%20select%201,2,3--"


def version(number: int) -> str:
    """Rules that know which version they are."""
    wrong = f'"!@streq {number}"'
    phases = "".join(
        f"SecRule TX:begun {wrong} \"id:{100 + phase},phase:{phase},deny,status:500,log,t:none,msg:'judged by two versions'\"\n"
        for phase in (2, 3, 4)
    )
    return (
        f'SecAction "id:100,phase:1,pass,nolog,t:none,setvar:tx.begun={number}"\n{phases}'
        f'SecRule REQUEST_FILENAME "@streq /version/{number}" "id:110,phase:2,deny,status:{IN_FORCE},nolog,t:none"\n'
    )


def in_force(port: int, number: int) -> bool:
    """Wait until a version judges; False when it never does."""
    until = time.monotonic() + IN_FORCE_S
    while time.monotonic() < until:
        if asked(port, b"/version/%d" % number) == IN_FORCE:
            return True
        time.sleep(0.05)
    return False


def reloaded(box: Box, rules: Path, number: int) -> bool:
    """Bring a version into force: by SIGHUP and by the command in turns."""
    rules.write_text(version(number), encoding="utf-8")
    if number % 2:
        box.reload()
    else:
        box.reread()
    return in_force(box.port, number)


def _load(port: int) -> "subprocess.Popen[str]":
    words = ["wrk", "-t", "1", "-c", "16", "-d", "3600s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}/", "--", "get", "1"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def under_load(place: Path, sources: list[str], reloads: int) -> list[str]:
    """What went wrong."""
    rules = place / "version.conf"
    rules.write_text(version(0), encoding="utf-8")
    port = free_port()
    behind = peer.upstream(place / "upstream", port)
    wrong = []
    try:
        with Box(place / "box", port, {"mode": "on", "rules": [*sources, str(rules)]}) as box:
            load = _load(box.port)
            took = []
            for number in range(1, reloads + 1):
                begun = time.monotonic()
                if not reloaded(box, rules, number):
                    wrong.append(f"version {number} did not come into force")
                took.append(time.monotonic() - begun)
            load.send_signal(2)
            told = load.communicate()[0]
            print(f"{reloads} reloads, {min(took):.2f} to {max(took):.2f} s each\n{told}")
            wrong += [line.strip() for line in told.splitlines() if "Non-2xx" in line or "Socket errors" in line]
            if box.tail(100_000).count("judged by two versions"):
                wrong.append("a request was judged by two versions")
    finally:
        behind.stop()
    return wrong


def killed(place: Path, sources: list[str]) -> list[str]:
    """What was wrong with how it came back."""
    wrong = []
    port = free_port()
    behind = peer.upstream(place / "upstream", port)
    try:
        with Box(place / "killed", port, {"mode": "on", "rules": sources}) as box:
            before = box.waf()["hash"]
            for _ in range(KILLS):
                box.kill()
                took_s = box.start()
                print(f"back after {took_s:.2f} s")
                if took_s > BACK_S:
                    wrong.append(f"back after {took_s:.2f} s")
                if (asked(box.port), asked(box.port, ATTACK), box.waf()["hash"]) != (200, 403, before):
                    wrong.append("other rules judge")
    finally:
        behind.stop()
    return wrong


def main() -> int:
    """0 when nothing went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.reload", description=__doc__.partition("\n")[0])
    parser.add_argument("--reloads", type=int, default=RELOADS)
    parser.add_argument("--rules", nargs="*", default=["builtin"], help="sources of the rule set beside the versions")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        wrong = under_load(Path(place), arguments.rules, arguments.reloads) + killed(Path(place) / "two", arguments.rules)
    print("\n".join(wrong) or "nothing went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

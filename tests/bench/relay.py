"""(j) The cloud endpoint: what a relay adds to a request, how many pass, and what an idle box costs the relay in memory.

The same wrk asks the same box from the same namespace, once directly and once through the relay (TLS, nginx, sshd, ssh), in turns.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure, at_most, median, spread
from tests.bench.load import Load, wrk
from tests.lab.network import ROOT
from tests.relay.world import API_PORT, CLIENT, SSH_PORT, Box, Relay, World, wait

ROUNDS = 5
RUN_S = 3
ADDED_MS = 1.0
PER_SECOND = 1_000
CONNECTIONS = 16
IDLE_BOXES = 1_000
AT_ONCE = 50

_ENROL = """
import json, sys
from routerd_relay import commands, settings
told = settings.load()
for at, key in enumerate(json.load(sys.stdin)):
    lines = commands.enrol(told, f"idle{at}", key).splitlines()
    print(next(line for line in lines if line.startswith("address")).split(" = ")[1])
"""


def run() -> list[Figure]:
    """The figures."""
    with World() as world:
        box, relay = world.boxes[0], world.relays[0]
        box.configure([relay.enrol(box.name, box.public_key())])
        box.start()
        box.api_on()
        box.up()
        found = _rounds(world, box, relay)
        memory = _idle(world, relay)
    return [*_speed(found), *memory]


def _rounds(world: World, box: Box, relay: Relay) -> dict[str, list[Load]]:
    where = world.spaces[CLIENT]
    body = {"api-key": box.key, "action": "get_guest_hosts"}
    ways = {"direct": (f"http://{box.address}:{API_PORT}/api/", []), "relay": (f"https://{relay.address}/api/", [f"Host: {box.host}"])}
    found: dict[str, list[Load]] = {}
    for _ in range(ROUNDS):
        for connections in (1, CONNECTIONS):
            for way, (url, headers) in ways.items():
                load = wrk(where, url, RUN_S, headers=headers, post=body, connections=connections)
                found.setdefault(f"{way} {connections}", []).append(load)
    return found


def _speed(found: dict[str, list[Load]]) -> list[Figure]:
    added = [through.p50_ms - direct.p50_ms for through, direct in zip(found["relay 1"], found["direct 1"], strict=True)]
    rate, direct = ([load.per_second for load in found[f"{way} {CONNECTIONS}"]] for way in ("relay", "direct"))
    p50 = median([load.p50_ms for load in found["direct 1"]])
    return [
        at_most("latency p50 added by the relay", median(added), "ms", ADDED_MS, f"direct {p50:.2f} ms; {spread(added)}"),
        Figure(f"requests at {CONNECTIONS} connections", median(rate), "/s", PER_SECOND, "aim", least=1, note=spread(rate)),
        Figure(f"requests at {CONNECTIONS} connections", median(rate), "/s", median(direct), "direct waitress"),
    ]


def _idle(world: World, relay: Relay) -> list[Figure]:
    keys = world.directory / "idle"
    keys.mkdir()
    before = _memory(relay)
    with _clients(world, relay, keys):
        time.sleep(2)
        after = _memory(relay)
    each = {name: (after[name] - before.get(name, 0)) / IDLE_BOXES for name in after}
    parts = ", ".join(f"{name} {kib:.0f} KiB" for name, kib in sorted(each.items()))
    return [at_most(f"memory of the relay for an idle box, of {IDLE_BOXES:,}", sum(each.values()) / 1024, "MiB", 4, f"PSS: {parts}")]


@contextmanager
def _clients(world: World, relay: Relay, keys: Path) -> Iterator[None]:
    """So many boxes, each by nothing but the ssh client that routerd would start."""
    made = [keys / f"{at}" for at in range(IDLE_BOXES)]
    for path in made:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    addresses = _enrol(relay, [path.with_suffix(".pub").read_text(encoding="ascii") for path in made])
    host_key = (relay.root / "etc/ssh_host_ed25519_key.pub").read_text(encoding="ascii").split()[:2]
    (keys / "known").write_text(f"[{relay.address}]:{SSH_PORT} {' '.join(host_key)}\n", encoding="ascii")
    running: list[subprocess.Popen[bytes]] = []
    try:
        for at, (path, address) in enumerate(zip(made, addresses, strict=True)):
            running.append(_client(world.boxes[1], relay, path, address, at))
            if at % AT_ONCE == AT_ONCE - 1:
                _connected(relay, at + 1)
        yield
    finally:
        for program in running:
            program.kill()
            program.communicate()


def _client(box: Box, relay: Relay, key: Path, address: str, at: int) -> "subprocess.Popen[bytes]":
    words = ["ssh", "-F", "none", "-T", "-p", str(SSH_PORT), "-i", str(key), "-o", f"UserKnownHostsFile={key.parent / 'known'}"]
    words += ["-o", "BatchMode=yes", "-R", f"{address}:8080:/nowhere.sock", f"routerd-relay@{relay.address}", f"hold {at:012x} post"]
    return box.where.start(*words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _connected(relay: Relay, count: int) -> None:
    if not wait(lambda: sum(row["connected"] for row in relay.boxes().values()) >= count, 60, every_s=0.2):
        raise RuntimeError(f"fewer than {count} boxes are connected:\n{relay.logs()}")


def _enrol(relay: Relay, keys: list[str]) -> list[str]:
    environment = {"ROUTERD_RELAY_CONF": str(relay.root / "etc/relay.conf"), "PYTHONPATH": str(relay.root / "lib")}
    done = relay.where.run(sys.executable, "-c", _ENROL, input=json.dumps(keys), timeout=120, env=environment, cwd=ROOT)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _memory(relay: Relay) -> dict[str, int]:
    """KiB by program in the relay's namespace, shared pages counted by halves, thirds and so on (PSS)."""
    found: dict[str, int] = {}
    for pid in relay.where.pids():
        name = Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                found[name] = found.get(name, 0) + int(line.split()[1])
    return found

"""A small internet of namespaces: two relays with the real sshd and nginx, boxes that run routerd, a client.

The one stand-in is for systemd, which does not run here: a thread does what routerd-relay-reload.path does (it runs
`routerd-relay reload` whenever the file `wanted` changes).
"""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.lab.gateway import toml
from tests.lab.namespace import Namespace, batch
from tests.lab.network import ROOT

DOMAIN = "w-router.test"
PACKAGE = ROOT / "packaging" / "relay"
SWITCH, RELAYS, BOXES, CLIENT = "switch", ("relay1", "relay2"), ("box1", "box2"), "client"
ADDRESSES = {"relay1": "203.0.113.11", "relay2": "203.0.113.12", "box1": "203.0.113.21", "box2": "203.0.113.22", "client": "203.0.113.31"}
ACCOUNT = "routerd-relay"
SSH_PORT = 7022
API_PORT = 8088


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTPS."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class World:
    """Everything; use it as a context manager."""

    def __init__(self) -> None:
        self.tag = f"{os.getpid():x}"
        self.directory = Path(tempfile.mkdtemp(prefix="routerd-relay-world-"))
        self.spaces = {name: Namespace(f"rrl{self.tag}-{name}") for name in (SWITCH, *ADDRESSES)}
        self.programs: list[subprocess.Popen[Any]] = []
        self.relays: list[Relay] = []
        self.boxes: list[Box] = []

    def __enter__(self) -> Self:
        try:
            self._cable()
            self._certificate()
            self.relays = [Relay(self, name) for name in RELAYS]
            self.boxes = [Box(self, name) for name in BOXES]
            for relay in self.relays:
                relay.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for relay in self.relays:
            relay.close()
        for space in self.spaces.values():
            space.remove()
        for program in self.programs:
            program.wait(5)
        shutil.rmtree(self.directory, ignore_errors=True)

    def post(self, relay: "Relay", host: str, fields: Mapping[str, object], **more: Any) -> Reply:
        """POST JSON to /api/ of a name at one relay, from the client."""
        return self.ask(relay, host, "POST", "/api/", json.dumps(fields).encode(), **more)

    def ask(self, relay: "Relay", host: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request over TLS with the relays' certificate checked."""
        with self.connect(relay, host) as stream:
            return exchange(stream, host, method, path, body, headers or {})

    def connect(self, relay: "Relay", host: str) -> ssl.SSLSocket:
        """A TLS connection from the client."""
        plain = self.spaces[CLIENT].socket(socket.AF_INET, socket.SOCK_STREAM)
        stream = ssl.create_default_context(cafile=str(self.directory / "cert.pem")).wrap_socket(plain, server_hostname=host)
        stream.settimeout(10)
        try:
            stream.connect((relay.address, 443))
        except BaseException:
            stream.close()
            raise
        return stream

    def _cable(self) -> None:
        batch([f"netns add {space.name}" for space in self.spaces.values()])
        switch = self.spaces[SWITCH]
        switch.batch(["link add br0 type bridge", "link set br0 up", "link set lo up"])
        for name, address in ADDRESSES.items():
            space = self.spaces[name]
            batch([f"link add {name} netns {switch.name} type veth peer name eth0 netns {space.name}"])
            switch.batch([f"link set {name} master br0 up"])
            space.batch(["link set lo up", f"address add {address}/24 dev eth0", "link set eth0 up"])

    def _certificate(self) -> None:
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        words += ["-subj", f"/CN=*.{DOMAIN}", "-addext", f"subjectAltName=DNS:*.{DOMAIN}"]
        words += ["-keyout", str(self.directory / "key.pem"), "-out", str(self.directory / "cert.pem")]
        subprocess.run(words, check=True, capture_output=True)


class Relay:
    """One relay: packaging/relay installed into a directory, its account known in its namespace alone."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.address = ADDRESSES[name]
        self.where = world.spaces[name]
        self.root = Path(f"/run/routerd-relay-test-{world.tag}-{name}")  # sshd wants every directory above its scripts to be root's
        self.sshd: subprocess.Popen[Any] | None = None
        self.nginx: subprocess.Popen[Any] | None = None
        self._over = threading.Event()
        self._install()
        self._watch = threading.Thread(target=self._reload_when_wanted, daemon=True)
        self._watch.start()

    def run(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """`routerd-relay WORDS`."""
        environment = {**os.environ, "ROUTERD_RELAY_CONF": str(self.root / "etc/relay.conf")}
        return self.where.run(str(self.root / "lib/routerd-relay"), *words, check=check, env=environment)

    def start(self) -> None:
        """sshd and nginx."""
        self.start_sshd()
        self.start_nginx()

    def start_sshd(self) -> None:
        """In the foreground, as its unit does."""
        log = (self.root / "sshd.log").open("ab")
        config = str(self.root / "etc/sshd_config")
        self.sshd = self.where.start("/usr/sbin/sshd", "-D", "-e", "-f", config, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.world.programs.append(self.sshd)
        self._wait_for(SSH_PORT)

    def start_nginx(self) -> None:
        """The machine's nginx with a main file of its own, which includes what `apply` wrote."""
        words = ("nginx", "-c", str(self.root / "nginx-main.conf"), "-p", str(self.root))
        log = (self.root / "nginx.log").open("ab")
        self.nginx = self.where.start(*words, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.world.programs.append(self.nginx)
        self._wait_for(443)

    def kill(self) -> None:
        """Everything on this relay dies at once."""
        for pid in self.where.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        for program in (self.sshd, self.nginx):
            if program is not None:
                program.wait(5)

    def close(self) -> None:
        self._over.set()
        self._watch.join(5)
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def enrol(self, label: str, key: str) -> dict[str, str]:
        """Let a box in; the [[tunnel.relay]] block as a mapping."""
        printed = self.run("enrol", label, key).stdout
        pairs = dict(line.split(" = ", 1) for line in printed.splitlines() if " = " in line)
        return {"address": json.loads(pairs["address"]), "host_key": json.loads(pairs["host_key"]), "host": self.address}

    def boxes(self) -> dict[str, dict[str, Any]]:
        """What `list --json` says, by label."""
        return {row["label"]: row for row in json.loads(self.run("list", "--json").stdout)}

    def _install(self) -> None:
        for folder in ("etc", "lib", "run", "log"):
            (self.root / folder).mkdir(parents=True)
        shutil.copytree(PACKAGE / "routerd_relay", self.root / "lib/routerd_relay", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(PACKAGE / "etc", self.root / "lib/etc")
        for script in (PACKAGE / "libexec").iterdir():
            shutil.copy(script, self.root / "lib" / script.name)
        (self.root / "etc/relay.conf").write_text(
            f"[relay]\ndomain = {DOMAIN}\ncertificate = {self.world.directory}/cert.pem\nkey = {self.world.directory}/key.pem\n"
            f"requests_per_s = 100000\nstate = {self.root}/state\nrun = {self.root}/run\nlog = {self.root}/log\n"
            f"libexec = {self.root}/lib\nnginx = {self.root}/nginx-boxes.conf\nnginx_pid = {self.root}/nginx.pid\n",
            encoding="utf-8",
        )
        (self.root / "nginx-main.conf").write_text(
            f"daemon off; user {ACCOUNT}; worker_processes 1; worker_rlimit_nofile 20000; pid {self.root}/nginx.pid;\n"
            f"error_log {self.root}/log/main.error.log;\nevents {{ worker_connections 8000; }}\n"
            f"http {{ include {self.root}/nginx-boxes.conf; }}\n",
            encoding="utf-8",
        )
        self._account()
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd's unprivileged half is locked into
        self.run("apply")

    def _account(self) -> None:
        """The account that the package makes, as `ip netns exec` shows it to programs in this namespace."""
        self.where.etc.mkdir(parents=True, exist_ok=True)
        for name, line in (("passwd", f"{ACCOUNT}:x:64999:64999::/:/bin/sh\n"), ("group", f"{ACCOUNT}:x:64999:\n")):
            (self.where.etc / name).write_text(Path("/etc", name).read_text(encoding="utf-8") + line, encoding="utf-8")
        shadow = self.where.etc / "shadow"
        shadow.write_text(Path("/etc/shadow").read_text(encoding="utf-8") + f"{ACCOUNT}:*:19000:0:99999:7:::\n", encoding="utf-8")
        shadow.chmod(0o600)

    def _reload_when_wanted(self) -> None:
        wanted, seen = self.root / "state/wanted", 0
        while not self._over.wait(0.01):
            at = wanted.stat().st_mtime_ns if wanted.exists() else 0
            if at != seen:
                seen = at
                self.run("reload", check=False)

    def _wait_for(self, port: int) -> None:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with self.world.spaces[CLIENT].socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                probe.settimeout(1)
                if probe.connect_ex((self.address, port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen on {port}:\n{self.logs()}")

    def logs(self) -> str:
        """The end of what sshd and nginx said."""
        return "".join(
            (self.root / name).read_text(encoding="utf-8")[-2000:] for name in ("sshd.log", "nginx.log") if (self.root / name).exists()
        )


class Box:
    """One routerd without a gateway: its action API on an address of its own, and through the relays."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.where = world.spaces[name]
        self.address = ADDRESSES[name]
        self.directory = world.directory / name
        self.directory.mkdir(mode=0o700)
        self.config = self.directory / "routerd.toml"
        self.log = self.directory / "log"
        self.process: subprocess.Popen[Any] | None = None
        self.key = ""
        self.blocks: list[dict[str, Any]] = []

    def configure(self, relays: list[dict[str, Any]], **tunnel: Any) -> None:
        """Write the configuration; takes effect at the next start."""
        self.blocks = relays
        settings = {
            "management": {"listen": [f"{self.address}:{API_PORT}"]},
            "store": {"url": f"sqlite:///{self.directory}/routerd.db"},
            "daemon": {"run_dir": str(self.directory / "run"), "key_file": str(self.directory / "box.key")},
            "tunnel": {
                "domain": DOMAIN,
                "key_file": str(self.directory / "tunnel.key"),
                "requests_per_s": 10_000,
                **tunnel,
                "relay": relays,
            },
        }
        self.config.write_text(toml(settings), encoding="utf-8")

    def start(self, **environment: str) -> None:
        """Start the daemon and wait until its command line answers."""
        log = self.log.open("ab")
        words = (sys.executable, "-m", "routerd", "run", "--config", str(self.config))
        more = {**os.environ, **environment}
        self.process = self.where.start(
            *words, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=more, start_new_session=True
        )
        log.close()
        self.world.programs.append(self.process)
        wait(lambda: self.cli("status", check=False).returncode == 0, 15)

    def stop(self, number: int = 15) -> None:
        """End the daemon."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)
            self.process = None

    def cli(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """`routerd WORDS`."""
        return self.where.run(sys.executable, "-m", "routerd", *words, "--config", str(self.config), check=check, cwd=ROOT)

    def tunnel(self) -> dict[str, Any]:
        """What `tunnel show --json` says."""
        return dict(json.loads(self.cli("tunnel", "show", "--json").stdout))

    @property
    def host(self) -> str:
        """The name under which the relays know it."""
        return str(self.tunnel()["endpoint"]).split("/")[2]

    def public_key(self) -> str:
        """Its key towards the relays, made before it ever ran."""
        path = self.directory / "tunnel.key"
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "routerd", "-f", str(path)], check=True)
        return path.with_suffix(".key.pub").read_text(encoding="ascii").strip()

    def api_on(self) -> None:
        """Switch the action API on."""
        told = json.loads(self.cli("api-access", "--post", "on", "--json").stdout)
        self.key = told["key"]

    def up(self, wait_s: float = 10) -> float:
        """Wait until every line is up; returns seconds."""
        begun = time.monotonic()
        assert wait(lambda: all(line["up"] for line in self.tunnel()["lines"]), wait_s), f"{self.tunnel()}\n{self.log.read_text()[-3000:]}"
        return time.monotonic() - begun


def exchange(stream: ssl.SSLSocket, host: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """One request on an open connection."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    stream.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(stream)
    head, _, rest = data.partition(b"\r\n\r\n")
    status, *told = head.decode("latin-1").split("\r\n")
    named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in told)}
    while len(rest) < int(named.get("content-length", 0)):
        rest += _more(stream)
    return Reply(int(status.split()[1]), named, rest.decode())


def _more(stream: ssl.SSLSocket) -> bytes:
    data = stream.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def wait(condition: Any, wait_s: float, every_s: float = 0.02) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(every_s)
    return False

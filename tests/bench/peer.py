"""nginx with ModSecurity, as Debian has them, and the upstream that it and routerd stand before. Each runs below a directory of its own.

The machine's own nginx service and its configuration are not touched.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

NGINX = "/usr/sbin/nginx"
MODULES = Path("/usr/lib/nginx/modules")
MODULE = MODULES / "ngx_http_modsecurity_module.so"
KEPT = 64
"""Connections to the upstream that stay open."""

READY_S = 60
ANSWER = "A page.\\n"

_MAIN = """
{modules}
user root;
daemon off;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_buffer_size 64k;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    {content}
}}
"""
_UPSTREAM = """
    server {{
        listen 127.0.0.1:{port};
        default_type text/plain;
        location / {{ return 200 "{answer}"; }}
    }}
"""
_PROXY = """
    upstream behind {{ server 127.0.0.1:{upstream}; keepalive {kept}; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port};
        {waf}
        location / {{
            proxy_pass http://behind;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
"""


class Nginx:
    """One nginx with one worker.

    Args:
        directory: for its files; made.
        port: on loopback.
        content: of its http block.
        modules: that it loads.
    """

    def __init__(self, directory: Path, port: int, content: str, modules: tuple[Path, ...] = ()) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        loaded = "\n".join(f"load_module {module};" for module in modules)
        config = directory / "nginx.conf"
        config.write_text(_MAIN.format(modules=loaded, directory=directory, content=content), encoding="utf-8")
        self.port = port
        self.log = directory / "error.log"
        self.process = subprocess.Popen(
            [NGINX, "-p", str(directory), "-c", str(config)], stdin=subprocess.DEVNULL, stderr=(directory / "stderr").open("wb")
        )
        listening(port, self.process)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """Both processes are gone afterwards."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def upstream(directory: Path, port: int) -> Nginx:
    """What answers behind a proxy: a line of text to whatever it is asked."""
    return Nginx(directory, port, _UPSTREAM.format(port=port, answer=ANSWER))


def proxy(directory: Path, port: int, behind: int, rules: tuple[Path, ...] = ()) -> Nginx:
    """nginx before an upstream.

    Args:
        directory: for its files.
        port: its own.
        behind: the upstream's.
        rules: files for ModSecurity, in order; none: it only proxies.
    """
    waf = ""
    if rules:
        directory.mkdir(parents=True, exist_ok=True)
        main = directory / "modsecurity.conf"
        main.write_text("".join(f"Include {each}\n" for each in rules) + "SecAuditEngine Off\n", encoding="utf-8")
        waf = f"modsecurity on; modsecurity_rules_file {main};"
    content = _PROXY.format(upstream=behind, kept=KEPT, port=port, waf=waf)
    return Nginx(directory, port, content, (MODULE,) if rules else ())


def listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens there; RuntimeError when the process ended before."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nobody listens on port {port} after {READY_S} s")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, children.read_text(encoding="ascii").split())
    return found


def cpu_s(pid: int) -> float:
    """Seconds of processor time that a process and its descendants have used, their ended children included."""
    ticks = 0
    for each in family(pid):
        words = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += sum(map(int, words[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Resident memory of a process and its descendants, shared pages once (PSS)."""
    found = 0
    for each in family(pid):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
        found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found / 1024

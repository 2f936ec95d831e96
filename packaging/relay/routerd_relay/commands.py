"""The verbs of `routerd-relay`. Each changes the registry first, then the files, then what runs."""

import contextlib
import json
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from routerd_relay import files, keys, live, nginx
from routerd_relay.registry import Registry
from routerd_relay.settings import Settings

TEMPLATES = Path(__file__).parents[1]
FOLDERS = ("keys", "names")


def apply(settings: Settings) -> None:
    """Make everything match the settings and the registry: after installing, after a change of the settings, after a restore."""
    account = pwd.getpwnam(settings.user)
    settings.run.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (settings.state, *(settings.state / name for name in FOLDERS), settings.run / "asked"):
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        folder.chmod(0o750)
        os.chown(folder, account.pw_uid, account.pw_gid)
    host_key = _host_key(settings)
    if not host_key.exists():
        subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", host_key], check=True)
    with _as_account(settings):
        boxes = Registry(settings).boxes()
        for box in boxes:
            files.write_box(settings, box)
        files.write_maps(settings, boxes)
    for target, name in ((settings.place.parent / "sshd_config", "sshd_config"), (settings.nginx, "nginx.conf")):
        template = (TEMPLATES / "etc" / name).read_text(encoding="utf-8")
        files.write(target, files.rendered(settings, template))
    if settings.nginx_pid.exists():
        nginx.reload(settings)


def enrol(settings: Settings, label: str, key: str) -> str:
    """Let a box in; returns the block for its configuration."""
    line, fingerprint = keys.parsed(key)
    with _as_account(settings):
        box = Registry(settings).enrol(label, line, fingerprint)
        files.write_box(settings, box)
    public = _host_key(settings).with_suffix(".pub").read_text(encoding="ascii").split()[:2]
    port = settings.ssh[0].rpartition(":")[2]
    return (
        f'[tunnel]\ndomain = "{settings.domain}"\n\n[[tunnel.relay]]\nhost = "THIS-RELAY"      # its name or address\nport = {port}\n'
        f'address = "{box.address}"\nhost_key = "{" ".join(public)}"\n'
    )


def listing(settings: Settings, *, as_json: bool) -> str:
    """Every box, one a line."""
    online = live.listening()
    rows = [asdict(box) | {"connected": box.address in online} for box in Registry(settings).boxes()]
    if as_json:
        return json.dumps(rows, indent=2)
    return "\n".join(_row(settings, row) for row in rows) or "no box is enrolled"


def rename(settings: Settings, label: str, name: str, allowed: str) -> str:
    """What a box says of itself through its session; answers ``ok``, ``taken`` or ``withdrawn``."""
    registry = Registry(settings)
    answer = registry.rename(label, name, get_allowed=allowed == "get")
    if answer == "ok":
        files.write_box(settings, registry.get(label))
        if files.write_maps(settings, registry.boxes()):
            nginx.ask(settings)
    return answer


def rotate(settings: Settings, label: str) -> str:
    """Withdraw a box's name; it comes back within seconds under another."""
    with _as_account(settings):
        registry = Registry(settings)
        old = registry.withdraw(label)
        box = registry.get(label)
        files.write_box(settings, box)
        files.write_maps(settings, registry.boxes())
    live.end(live.connections(settings, box.fingerprint))
    nginx.reload(settings)
    return f"{old or 'no name'} is withdrawn; the box takes another when it comes back"


def revoke(settings: Settings, label: str) -> str:
    """Shut a box out, its live connections included."""
    with _as_account(settings):
        registry = Registry(settings)
        box = registry.revoke(label)
        files.remove_box(settings, box)
        changed = files.write_maps(settings, registry.boxes())
    live.end(live.connections(settings, box.fingerprint))
    if changed:
        nginx.reload(settings)
    return f"{label} is revoked"


def _host_key(settings: Settings) -> Path:
    return settings.place.parent / "ssh_host_ed25519_key"


@contextlib.contextmanager
def _as_account(settings: Settings) -> Iterator[None]:
    """Work on the account's files as the account: root must not follow what it may have put there."""
    if os.geteuid():
        yield
        return
    account = pwd.getpwnam(settings.user)
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(account.pw_gid)
    os.seteuid(account.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def _row(settings: Settings, row: dict[str, object]) -> str:
    where = f"{row['name']}.{settings.domain}" if row["name"] else "(no name yet)"
    since = time.strftime("%Y-%m-%d", time.localtime(int(str(row["enrolled_at"]))))
    state = "connected" if row["connected"] else "away"
    return f"{row['label']:<24} {state:<10} {row['address']:<16} {where:<44} {'POST, GET' if row['get_allowed'] else 'POST':<10} {since}"

"""What sshd, nginx and the scripts read, written from the registry: each file whole or not at all."""

import os
from collections.abc import Sequence
from pathlib import Path

from routerd_relay import keys
from routerd_relay.registry import Box
from routerd_relay.settings import Settings

MAP = "boxes.map"
GET_MAP = "get.map"


def write(path: Path, text: str) -> bool:
    """Replace a file; returns whether that changed it."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o644)
    fresh.replace(path)
    return True


def write_box(settings: Settings, box: Box) -> None:
    """One box's key line, and what it said of itself, which the session script compares before it asks for a change."""
    write(settings.state / "keys" / box.fingerprint, keys.line(settings, box))
    write(settings.state / "names" / box.label, f"{box.name} {'get' if box.get_allowed else 'post'}\n" if box.name else "")


def remove_box(settings: Settings, box: Box) -> None:
    """The opposite."""
    (settings.state / "keys" / box.fingerprint).unlink(missing_ok=True)
    (settings.state / "names" / box.label).unlink(missing_ok=True)


def write_maps(settings: Settings, boxes: Sequence[Box]) -> bool:
    """The maps from host name to loopback address that nginx includes; returns whether they changed."""
    named = [box for box in boxes if box.name]
    addresses = "".join(f"{box.name}.{settings.domain} {box.address}:{keys.PORT};\n" for box in named)
    gets = "".join(f"{box.name}.{settings.domain} 1;\n" for box in named if box.get_allowed)
    changed = write(settings.state / MAP, addresses)
    return write(settings.state / GET_MAP, gets) or changed


def rendered(settings: Settings, template: str) -> str:
    """A configuration file from its template."""
    values = {
        "DOMAIN": settings.domain,
        "CERTIFICATE": str(settings.certificate),
        "KEY": str(settings.key),
        "LISTEN": "\n".join(f"    listen {place} ssl http2;" for place in settings.https),
        "LISTEN_DEFAULT": "\n".join(f"    listen {place} ssl http2 default_server;" for place in settings.https),
        "SSH_LISTEN": "\n".join(_ssh_listen(place) for place in settings.ssh),
        "RATE": str(settings.requests_per_s),
        "BURST": str(2 * settings.requests_per_s),
        "USER": settings.user,
        "STATE": str(settings.state),
        "ETC": str(settings.place.parent),
        "LOG": str(settings.log),
        "RUN": str(settings.run),
        "LIBEXEC": str(settings.libexec),
    }
    for name, value in values.items():
        template = template.replace(f"@{name}@", value)
    return template


def _ssh_listen(place: str) -> str:
    return f"Port {place}" if place.isdigit() else f"ListenAddress {place}"

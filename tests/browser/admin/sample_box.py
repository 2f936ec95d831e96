"""The café's box itself: firewall, integrations, system. What the server words itself is taken from the server."""

from dataclasses import asdict
from typing import Any

from routerd.admin.sections.actions import documentation
from routerd.admin.sections.walls import GROUPS, SETS, Row

LOCAL, CLOUD = "http://192.168.10.1/api/", "https://2b080b3af6.w-router.com/api/"
GB = 1 << 30
BLOCKED = [
    {"mac": "02:00:00:00:00:09", "hostname": "Kindle", "vendor": "Amazon"},
    {"mac": "02:00:00:00:00:13", "hostname": "", "vendor": "randomised"},
]
LINES = [
    ("info", "routerd.app.run", "routerd 0.1.0 has started"),
    ("debug", "routerd.network.leases", "read 41 leases of main"),
    ("warning", "routerd.tunnel.line", "the line to relay.example.net went down: Connection timed out"),
    ("error", "routerd.verification.courier", "smtp.example.org refused the message: 550 5.1.1 no such user"),
]


def firewall() -> dict[str, Any]:
    """GET /firewall."""

    def row(each: Row, at: int) -> dict[str, Any]:
        packets = 137 * at * at if each.counted else None
        return {
            "id": each.id,
            "title": each.title,
            "text": each.text,
            "verdict": each.verdict,
            "packets": packets,
            "octets": packets and packets * 71,
        }

    chains = [
        {"id": each.id, "title": each.title, "text": each.text, "rows": [row(one, at) for at, one in enumerate(each.rows)]}
        for each in GROUPS
    ]
    sets = [asdict(each) | {"elements": 41 - at, "size": 65535 if at % 3 else 44} for at, each in enumerate(SETS)]
    return {"enforced": True, "intact": True, "chains": chains, "sets": sets, "blocked": BLOCKED}


def integrations(now: float) -> dict[str, Any]:
    """GET /integrations/api."""
    lines = [
        {"relay": "relay.example.net", "up": True, "since": now - 7200, "error": ""},
        {"relay": "relay2.example.net", "up": False, "since": now - 300, "error": "Connection timed out"},
    ]
    return {
        "post": True,
        "get": False,
        "has_key": True,
        "rotated_at": now - 86400 * 12,
        "endpoints": [{"place": "lan", "url": LOCAL}, {"place": "management", "url": "http://203.0.113.7:8088/api/"}],
        "cloud": {"url": CLOUD, "state": "up", "lines": lines},
        "documentation": [each | {"parameters": [asdict(one) for one in each["parameters"]]} for each in documentation(LOCAL)],
    }


def system(now: float) -> dict[str, Any]:
    """GET /system."""
    services = [
        ("daemon", "The whole daemon", "running"),
        ("portal", "The guests' portal", "running"),
        ("dns:main", "DHCP and DNS, main", "running"),
        ("dns:garden", "DHCP and DNS, garden", "down"),
    ]
    return {
        "version": "0.1.0",
        "python": "3.11.2",
        "kernel": "6.1.0-40-amd64",
        "hostname": "gate",
        "now": now,
        "started_at": now - 86400 * 9,
        "machine_started_at": now - 86400 * 40,
        "time_zone": {"name": "Europe/Berlin", "source": "page", "offset_s": 3600},
        "disk": {"size": 32 * GB, "free": 21 * GB},
        "memory": {"total": 2 * GB, "available": GB, "daemon": GB // 17},
        "load": [0.12, 0.2, 0.31],
        "store": {"octets": GB // 20, "schema": 7},
        "services": [{"id": name, "title": title, "state": state, "restartable": True} for name, title, state in services],
        "updates": {"on": False, "url": "", "checked_at": None, "latest": None, "newer": False, "error": None},
        "restored": None,
        "applying": False,
    }


def settings() -> dict[str, Any]:
    """GET /settings/system."""
    common = {"least": None, "most": None, "choices": [], "secret": False, "required": False, "source": "default"}
    fields = [
        {"key": "time_zone", "type": "text", "why": "time zone", "default": "", "value": "Europe/Berlin"},
        {"key": "update_check", "type": "boolean", "why": "ask", "default": False, "value": False},
        {"key": "update_url", "type": "text", "why": "address", "default": "", "value": ""},
    ]
    return {"name": "system", "title": "what concerns the box as a whole", "list": False, "fields": [common | each for each in fields]}


def logs(now: float) -> dict[str, Any]:
    """GET /system/logs."""
    rows = [
        {"id": 90 - at, "at": now - 61 * at, "level": level, "name": name, "text": text}
        for at, (level, name, text) in enumerate(reversed(LINES * 4))
    ]
    return {"rows": rows, "more": True}


def answers(now: float) -> dict[str, Any]:
    """All of it."""
    return {
        "GET /firewall": firewall(),
        "GET /firewall/rules": {"text": "table inet routerd {\n\tcounter spoofed {\n\t\tpackets 12 bytes 720\n\t}\n}\n" * 20},
        "GET /integrations/api": integrations(now),
        "GET /system": system(now),
        "GET /system/timezones": {"rows": ["America/New_York", "Europe/Berlin", "UTC"]},
        "GET /system/logs": logs(now),
        "GET /settings": {"sections": [], "methods": [], "applying": False, "failed": None},
        "GET /settings/system": settings(),
    }

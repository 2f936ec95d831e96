"""A café with guests: what the fake box answers. Every call makes it anew, so that a test may change it."""

import math
import time
from collections.abc import Iterator
from typing import Any

from tests.browser.admin import sample_box
from tests.browser.admin.fake import TOKEN

COLUMNS = [
    "mac", "network", "address", "name", "hostname", "vendor", "os", "state", "bypass", "login", "kind", "since", "until",
    "down", "up", "down_left", "up_left", "last_seen", "first_seen",
]  # fmt: skip
NAMES = ["Annas-iPhone", "Galaxy-S24", "MacBook-Pro", "Pixel-9", "", "iPad", "DESKTOP-4K2P", "Redmi-Note", "ThinkPad", "Kindle"]
VENDORS = ["Apple", "Samsung", "Apple", "Google", "randomised", "Apple", "Intel", "Xiaomi", "Lenovo", "Amazon"]
STATES = ["active", "active", "idle", "unauthenticated", "offline", "offline", "active", "offline", "offline", "blocked"]
KINDS = ["voucher", "email", "free", "mobile"]
HOUR = 3600
GB = 1 << 30


def guest(number: int, now: float) -> list[Any]:
    """One row of the guests' list."""
    state = STATES[number % len(STATES)]
    online = state in {"active", "idle"}
    kind = KINDS[number % len(KINDS)]
    login = {"voucher": f"room{number}", "email": f"anna{number}@example.org", "free": "", "mobile": f"+4915112345{number:03}"}[kind]
    return [
        f"02:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}", "garden" if number % 7 == 3 else "main",
        f"192.168.{88 + number // 250}.{2 + number % 250}", "Till" if number == 6 else "", NAMES[number % 10], VENDORS[number % 10], "",
        state, number == 6, login if online else None, kind if online else None, now - 900 - number if online else None,
        now + HOUR + 60 * number if online and number % 4 else None, GB * number // 9 if online else None, GB // 40 if online else None,
        GB if online and kind == "voucher" else None, None, now - (0 if online else 60 * number), now - 86400 * 3,
    ]  # fmt: skip


def guests(count: int, now: float) -> dict[str, Any]:
    """The stream's first event."""
    return {"reset": True, "columns": COLUMNS, "rows": [guest(number, now) for number in range(count)], "gone": []}


def overview(now: float) -> dict[str, Any]:
    """GET /overview."""
    top = [
        {
            "mac": f"02:00:00:00:00:0{n}",
            "name": name,
            "login": login,
            "down_kbit": 9000 // (n + 1),
            "up_kbit": 300,
            "down": GB // (n + 1),
            "up": GB // 9,
        }
        for n, (name, login) in enumerate(
            [("Annas-iPhone", "room1"), ("MacBook-Pro", "anna@example.org"), ("Galaxy-S24", "room7"), ("Pixel-9", "+491511234567")]
        )
    ]
    return {
        "at": now,
        "guests": {
            "online": 41,
            "waiting": 3,
            "known": 512,
            "blocked": 1,
            "networks": [{"name": "main", "title": "Café", "online": 38}, {"name": "garden", "title": "Terrace", "online": 3}],
        },
        "traffic": {"down_kbit": 18200, "up_kbit": 2100},
        "wan": {"state": "up", "interface": "wan0", "carrier": True, "route": True, "dns": True, "since": now - 86400 * 2},
        "pools": [{"network": "main", "used": 232, "size": 253}, {"network": "garden", "used": 9, "size": 60}],
        "top": top,
        "alerts": [
            {
                "id": "pool:main",
                "kind": "pool",
                "level": "warning",
                "since": now - 600,
                "values": {"network": "main", "used": 232, "size": 253},
                "text": "main: nearly full",
            }
        ],
        "box": {
            "version": "0.1.0",
            "started_at": now - 86400 * 9,
            "hostname": "gate",
            "disk_free": 21 * GB,
            "disk_size": 32 * GB,
            "store_octets": GB // 20,
        },
    }


def traffic(span: str, now: float) -> dict[str, Any]:
    """GET /overview/traffic."""
    step, count = (60, 1440) if span == "day" else (3600, 744)
    at = [int(now) - step * (count - n) for n in range(count)]
    wave = [max(0.05, math.sin((moment % 86400) / 86400 * 2 * math.pi - 1.9)) + 0.15 * math.sin(moment / 700) ** 2 for moment in at]
    return {
        "span": span, "step_s": step, "at": at, "down": [int(level * 2.4e6 * step) for level in wave],
        "up": [int(level * 3.1e5 * step) for level in wave], "online": [int(level * 44) for level in wave],
    }  # fmt: skip


def log(now: float) -> Iterator[dict[str, Any]]:
    """Rows of GET /log."""
    events = ["login", "logout", "login", "refusal", "expiry", "resume", "login"]
    for number in range(30):
        event = events[number % len(events)]
        yield {
            "id": 900 - number, "at": now - 500 * number, "event": event, "kind": KINDS[number % 4], "login": f"room{number}",
            "mac": f"02:00:00:00:00:{number:02x}", "address": f"192.168.88.{number + 2}", "network": "main",
            "reason": "wrong passcode" if event == "refusal" else "", "down": GB // 7 if event == "logout" else 0, "up": 0,
        }  # fmt: skip


def users(kind: str, now: float) -> list[dict[str, Any]]:
    """Rows of GET /users/<kind>."""
    own: dict[str, dict[str, Any]] = {
        "email": {
            "email": "anna.schmidt@example.org",
            "comments": "Table 4",
            "comments1": "",
            "comments2": "",
            "marketing": True,
            "verified": True,
        },
        "mobile": {"mobile": "+49 1511 2345678", "marketing": False, "verified": True},
        "social": {"provider": "facebook", "account": "1234", "name": "Anna Schmidt", "email": "anna@example.org"},
        "free": {},
    }
    common = {"created_at": now - 86400 * 40, "last_login": now - 7200, "mac": "02:00:00:00:00:05", "visits": 7, "last_modified": now}
    return [{"id": number, **common, **own[kind]} for number in range(1, 9)]


PEOPLE = [
    {"id": 1, "name": "Ada", "role": "owner", "totp": True, "created_at": 1e9, "last_login": 1.7e9, "sessions": 2},
    {"id": 2, "name": "Reception", "role": "front-desk", "totp": False, "created_at": 1e9, "last_login": 1.7e9, "sessions": 1},
]
CHANGES = [
    ("settings.change", "portal.free", {"valid_for_s": 3600, "down_kbit": 0}, {"valid_for_s": 7200, "down_kbit": 0}),
    ("guest.block", "02:00:00:00:00:09", {"blocked": False}, {"blocked": True}),
    ("voucher.revoke", "room12", {"username": "room12"}, None),
]
RETENTION = {
    "key": "retention_days", "type": "integer", "why": "how long", "least": 0, "most": 3650, "choices": [], "default": 365, "value": 365,
    "secret": False, "source": "default", "required": False,
}  # fmt: skip
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def audit(now: float) -> list[dict[str, Any]]:
    """Rows of GET /audit."""
    who = {"name": "Ada", "role": "owner", "address": "192.168.10.7"}
    return [
        {"id": 40 - number, "at": now - 700 * number, **who, "action": action, "target": target, "before": before, "after": after}
        for number, (action, target, before, after) in enumerate(CHANGES)
    ]


def details(now: float) -> dict[str, Any]:
    """GET /guests/<mac>."""
    session = {
        "id": 1,
        "login": "room1",
        "kind": "voucher",
        "network": "main",
        "address": "192.168.88.2",
        "reason": "",
        "down": GB,
        "up": GB // 9,
    }
    return {"addresses6": ["fd00:88::7"], "vendor_class": "", "sessions": [session | {"started_at": now - 9000, "ended_at": now - 4000}]}


def listed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A list with its total."""
    return {"total": len(rows), "rows": rows}


def answers(count: int = 60) -> dict[str, Any]:
    """Everything, with an owner signed in; times are of now."""
    now = time.time()
    person = {"id": 1, "name": "Ada", "role": "owner", "totp": False, "language": ""}
    me = {"person": person, "csrf": TOKEN, "version": "0.1.0"}
    here = {"address": "192.168.10.7", "agent": AGENT}
    return {
        "GET /me": me,
        "GET /setup": {"open": False},
        "POST /signout": None,
        "POST /me/language": lambda call: person.update(language=call.body["language"]) or me,
        "GET /me/sessions": listed([{"id": 5, **here, "created_at": now - 5000, "seen_at": now, "here": True}]),
        "GET /overview": overview(now),
        "GET /overview/traffic": lambda call: traffic(call.query["span"], now),
        "LIVE guests": [("guests", guests(count, now))],
        "GET /guests/*": details(now),
        "GET /log": lambda _: {"rows": list(log(now)), "more": False},
        "GET /people": listed(PEOPLE),
        "GET /audit": listed(audit(now)),
        "GET /signins": listed([{"id": 1, "at": now, "event": "sign-in", "name": "Ada", **here}]),
        "GET /settings/privacy": {"name": "privacy", "fields": [RETENTION]},
        **sample_box.answers(now),
        **{f"GET /users/{kind}": listed(users(kind, now)) for kind in ("email", "mobile", "social", "free")},
    }

"""Fills a daemon's store, before it starts, with guests who are online: vouchers, grants, open sessions, hosts, and DHCP leases.

The daemon adopts them as it would after a restart, which is how ten thousand guests come to be online without ten thousand devices.
They are limited in time and data as sold vouchers are, so that every element in the kernel carries what it would carry.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from routerd.store.database import Store

DAY_S = 86_400
LIMIT_MB = 100_000
MIB = 1 << 20


def mac(number: int) -> str:
    """The MAC address of the guest of that number, from 1."""
    return f"02:bb:00:00:{number >> 8:02x}:{number & 255:02x}"


def address(number: int) -> str:
    """Its address, in 192.168.64.0/18 below and above the gateway's own 192.168.88.0/24; up to 12,000 guests."""
    third, last = divmod(number - 1, 250)
    return f"192.168.{64 + third + (third >= 24)}.{last + 1}"


def fill(directory: Path, count: int, network: str = "main") -> None:
    """Make the database in `directory` with `count` guests online, and their leases beside it."""
    path = directory / "routerd.db"
    store = Store(f"sqlite:///{path}")
    store.start()
    store.stop()
    now = int(time.time())
    numbers = range(1, count + 1)
    with closing(sqlite3.connect(path)) as db, db:
        _insert(db, "voucher", (_voucher(number, now) for number in numbers))
        _insert(db, "access_grant", (_grant(number, now) for number in numbers))
        _insert(db, "session", (_session(number, now, network) for number in numbers))
        _insert(db, "host", (_host(number, now, network) for number in numbers))
    leases = "".join(f"{now + DAY_S} {mac(n)} {address(n)} guest-{n} 01:{mac(n)}\n" for n in numbers)
    (directory / f"{network}.leases").write_text(leases, encoding="ascii")


def end_at(directory: Path, login: str, ends_at: int) -> None:
    """Let the grant shown under `login` end at that second; only while the daemon does not run."""
    with closing(sqlite3.connect(directory / "routerd.db")) as db, db:
        if db.execute("UPDATE access_grant SET ends_at = ? WHERE login = ?", (ends_at, login)).rowcount != 1:
            raise RuntimeError(f"{login} holds no grant")


Row = dict[str, object]


def _insert(db: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    sql = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({', '.join(':' + name for name in first)})"
    db.execute(sql, first)
    db.executemany(sql, rows)


def _voucher(number: int, now: int) -> Row:
    limits = {"download_limit_mb": LIMIT_MB, "upload_limit_mb": LIMIT_MB, "down_kbit": 0, "up_kbit": 0, "devices": 1}
    used = {"created_at": now, "last_modified": now, "first_login": now, "last_login": now, "mac": mac(number)}
    sold = {"valid_for": "1 day", "valid_from": now, "comment": "", "batch": "", **limits}
    named = {"username": f"guest{number}", "folded": f"guest{number}", "fullname": f"Guest {number}"}
    return {"id": number, "passcode": f"pass{number}", **named, **sold, **used}


def _grant(number: int, now: int) -> Row:
    return {
        "id": number,
        "kind": "voucher",
        "subject": str(number),
        "login": f"guest{number}",
        "starts_at": now,
        "ends_at": now + DAY_S,
        "down_limit_octets": LIMIT_MB * MIB,
        "up_limit_octets": LIMIT_MB * MIB,
        "down_kbit": 0,
        "up_kbit": 0,
        "devices": 1,
        "idle_timeout_s": DAY_S,
        "down_used_octets": 0,
        "up_used_octets": 0,
        "revoked_at": None,
    }


def _session(number: int, now: int, network: str) -> Row:
    return {
        "id": number,
        "grant_id": number,
        "mac": mac(number),
        "address": address(number),
        "network": network,
        "mark": number,
        "started_at": now,
        "down_octets": 1_000_000 + number,
        "up_octets": 100_000 + number,
        "counted_at": now,
        "ended_at": None,
        "end_reason": None,
        "settled": 0,
    }


def _host(number: int, now: int, network: str) -> Row:
    seen = {"first_seen": now, "last_seen": now, "blocked": 0}
    return {
        "mac": mac(number),
        "network": network,
        "address": address(number),
        "addresses6": "",
        "hostname": f"guest-{number}",
        "vendor": "",
        "os_guess": "",
        "requested_options": "",
        "vendor_class": "",
        **seen,
    }

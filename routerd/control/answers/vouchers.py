"""Vouchers: sold, shown, withdrawn."""

from functools import partial
from typing import Any, TypeVar

from routerd.control.answers import Routes
from routerd.control.ports import Services
from routerd.core.errors import BadInput
from routerd.vouchers.model import NewVoucher, Voucher
from routerd.web.body import json_fields
from routerd.web.moments import local, moment

T = TypeVar("T")

TEXTS = ("username", "passcode", "fullname", "valid_for", "valid_from", "comment", "batch")
NUMBERS = {
    "download_limit": "download_limit_mb",
    "upload_limit": "upload_limit_mb",
    "down_kbit": "down_kbit",
    "up_kbit": "up_kbit",
    "devices": "devices",
}
"""Field to the name that `NewVoucher` has for it."""


def routes(services: Services) -> Routes:
    """/vouchers and /vouchers/remove."""
    return (
        ("GET", "/vouchers", partial(_list, services)),
        ("POST", "/vouchers", partial(_add, services)),
        ("POST", "/vouchers/remove", partial(_remove, services)),
    )


def _list(services: Services) -> dict[str, object]:
    return {"vouchers": [_shown(voucher) for voucher in services.vouchers.listing()]}


def _add(services: Services) -> dict[str, object]:
    fields = json_fields()
    count = _typed(int, "a whole number", "count", fields.pop("count", 1))
    new = _wanted(fields)
    made = [services.vouchers.create(new)] if count == 1 else services.vouchers.create_many(count, new)
    return {"vouchers": [_shown(voucher) for voucher in made]}


def _remove(services: Services) -> dict[str, object]:
    username = _typed(str, "a text", "username", json_fields().get("username"))

    def withdraw() -> int:
        voucher = services.vouchers.remove(username)
        return services.sessions.end_grant("voucher", str(voucher.id), "removed")

    return {"ended": services.store.write(withdraw)}


def _wanted(fields: dict[str, Any]) -> NewVoucher:
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name in TEXTS:
            values[name] = _typed(str, "a text", name, value)
        elif name in NUMBERS:
            values[NUMBERS[name]] = _typed(int, "a whole number", name, value)
        else:
            raise BadInput(f"{name}: unknown; expected one of {', '.join((*TEXTS, *NUMBERS))}")
    if "valid_from" in values:
        values["valid_from"] = moment("valid_from", values["valid_from"])
    return NewVoucher(**values)


def _typed(kind: type[T], words: str, name: str, value: object) -> T:
    if type(value) is not kind:
        raise BadInput(f"{name}: expected {words}")
    return value


def _shown(voucher: Voucher) -> dict[str, object]:
    return {
        "id": voucher.id,
        "username": voucher.username,
        "passcode": voucher.passcode,
        "fullname": voucher.fullname,
        "valid_for": voucher.valid_for,
        "valid_from": local(voucher.valid_from),
        "download_limit": voucher.download_limit_mb,
        "upload_limit": voucher.upload_limit_mb,
        "down_kbit": voucher.down_kbit,
        "up_kbit": voucher.up_kbit,
        "devices": voucher.devices,
        "comment": voucher.comment,
        "batch": voucher.batch,
        "created_at": local(voucher.created_at),
        "first_login": local(voucher.first_login),
        "last_login": local(voucher.last_login),
        "mac": voucher.mac,
    }

"""create_voucher, remove_voucher and get_voucher_users (guest-action-api, section 1).

Besides the documented parameters create_voucher takes down_kbit, up_kbit, devices, comment and batch.
"""

from functools import partial
from typing import Protocol

from routerd.api import messages, shapes
from routerd.api.catalogue import Action
from routerd.api.fields import Fields, moment, text, whole
from routerd.core.errors import BadInput
from routerd.store.database import Store
from routerd.vouchers.model import NewVoucher, Voucher
from routerd.web.moments import local


class Vouchers(Protocol):
    """What these actions need of `vouchers.service.Vouchers`."""

    def create(self, new: NewVoucher) -> Voucher: ...

    def remove(self, username: str) -> Voucher: ...

    def listing(self) -> list[Voucher]: ...


class Grants(Protocol):
    """What removing a voucher needs of `sessions.service.Sessions`."""

    def end_grant(self, kind: str, subject: str, reason: str) -> object: ...


def actions(store: Store, vouchers: Vouchers, grants: Grants) -> tuple[Action, ...]:
    """The actions on vouchers."""
    return (
        Action("create_voucher", partial(_create, vouchers)),
        Action("remove_voucher", partial(_remove, store, vouchers, grants)),
        Action("get_voucher_users", partial(_list, vouchers)),
    )


def _create(vouchers: Vouchers, fields: Fields) -> bytes:
    return shapes.encode({"message": messages.USER_ADDED, "user": _created(vouchers.create(_wanted(fields))), "error": False})


def _remove(store: Store, vouchers: Vouchers, grants: Grants, fields: Fields) -> bytes:
    username = text(fields, "username")
    if username is None:
        raise BadInput(messages.USERNAME_NOT_SET)

    def withdraw() -> None:
        voucher = vouchers.remove(username)
        grants.end_grant("voucher", str(voucher.id), "removed")

    store.write(withdraw)
    return shapes.encode({"message": messages.USER_REMOVED, "error": False})


def _list(vouchers: Vouchers, _fields: Fields) -> bytes:
    return shapes.encode({"users": [_listed(voucher) for voucher in vouchers.listing()]})


def _wanted(fields: Fields) -> NewVoucher:
    return NewVoucher(
        username=text(fields, "username"),
        passcode=text(fields, "passcode"),
        fullname=text(fields, "fullname"),
        valid_for=text(fields, "valid_for"),
        valid_from=moment(fields, "valid_from"),
        download_limit_mb=whole(fields, "download_limit"),
        upload_limit_mb=whole(fields, "upload_limit"),
        down_kbit=whole(fields, "down_kbit"),
        up_kbit=whole(fields, "up_kbit"),
        devices=whole(fields, "devices"),
        comment=text(fields, "comment"),
        batch=text(fields, "batch"),
    )


def _created(voucher: Voucher) -> dict[str, object]:
    """The sample's shape: `passcode`, and limits as texts."""
    return {
        "id": voucher.id,
        "username": voucher.username,
        "passcode": voucher.passcode,
        "fullname": voucher.fullname,
        "valid_for": voucher.valid_for,
        "valid_from": local(voucher.valid_from),
        "download_limit": str(voucher.download_limit_mb),
        "upload_limit": str(voucher.upload_limit_mb),
    }


def _listed(voucher: Voucher) -> dict[str, object]:
    """The sample's shape: `password`, and limits as numbers."""
    return {
        "id": voucher.id,
        "username": voucher.username,
        "password": voucher.passcode,
        "fullname": voucher.fullname,
        "created_at": local(voucher.created_at),
        "last_modified": local(voucher.last_modified),
        "first_login": local(voucher.first_login),
        "last_login": local(voucher.last_login),
        "valid_for": voucher.valid_for,
        "valid_from": local(voucher.valid_from),
        "MAC": shapes.mac(voucher.mac),
        "download_limit": voucher.download_limit_mb,
        "upload_limit": voucher.upload_limit_mb,
    }

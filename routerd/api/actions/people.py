"""The lists of stored people and the login log (guest-action-api, section 2).

Only get_email_users has a sample; its siblings follow it. Byte counts in the log are texts under the live lists' names.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from routerd.api import shapes
from routerd.api.catalogue import Action
from routerd.api.fields import Fields, whole, wrong
from routerd.guests.model import EmailUser, FbUser, FreeUser, LoginEntry, MobileUser
from routerd.web.moments import local

User = TypeVar("User")


class People(Protocol):
    """What these actions need of `guests.service.Guests`."""

    def email_users(self) -> Sequence[EmailUser]: ...

    def fb_users(self) -> Sequence[FbUser]: ...

    def mobile_users(self) -> Sequence[MobileUser]: ...

    def free_users(self) -> Sequence[FreeUser]: ...

    def logins(self, most: int) -> Sequence[LoginEntry]: ...


LOGINS_MOST = 100_000
"""As many as the log keeps."""

LOGINS_PRESET = 1000
"""Newest entries told to a caller who does not say how many: 250 KB."""


def actions(people: People) -> tuple[Action, ...]:
    """The actions on people."""
    return (
        Action("get_email_users", partial(_users, people.email_users, _email)),
        Action("get_fb_users", partial(_users, people.fb_users, _fb)),
        Action("get_mobile_users", partial(_users, people.mobile_users, _mobile)),
        Action("get_free_users", partial(_users, people.free_users, _free)),
        Action("get_logins", partial(_logins, people)),
    )


def _users(read: Callable[[], Sequence[User]], shape: Callable[[User], dict[str, object]], _fields: Fields) -> bytes:
    return shapes.encode({"users": [shape(user) for user in read()]})


def _logins(people: People, fields: Fields) -> bytes:
    limit = whole(fields, "limit")
    if limit is not None and not 1 <= limit <= LOGINS_MOST:
        raise wrong("limit", fields["limit"], f"a whole number from 1 to {LOGINS_MOST}")
    return shapes.encode({"logins": [_login(entry) for entry in people.logins(limit or LOGINS_PRESET)]})


def _email(user: EmailUser) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "created_at": local(user.created_at),
        "last_login": local(user.last_login),
        "MAC": shapes.mac(user.mac),
        "visits": user.visits,
        "comments": user.comments,
        "comments1": user.comments1,
        "comments2": user.comments2,
        "last_modified": local(user.last_modified),
        "marketing": int(user.marketing),
        "verified": int(user.verified),
    }


def _fb(user: FbUser) -> dict[str, object]:
    return {
        "id": user.id,
        "provider": user.provider,
        "account": user.account,
        "name": user.name,
        "email": user.email,
        "created_at": local(user.created_at),
        "last_login": local(user.last_login),
        "MAC": shapes.mac(user.mac),
        "visits": user.visits,
        "last_modified": local(user.last_modified),
    }


def _mobile(user: MobileUser) -> dict[str, object]:
    return {
        "id": user.id,
        "mobile": user.mobile,
        "created_at": local(user.created_at),
        "last_login": local(user.last_login),
        "MAC": shapes.mac(user.mac),
        "visits": user.visits,
        "last_modified": local(user.last_modified),
        "marketing": int(user.marketing),
        "verified": int(user.verified),
    }


def _free(user: FreeUser) -> dict[str, object]:
    return {
        "id": user.id,
        "created_at": local(user.created_at),
        "last_login": local(user.last_login),
        "MAC": shapes.mac(user.mac),
        "visits": user.visits,
        "last_modified": local(user.last_modified),
    }


def _login(entry: LoginEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "created_at": local(entry.at),
        "event": entry.event,
        "type": entry.kind,
        "login": entry.login,
        "MAC": shapes.mac(entry.mac),
        "address": entry.address,
        "network": entry.network,
        "reason": entry.reason,
        "bytes-out": str(entry.down_octets),
        "bytes-in": str(entry.up_octets),
    }

"""The lists of stored people and the login log (guest-action-api, section 2).

Only get_email_users has a sample; its siblings follow it. Byte counts in the log are texts under the live lists' names.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from routerd.api import shapes
from routerd.api.catalogue import Action
from routerd.api.fields import Fields
from routerd.web.moments import local


class People(Protocol):
    """What these actions need of `guests.service.Guests`."""

    def email_users(self) -> Iterable[Any]: ...

    def fb_users(self) -> Iterable[Any]: ...

    def mobile_users(self) -> Iterable[Any]: ...

    def free_users(self) -> Iterable[Any]: ...

    def logins(self) -> Iterable[Any]: ...


def actions(people: People) -> tuple[Action, ...]:
    """The actions on people."""
    return (
        Action("get_email_users", partial(_users, people.email_users, _email)),
        Action("get_fb_users", partial(_users, people.fb_users, _fb)),
        Action("get_mobile_users", partial(_users, people.mobile_users, _mobile)),
        Action("get_free_users", partial(_users, people.free_users, _free)),
        Action("get_logins", partial(_logins, people)),
    )


def _users(read: Callable[[], Iterable[Any]], shape: Callable[[Any], dict[str, object]], _fields: Fields) -> bytes:
    return shapes.encode({"users": [shape(user) for user in read()]})


def _logins(people: People, _fields: Fields) -> bytes:
    return shapes.encode({"logins": [_login(entry) for entry in people.logins()]})


def _email(user: Any) -> dict[str, object]:
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


def _fb(user: Any) -> dict[str, object]:
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


def _mobile(user: Any) -> dict[str, object]:
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


def _free(user: Any) -> dict[str, object]:
    return {
        "id": user.id,
        "created_at": local(user.created_at),
        "last_login": local(user.last_login),
        "MAC": shapes.mac(user.mac),
        "visits": user.visits,
        "last_modified": local(user.last_modified),
    }


def _login(entry: Any) -> dict[str, object]:
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

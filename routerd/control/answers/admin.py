"""The accounts of the admin page: who there is, and a new password for whoever has forgotten theirs."""

from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Services
from routerd.core.errors import BadInput, NotFound
from routerd.identity.accounts import Accounts
from routerd.web.body import json_fields
from routerd.web.moments import local


def routes(services: Services) -> Routes:
    """GET /admin and POST /admin/reset."""
    return (
        ("GET", "/admin", partial(_list, services)),
        ("POST", "/admin/reset", partial(_reset, services)),
    )


def _list(services: Services) -> dict[str, object]:
    accounts = _accounts(services)
    rows = [
        {
            "name": person.name,
            "role": person.role,
            "code": person.totp,
            "sessions": len(accounts.sessions.of(person.id)),
            "last_login": local(person.last_login),
        }
        for person in accounts.people.all()
    ]
    return {"people": rows, "setup_code": accounts.setup.code}


def _reset(services: Services) -> dict[str, object]:
    fields = json_fields()
    name, without_code = fields.get("name"), fields.get("without_code", False)
    if not isinstance(name, str) or not isinstance(without_code, bool):
        raise BadInput("expected the name of an account, and without_code true or false")
    return {"name": name, "password": _accounts(services).reset_password(name, without_code=without_code)}


def _accounts(services: Services) -> Accounts:
    if services.accounts is None:
        raise NotFound("this box has no admin page")
    return services.accounts

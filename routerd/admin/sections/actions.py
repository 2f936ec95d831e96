"""The action API's documentation as the page shows it: one entry for each action, with a `curl` line that works once the key is put in.

docs/action-api.md is the whole truth; a test compares the two, and runs each request.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

KEY = "YOUR-API-KEY"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an action."""

    name: str
    type: str
    text: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One action: what it is for, what it takes, and a request with its answer."""

    action: str
    title: str
    text: str
    method: str
    parameters: tuple[Parameter, ...] = ()
    sent: dict[str, Any] = field(default_factory=dict)
    response: Any = None


_VOUCHER = {
    "username": "user123",
    "passcode": "pass123",
    "fullname": "John Doe",
    "valid_for": "1 day",
    "valid_from": "2025-01-17 10:00:00",
    "download_limit": 1024,
    "upload_limit": 512,
}

_PERSON = {
    "id": 1,
    "created_at": "2025-02-04 11:15:26",
    "last_login": None,
    "MAC": None,
    "visits": 1,
    "last_modified": "2025-02-04 11:15:26",
}

EXAMPLES = (
    Example(
        "create_voucher",
        "Create a voucher",
        "Makes one voucher. What is not set is made up or preset.",
        "POST",
        (
            Parameter("username", "text", "at most 64 characters, unique; a random one when not set"),
            Parameter("passcode", "text", "at most 64 characters; a random one when not set"),
            Parameter("fullname", "text", "at most 128 characters"),
            Parameter("valid_for", "text", "always, 1 hour … 23 hours, 1 day … 30 days, 35 days … 365 days"),
            Parameter("valid_from", "text", "YYYY-MM-DD HH:MM:SS in the box's time zone; at once when not set"),
            Parameter("download_limit", "number", "MB, 1 to 9437184; unlimited when not set"),
            Parameter("upload_limit", "number", "MB, 1 to 9437184; unlimited when not set"),
        ),
        _VOUCHER,
        {
            "message": "User added successfully",
            "user": {"id": 43, **_VOUCHER, "download_limit": "1024", "upload_limit": "512"},
            "error": False,
        },
    ),
    Example(
        "remove_voucher",
        "Remove a voucher",
        "Its sessions end with it, at once.",
        "POST",
        (Parameter("username", "text", "of the voucher", required=True),),
        {"username": "user123"},
        {"message": "User removed successfully", "error": False},
    ),
    Example(
        "get_voucher_users",
        "List vouchers",
        "Every voucher with its passcode, limits and last use.",
        "GET",
        response={"users": [{"id": 45, "username": "user1234", "password": "pass1234", "fullname": "John Doe", "valid_for": "1 day"}]},
    ),
    Example(
        "get_email_users",
        "List e-mail users",
        "Guests who signed in with an e-mail address.",
        "GET",
        response={"users": [{**_PERSON, "email": "guest@example.com", "marketing": 1, "verified": 0}]},
    ),
    Example(
        "get_mobile_users",
        "List mobile users",
        "Guests who signed in with a mobile number.",
        "GET",
        response={"users": [{**_PERSON, "mobile": "15551234567", "marketing": 0, "verified": 1}]},
    ),
    Example(
        "get_fb_users",
        "List social users",
        "Guests who signed in with an account elsewhere.",
        "GET",
        response={"users": [{**_PERSON, "name": "Jane Doe"}]},
    ),
    Example(
        "get_free_users",
        "List free users",
        "Devices that used free access.",
        "GET",
        response={"users": [_PERSON]},
    ),
    Example(
        "get_logins",
        "Read the login log",
        "The newest entries first: 1000 of them, or as many as asked for.",
        "GET",
        (Parameter("limit", "number", "entries, 1 to 100000"),),
        {"limit": 100},
        {"logins": [{"id": 1, "event": "login", "login": "user123", "kind": "voucher"}]},
    ),
    Example(
        "get_active_guests",
        "List guests online",
        "Who is online now, with address, time and data used.",
        "GET",
        response={"data": [{"logins": "user1@example.com", "address": "192.168.0.200", "mac-address": "A1:B2:C3:D4:E5:F6"}]},
    ),
    Example(
        "get_guest_hosts",
        "List devices",
        "Every device on the guest networks, signed in or not.",
        "GET",
        response={"data": [{"address": "192.168.0.200", "mac-address": "A1:B2:C3:D4:E5:F6", "status": "active"}]},
    ),
)


def documentation(url: str) -> list[dict[str, Any]]:
    """Every action as GET /integrations/api shows it.

    Args:
        url: of the endpoint that the examples call.
    """
    return [_entry(each, url) for each in EXAMPLES]


def _entry(example: Example, url: str) -> dict[str, Any]:
    fields = {"api-key": KEY, "action": example.action, **example.sent}
    if example.method == "POST":
        request = json.dumps(fields, indent=2)
        curl = f"curl -sS {url} -H 'Content-Type: application/json' -d '{json.dumps(fields)}'"
    else:
        request = f"{url}?{urlencode(fields)}"
        curl = f"curl -sS '{request}'"
    return {
        "action": example.action,
        "title": example.title,
        "text": example.text,
        "method": example.method,
        "parameters": example.parameters,
        "curl": curl,
        "request": request,
        "response": json.dumps(example.response, indent=2),
    }

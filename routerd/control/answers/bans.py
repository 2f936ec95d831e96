"""Clients that are kept out of every site for a while: shown, added, let in again."""

from typing import TYPE_CHECKING

from routerd.control.answers import Routes
from routerd.core.errors import BadInput, Conflict
from routerd.web.body import json_fields

if TYPE_CHECKING:  # a box that only guards sites loads nothing of a gateway's
    from routerd.control.ports import Ban, Bans
    from routerd.core.clock import Clock


def routes(bans: "Bans | None", clock: "Clock") -> Routes:
    """/bans, /bans/add and /bans/remove.

    Args:
        bans: None: there are no sites to keep anybody out of.
        clock: tells what is left of a ban.
    """

    def there() -> "Bans":
        if bans is None:
            raise Conflict("nobody is banned here: the configuration has no [edge] section, and so no sites to keep anybody out of")
        return bans

    def told(ban: "Ban") -> dict[str, object]:
        left = max(0, round(ban.until - clock.now()))
        return {
            "client": ban.client,
            "began": ban.began,
            "until": ban.until,
            "seconds_left": left,
            "rule_id": ban.why.rule_id,
            "reason": ban.why.rule_name,
        }

    def show() -> dict[str, object]:
        return {"bans": [told(ban) for ban in there().listing()]}

    def add() -> dict[str, object]:
        held, fields = there(), json_fields()
        seconds = fields.get("seconds")
        if not isinstance(seconds, int) or isinstance(seconds, bool):
            raise BadInput("seconds: expected a number")
        return told(held.add(_text(fields, "client"), seconds, _text(fields, "reason", needed=False)))

    def remove() -> dict[str, object]:
        return told(there().unban(_text(json_fields(), "client")))

    return (("GET", "/bans", show), ("POST", "/bans/add", add), ("POST", "/bans/remove", remove))


def _text(fields: dict[str, object], name: str, *, needed: bool = True) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or (needed and not value):
        raise BadInput(f"{name}: expected a text")
    return value

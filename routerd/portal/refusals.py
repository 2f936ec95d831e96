"""Which page an error becomes, and in which words. The status is not decided here: `web.statuses` has the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from routerd.core.errors import BadInput, Denied, Limited, NotFound, RouterdError, Unavailable
from routerd.sessions.model import TooManyDevices


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to tell a guest, in English: pages translate it.

    Attributes:
        heading: the page's heading.
        alert: what happened.
        advice: what to do about it; may be empty.
        values: what `alert` and `advice` have ``{names}`` for.
    """

    heading: str
    alert: str
    advice: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a refusal may name besides the error itself.

    Attributes:
        again: when a free grant may be had again, as a time of day; empty unknown.
        moment: tells a moment as a time of day.
        duration: tells seconds in words.
        knows: whether a sentence is one of those made for guests.
    """

    again: str
    moment: Callable[[float], str]
    duration: Callable[[float], str]
    knows: Callable[[str], bool]


_BY_REASON = {
    "no-such-voucher": Refusal(
        "No such voucher",
        "There is no voucher with this username and passcode.",
        "Please check both. In the passcode, small and capital letters are different.",
    ),
    "no-such-code": Refusal("No such voucher", "There is no voucher with this code.", "Please check it."),
    "not-yet-valid": Refusal("Not yet valid", "This voucher is not valid yet."),
    "expired": Refusal("Expired", "The time of this access is over.", "Ask the staff for another voucher."),
    "used-up": Refusal("Used up", "The data of this access is used up.", "Ask the staff for another voucher."),
    "revoked": Refusal("Withdrawn", "This access has been withdrawn.", "Please ask the staff."),
    "too-many-devices": Refusal(
        "Too many devices",
        "This login is already in use on another device.",
        "You can end the session on the other device and sign in on this one.",
    ),
    "blocked": Refusal("Not available", "This device may not use the network.", "Please ask the staff."),
}

_NOT_YET = Refusal("Not yet valid", "This voucher is valid from {moment}.")
_AGAIN = Refusal("Used up", "Your free access is used up.", "You can have it again at {moment}.")
_SEVERAL = Refusal(
    "Too many devices",
    "This login is already in use on other devices.",
    "You can end the session on the device that has been online for longest and sign in on this one.",
)
_BY_STATUS = {
    404: Refusal("Page not found", "There is no such page here."),
    405: Refusal("Not possible", "This request cannot be answered."),
    413: Refusal("Not possible", "That was too much at once."),
}
_UNKNOWN_DEVICE = Refusal(
    "Device not recognised",
    "We cannot identify your device on this network.",
    "Please switch Wi-Fi off and on again, then reload this page. A VPN has to be off until you are signed in.",
)
_UNAVAILABLE = Refusal("Not available", "Signing in does not work at the moment.", "Please try again in a minute, or ask the staff.")
_LIMITED = Refusal("Too many attempts", "That was tried too often.", "Please try again in {time}.")
_BROKEN = Refusal("Something went wrong", "An error occurred.", "Please try again.")


def refusal_of(error: RouterdError | None, status: int, facts: Facts) -> Refusal:
    """The words for an error.

    Args:
        error: what was raised; None when the server itself refused.
        status: the HTTP status it will have.
        facts: what they may name.
    """
    match error:
        case Denied():
            said = _denied(error, facts)
        case Limited():
            alert = str(error) if facts.knows(str(error)) else _LIMITED.alert
            said = Refusal(_LIMITED.heading, alert, _LIMITED.advice, {"time": facts.duration(max(1.0, error.retry_after_s))})
        case NotFound():
            said = _UNKNOWN_DEVICE
        case Unavailable():
            said = _UNAVAILABLE
        case BadInput() if status != 413:
            said = Refusal("Sign in", str(error))
        case _:
            said = _BY_STATUS.get(status, _BROKEN)
    return said


def _denied(error: Denied, facts: Facts) -> Refusal:
    known = _BY_REASON.get(error.reason)
    if known is None:
        return Refusal("Not available", str(error))
    if isinstance(error, TooManyDevices) and len(error.online) > 1:
        return _SEVERAL
    if error.at is not None and error.reason == "not-yet-valid":
        return Refusal(_NOT_YET.heading, _NOT_YET.alert, values={"moment": facts.moment(error.at)})
    if facts.again and error.reason in ("expired", "used-up"):
        return Refusal(_AGAIN.heading, _AGAIN.alert, _AGAIN.advice, {"moment": facts.again})
    return known

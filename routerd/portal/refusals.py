"""Which page an error becomes, and in which words. The status is not decided here: `web.statuses` has the table."""

from dataclasses import dataclass

from routerd.core.errors import BadInput, Denied, Limited, NotFound, RouterdError, Unavailable


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to tell a guest.

    Attributes:
        heading: the page's heading.
        alert: what happened.
        advice: what to do about it; may be empty.
    """

    heading: str
    alert: str
    advice: str = ""


_BY_REASON = {
    "no-such-voucher": Refusal(
        "No such voucher",
        "There is no voucher with this username and passcode.",
        "Please check both. In the passcode, small and capital letters are different.",
    ),
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


_WORDED_BY_THE_ERROR = ("not-yet-valid", "too-many-devices")
"""Reasons whose error knows a date or a number that belongs on the page."""

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
_BROKEN = Refusal("Something went wrong", "An error occurred.", "Please try again.")


def refusal_of(error: RouterdError | None, status: int, again: str = "") -> Refusal:
    """The words for an error.

    Args:
        error: what was raised; None when the server itself refused.
        status: the HTTP status it will have.
        again: when a free grant may be had again, as a time of day; empty unknown.
    """
    match error:
        case Denied():
            said = _denied(error, again)
        case Limited():
            said = Refusal("Too many attempts", f"{str(error)[:1].upper()}{str(error)[1:]}.", "You can then sign in as usual.")
        case NotFound():
            said = _UNKNOWN_DEVICE
        case Unavailable():
            said = _UNAVAILABLE
        case BadInput() if status != 413:
            said = Refusal("Sign in", str(error))
        case _:
            said = _BY_STATUS.get(status, _BROKEN)
    return said


def _denied(error: Denied, again: str) -> Refusal:
    known = _BY_REASON.get(error.reason)
    if known is None:
        return Refusal("Not available", str(error))
    if again and error.reason in ("expired", "used-up"):
        return Refusal("Used up", "Your free access is used up.", f"You can have it again at {again}.")
    if error.reason in _WORDED_BY_THE_ERROR:
        return Refusal(known.heading, str(error), known.advice)
    return known

"""RFC 8908: the captive portal API, as a pure function from what a device has to the JSON object it is told."""

from typing import Any

from routerd.portal.standing import Standing

CONTENT_TYPE = "application/captive+json"
"""Without a charset parameter: JSON is UTF-8 (RFC 8259), and Android ignores an answer whose charset is any other."""

CACHE_CONTROL = "private, no-store"
"""RFC 8908, 4.1: the answer is this device's alone, and only for now."""


def captive_state(standing: Standing | None, page_url: str, venue_info_url: str, now: float, *, extendable: bool) -> dict[str, Any]:
    """The API's answer (RFC 8908, 5).

    Args:
        standing: what the device has; None when it is not signed in, or not known.
        page_url: the portal's own address without a slash at the end.
        venue_info_url: empty none.
        now: seconds since the epoch.
        extendable: whether a guest may ask for more while online.

    Returns:
        ``captive`` and ``user-portal-url`` always (without the latter Android ignores a captive answer); the remaining time and
        data only where they are limited. ``bytes-remaining`` counts both directions together, so it is the smaller of the two
        limits' rests: what can certainly still be used.
    """
    state: dict[str, Any] = {"captive": standing is None, "user-portal-url": f"{page_url}/"}
    if venue_info_url:
        state["venue-info-url"] = venue_info_url
    if standing is None:
        return state
    state["can-extend-session"] = extendable
    seconds = standing.seconds_left(now)
    if seconds is not None:
        state["seconds-remaining"] = seconds
    rests = [left for left in (standing.down_left_octets, standing.up_left_octets) if left is not None]
    if rests:
        state["bytes-remaining"] = min(rests)
    return state

"""Devices that are signing in with an account that somebody else keeps, as elements of the kernel's sets. Used by the service.

Each is two elements for some minutes: `signing` (device -> mark of its flows to the providers) and `signing_marks` (the mark, for
what comes back). The kernel drops both when the time is up, with or without us.
"""

from routerd.core.errors import Unavailable
from routerd.firewall import keys
from routerd.firewall.change import Change
from routerd.firewall.ruleset import TABLE
from routerd.kernel import elements
from routerd.kernel.elements import Element

SIGNING, MARKS = "signing", "signing_marks"

DEVICES_MOST = 4096
"""As rules/routerd.nft says of `signing`."""


def opening(device: bytes, ttl_s: float) -> Change:
    """The change that lets a device reach the providers; one that does already gets the time anew.

    Args:
        device: `keys.device_key`.
        ttl_s: for how long.

    Raises:
        Unavailable: the kernel refused, or too many are signing in.
    """
    held = {element.key: element.data for element in elements.dump(TABLE, SIGNING)}
    mark = held.get(device) or _free({*held.values(), *(element.key for element in elements.dump(TABLE, MARKS))})
    life = max(1, int(ttl_s * 1000))
    return Change(put=[(SIGNING, Element(device, mark, life)), (MARKS, Element(mark, timeout_ms=life))])


def closing(device: bytes) -> tuple[Change, int | None]:
    """The change that shuts a device out of there, and the mark of its flows; None when it was not signing in."""
    element = elements.get(TABLE, SIGNING, device)
    if element is None:
        return Change(), None
    return Change(drop=[(SIGNING, device), (MARKS, element.data)]), keys.signing_mark(element.data)


def _free(taken: set[bytes]) -> bytes:
    """A mark that nobody's flows have."""
    for number in range(1, DEVICES_MOST + 1):
        mark = keys.signing_key(number)
        if mark not in taken:
            return mark
    raise Unavailable(f"{DEVICES_MOST} guests are already signing in with accounts of others")

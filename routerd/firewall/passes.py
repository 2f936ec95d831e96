"""Open sessions as elements of the kernel's sets, and back: the Gate that sessions ask for, less the shaping.

A session is three elements: `session` (device -> mark), `up` (mark and device, with quota) and `down` (mark,
with quota). The kernel drops each when its time is up and stops matching it when its quota is spent, with or without us.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from routerd.core.terms import Pass, PassKey, Requota, Usage
from routerd.firewall import keys
from routerd.firewall.change import Change, present
from routerd.firewall.idle import Idle
from routerd.firewall.networks import Networks
from routerd.firewall.ruleset import TABLE
from routerd.kernel import elements
from routerd.kernel.elements import UNLIMITED, Element

SESSION, UP, DOWN, SPENT, SEEN = "session", "up", "down", "spent", "seen"

SEEN_MS = 31 * 86_400_000
"""As rules/routerd.nft says of `seen`."""


def opening(passes: Sequence[Pass], networks: Networks) -> Change:
    """The change that opens passes.

    Raises:
        Unavailable: a network's interface is missing.
    """
    change = Change()
    places = _places(passes, networks)
    for each in passes:
        index = places[each.network]
        change.put += elements_of(each, index, each.down_used_octets, each.up_used_octets)
        change.drop.append((SEEN, keys.mark_key(each.mark)))
    return change


def elements_of(each: Pass, index: int, down: int, up: int) -> list[tuple[str, Element]]:
    """A pass's three elements, counting on from `down` and `up` octets."""
    life = None if each.ttl_s is None else max(1, int(each.ttl_s * 1000))
    mark = keys.mark_key(each.mark)
    down_quota, up_quota = _quota(each.down_quota_octets), _quota(each.up_quota_octets)
    return [
        (SESSION, Element(keys.device_key(index, each.mac), mark, life)),
        (UP, Element(keys.up_key(each.mark, index, each.mac), timeout_ms=life, quota=up_quota, consumed=min(up, up_quota))),
        (DOWN, Element(mark, timeout_ms=life, quota=down_quota, consumed=min(down, down_quota))),
    ]


def closing(passes: Sequence[PassKey], networks: Networks) -> Change:
    """The change that closes passes; a device's newer session under another mark is left alone."""
    change = Change()
    places = _places(passes, networks)
    sessions = present([(SESSION, keys.device_key(places[key.network], key.mac)) for key in passes])
    for key in passes:
        index = places[key.network]
        device, mark = keys.device_key(index, key.mac), keys.mark_key(key.mark)
        session = sessions.get((SESSION, device))
        if session is not None and session.data == mark:
            change.drop.append((SESSION, device))
        change.drop += [(UP, keys.up_key(key.mark, index, key.mac)), (DOWN, mark), (SEEN, mark)]
    return change


def final(passes: Sequence[PassKey], removed: Mapping[tuple[str, bytes], Element], networks: Networks) -> list[Usage]:
    """What the removed elements had counted, for each pass that was open."""
    found: list[Usage] = []
    places = _places(passes, networks)
    for key in passes:
        up = removed.get((UP, keys.up_key(key.mark, places[key.network], key.mac)))
        down = removed.get((DOWN, keys.mark_key(key.mark)))
        if up is not None or down is not None:
            found.append(usage_of(key.mark, key.mac, key.network, down, up))
    return found


def usage(networks: Networks, idle: Idle, now: float) -> list[Usage]:
    """Everything that the kernel holds.

    Args:
        networks: the guest networks.
        idle: told of each count.
        now: monotonic seconds.

    Raises:
        Unavailable: the kernel refused.
    """
    names = networks.names()
    downs = {keys.mark_of(element.key): element for element in elements.dump(TABLE, DOWN)}
    found: list[Usage] = []
    for element in elements.dump(TABLE, UP):
        mark, index, mac = keys.up_parts(element.key)
        idle_s = idle.look(mark, octets(element), now, partial(_seen, mark))
        found.append(usage_of(mark, mac, names.get(index, ""), downs.pop(mark, None), element, idle_s))
    found += [usage_of(mark, "", "", element, None) for mark, element in downs.items()]
    idle.keep(each.mark for each in found)
    return found


def _seen(mark: int) -> float | None:
    """Seconds since the session's device last began a flow, by the life that is left of its element."""
    element = elements.get(TABLE, SEEN, keys.mark_key(mark))
    if element is None or element.expires_ms is None:
        return None
    return max(0, SEEN_MS - element.expires_ms) / 1000


def usage_of(mark: int, mac: str, network: str, down: Element | None, up: Element | None, idle_s: float | None = None) -> Usage:
    """What two elements say of a session; refused packets, which the kernel counts as well, are left out."""
    some = up or down
    assert some is not None
    life = some.expires_ms
    return Usage(
        mark,
        mac,
        network,
        octets(down),
        octets(up),
        idle_s,
        _limit(down),
        _limit(up),
        None if life is None else life / 1000,
    )


def octets(element: Element | None) -> int:
    """What an element has let through."""
    if element is None or element.quota is None:
        return 0
    return min(element.consumed, element.quota)


def _places(passes: Iterable[Pass | PassKey], networks: Networks) -> dict[str, int]:
    """Interface numbers of the networks that are named."""
    return {name: networks.index(name) for name in {each.network for each in passes}}


def _quota(limit: int | None) -> int:
    return UNLIMITED if limit is None else max(0, min(limit, UNLIMITED))


def _limit(element: Element | None) -> int | None:
    return None if element is None or element.quota is None or element.quota >= UNLIMITED else element.quota


def requota(passes: Sequence[Pass], networks: Networks) -> list[Requota]:
    """Give open passes new quotas, times and rates, counting on from what the kernel has counted until now.

    Raises:
        Unavailable: the kernel refused; nothing was changed.
    """
    places = _places(passes, networks)
    wanted = [(UP, keys.up_key(each.mark, places[each.network], each.mac)) for each in passes]
    now = present([*wanted, *((DOWN, keys.mark_key(each.mark)) for each in passes)])
    change = Change()
    looked: list[tuple[Pass, Element, Element]] = []
    for each in passes:
        up = now.get((UP, keys.up_key(each.mark, places[each.network], each.mac)))
        down = now.get((DOWN, keys.mark_key(each.mark)))
        if up is not None and down is not None:
            looked.append((each, down, up))
            change.put += elements_of(each, places[each.network], octets(down), octets(up))
            change.drop.append((SPENT, keys.mark_key(each.mark)))
    removed = change.apply() if looked else {}
    return [_requoted(each, down, up, removed) for each, down, up in looked]


def _requoted(each: Pass, down: Element, up: Element, removed: Mapping[tuple[str, bytes], Element]) -> Requota:
    last_down = removed.get((DOWN, down.key), down)
    last_up = removed.get((UP, up.key), up)
    return Requota(
        each.mark,
        octets(last_down),
        octets(last_up),
        octets(last_down) - octets(down),
        octets(last_up) - octets(up),
    )

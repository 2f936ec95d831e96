"""Speed limits: which session has which HTB class where. Called by `firewall.service`, under its lock.

Downloads are shaped where they leave towards the guest, uploads where they leave on the uplink. Nothing is there until the first
session with a limit is opened (or the line's speed is known, which is then shared fairly): then the interface gets an HTB qdisc and
the table the two maps from ct mark to class. A class has the session's number.

Limit: the line's speed downwards is kept on each guest network by itself; with several, they share it as their queues let them.
"""

import errno
import logging
import socket
from collections.abc import Callable, Iterable, Sequence

from routerd.core.errors import Unavailable
from routerd.core.settings import Settings
from routerd.core.terms import Pass, PassKey
from routerd.firewall import keys
from routerd.firewall.change import Change
from routerd.firewall.networks import Networks
from routerd.kernel import htb, rtnetlink
from routerd.kernel.elements import Element
from routerd.kernel.htb import Class
from routerd.kernel.rtnetlink import Request

log = logging.getLogger(__name__)

CLASS_DOWN, CLASS_UP = "class_down", "class_up"

_Place = tuple[str, int]
"""Map and session number."""


class Shaping:
    """The classes.

    Args:
        settings: the line's speed and the networks' defaults.
        networks: the guest networks.
        switch: called when `active` has become true: loads the ruleset with the maps in it.
    """

    def __init__(self, settings: Settings, networks: Networks, switch: Callable[[], None]) -> None:
        self._switch = switch
        self._classes: dict[_Place, Class] = {}
        self._sound: set[int] = set()
        """Interfaces that have our qdisc; looking costs as much as there are sessions, so it is done once."""
        self.reconfigure(settings, networks)

    def reconfigure(self, settings: Settings, networks: Networks) -> None:
        """Take other settings; classes are made anew as sessions are opened again."""
        self._settings = settings
        self._networks = networks
        assert settings.uplink is not None
        self._uplink = settings.uplink
        self._classes.clear()
        self._sound.clear()
        defaults = any(network.down_kbit or network.up_kbit for network in settings.guest)
        self.active = defaults or bool(self._uplink.down_kbit or self._uplink.up_kbit)

    def set(self, passes: Sequence[Pass]) -> None:
        """Give each pass its classes, or none.

        Raises:
            Unavailable: the kernel refused, or an interface is missing.
        """
        wanted = {place: each for one in passes for place, each in self._wanted(one).items()}
        if wanted and not self.active:
            self.active = True
            self._switch()
        if not self.active:
            return
        try:
            changed = self._shape(wanted)
        except Unavailable:
            if not self._sound:
                raise
            self._sound.clear()  # somebody may have taken our qdisc away
            changed = self._shape(wanted)
        every = [(name, one.mark) for one in passes for name in (CLASS_DOWN, CLASS_UP)]
        self._assign(changed, [place for place in every if place not in wanted])

    def adopt(self) -> None:
        """Go on with limits that an earlier daemon set; which session has which is not known, so each is set anew when it is told."""
        self.active = True

    def clear(self, closed: Sequence[PassKey]) -> None:
        """Take the classes of closed sessions away, also those that an earlier daemon made.

        Raises:
            Unavailable: the kernel refused.
        """
        if not self.active:
            return
        for key in closed:
            places = {CLASS_DOWN: self._networks.index(key.network), CLASS_UP: self._uplink_index()}
            for name, index in places.items():
                self._classes.setdefault((name, key.mark), Class(index, key.mark, 0))
        self._assign({}, [(name, key.mark) for key in closed for name in (CLASS_DOWN, CLASS_UP)])

    def remove(self) -> None:
        """Give every interface its own qdisc back."""
        rtnetlink.apply([htb.no_qdisc(index) for index in self._indices()])
        self._classes.clear()
        self._sound.clear()

    def _shape(self, wanted: dict[_Place, Class]) -> dict[_Place, Class]:
        qdiscs = self._missing_qdiscs(wanted.values())
        changed = {place: each for place, each in wanted.items() if self._classes.get(place) != each}
        self._apply([*qdiscs, *(request for each in changed.values() for request in htb.shaped(each))])
        return changed

    def _wanted(self, one: Pass) -> dict[_Place, Class]:
        found: dict[_Place, Class] = {}
        down = _least(one.down_kbit, self._uplink.down_kbit)
        up = _least(one.up_kbit, self._uplink.up_kbit)
        if down:
            found[CLASS_DOWN, one.mark] = Class(self._networks.index(one.network), one.mark, down, bool(self._uplink.down_kbit))
        if up:
            found[CLASS_UP, one.mark] = Class(self._uplink_index(), one.mark, up, bool(self._uplink.up_kbit))
        return found

    def _missing_qdiscs(self, wanted: Iterable[Class]) -> list[Request]:
        made: list[Request] = []
        for index in {each.index for each in wanted} - self._sound:
            line = self._uplink.up_kbit if _name(index) == self._uplink.interface else self._uplink.down_kbit
            fits = htb.has_qdisc(index) and htb.classes(index).get(htb.LINE, 0) == (htb.octets_s(line) if line else 0)
            if not fits:
                self._apply([htb.no_qdisc(index)], {errno.ENOENT, errno.EINVAL})
                made += htb.qdisc(index, line)
                self._classes = {place: each for place, each in self._classes.items() if each.index != index}
            self._sound.add(index)
        return made

    def _assign(self, changed: dict[_Place, Class], gone: Sequence[_Place]) -> None:
        change = Change()
        for (name, mark), each in changed.items():
            change.put.append((name, Element(keys.mark_key(mark), htb.classid(each.minor).to_bytes(4, "little"))))
        change.drop = [(name, keys.mark_key(mark)) for name, mark in gone]
        change.apply()
        self._classes.update(changed)
        old = [self._classes.pop(place) for place in gone if place in self._classes]
        self._apply([htb.unshaped(each.index, each.minor) for each in old], {errno.ENOENT, errno.ENODEV, errno.EINVAL})

    def _apply(self, requests: Sequence[Request], harmless: Iterable[int] = ()) -> None:
        failures = [failure for failure in rtnetlink.apply(requests) if failure.code not in set(harmless)]
        if not failures:
            return
        if any(failure.code in {errno.ENOENT, errno.EOPNOTSUPP} for failure in failures):
            raise Unavailable(f"speed limits need HTB and TBF (CONFIG_NET_SCH_HTB, CONFIG_NET_SCH_TBF): {failures[0]}")
        raise Unavailable(f"the kernel refused a speed limit: {failures[0]}")

    def _uplink_index(self) -> int:
        try:
            return socket.if_nametoindex(self._uplink.interface)
        except OSError:
            raise Unavailable(f"there is no interface {self._uplink.interface}") from None

    def _indices(self) -> list[int]:
        found = list(self._networks.names())
        try:
            found.append(self._uplink_index())
        except Unavailable:
            log.info("the uplink is not there; nothing to take from it")
        return found


def _least(kbit: int, line_kbit: int) -> int:
    """The speed of a session: its own, at most the line's; 0 when neither is known."""
    return min(kbit or line_kbit, line_kbit or kbit)


def _name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return ""

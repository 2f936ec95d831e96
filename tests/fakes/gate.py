"""A gate whose kernel is a dictionary: quotas, timeouts and idle times as nftables elements have them, driven by a FakeClock.

An element stops letting octets through at its quota or when its time is up, with nobody's help; an element whose time is up is
gone from dumps and closes. What a device sends while it has no element is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from routerd.core.errors import Unavailable
from routerd.core.terms import Pass, PassKey, Requota, Usage
from tests.fakes.clock import FakeClock


@dataclass
class Element:
    """What the kernel holds of one pass."""

    pass_: Pass
    down: int
    up: int
    gone_at: float | None
    last_packet_at: float | None = None


class FakeGate:
    """Fulfils `sessions.ports.Gate`.

    Args:
        clock: tells when elements time out and how long devices have been idle.

    Attributes:
        elements: what is open, by (mac, network); time-outs are swept out lazily.
        broken: verbs that raise Unavailable, such as ``{"open"}``.
        gap: octets (down, up) that pass between look and replacement in `requota`.
        calls: names of the verbs called, in order.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.elements: dict[tuple[str, str], Element] = {}
        self._marks: dict[int, tuple[str, str]] = {}
        self.broken: set[str] = set()
        self.gap = (0, 0)
        self.calls: list[str] = []

    def open(self, passes: Sequence[Pass]) -> None:
        self._called("open")
        for pass_ in passes:
            other = self._marks.get(pass_.mark, (pass_.mac, pass_.network))
            held = self.elements.get(other)
            if other != (pass_.mac, pass_.network) and held is not None and held.pass_.mark == pass_.mark:
                raise AssertionError(f"mark {pass_.mark} is taken by {other}")
            self._marks[pass_.mark] = (pass_.mac, pass_.network)
            used = Element(pass_, pass_.down_used_octets, pass_.up_used_octets, self._end(pass_))
            self.elements[pass_.mac, pass_.network] = used

    def requota(self, passes: Sequence[Pass]) -> Sequence[Requota]:
        self._called("requota")
        answers = []
        for pass_ in passes:
            old = self._live(pass_.mac, pass_.network)
            if old is None or old.pass_.mark != pass_.mark:
                continue
            down, up = old.down, old.up
            self.spend(pass_.mac, *self.gap, network=pass_.network)
            self.elements[pass_.mac, pass_.network] = Element(pass_, down, up, self._end(pass_), old.last_packet_at)
            answers.append(Requota(pass_.mark, old.down, old.up, old.down - down, old.up - up))
        return answers

    def close(self, keys: Sequence[PassKey]) -> Sequence[Usage]:
        self._called("close")
        final = []
        for key in keys:
            element = self._live(key.mac, key.network)
            if element is not None and element.pass_.mark == key.mark:
                final.append(self._usage(element))
                del self.elements[key.mac, key.network]
        return final

    def usage(self) -> Sequence[Usage]:
        self._called("usage")
        return [self._usage(element) for element in self._all_live()]

    def spend(self, mac: str, down: int = 0, up: int = 0, network: str = "main") -> tuple[int, int]:
        """Let a device download and send; returns the octets that got through."""
        element = self._live(mac, network)
        if element is None:
            return 0, 0
        down = min(down, _room(element.pass_.down_quota_octets, element.down))
        up = min(up, _room(element.pass_.up_quota_octets, element.up))
        element.down += down
        element.up += up
        if up or down:
            element.last_packet_at = self._clock.monotonic()
        return down, up

    def online(self, mac: str, network: str = "main") -> bool:
        """Whether the kernel holds an element for the device (spent or not)."""
        return self._live(mac, network) is not None

    def keys(self) -> set[tuple[int, str, str]]:
        """Mark, MAC and network of all that is open."""
        return {(element.pass_.mark, element.pass_.mac, element.pass_.network) for element in self._all_live()}

    def flush(self) -> None:
        """What an administrator's `nft flush ruleset` does."""
        self.elements.clear()

    def _called(self, verb: str) -> None:
        self.calls.append(verb)
        if verb in self.broken:
            raise Unavailable(f"the kernel refused {verb}")

    def _end(self, pass_: Pass) -> float | None:
        return None if pass_.ttl_s is None else self._clock.monotonic() + pass_.ttl_s

    def _live(self, mac: str, network: str) -> Element | None:
        element = self.elements.get((mac, network))
        if element is not None and element.gone_at is not None and element.gone_at <= self._clock.monotonic():
            del self.elements[mac, network]
            return None
        return element

    def _all_live(self) -> list[Element]:
        found = (self._live(mac, network) for mac, network in list(self.elements))
        return [element for element in found if element is not None]

    def _usage(self, element: Element) -> Usage:
        now = self._clock.monotonic()
        held = element.pass_
        return Usage(
            mark=held.mark,
            mac=held.mac,
            network=held.network,
            down_octets=element.down,
            up_octets=element.up,
            idle_s=None if element.last_packet_at is None else now - element.last_packet_at,
            down_quota_octets=held.down_quota_octets,
            up_quota_octets=held.up_quota_octets,
            ttl_s=None if element.gone_at is None else element.gone_at - now,
        )


def _room(quota: int | None, used: int) -> int:
    return 1 << 62 if quota is None else max(0, quota - used)

"""Notices that two devices use one MAC address. Pure: it is told what was seen and when, and says when that is suspicious.

One device may change its address or its port (a new lease, roaming between access points), but it is not in two places: what
counts is an address claimed while another one of the same MAC is alive, or a MAC that jumps back and forth between ports.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

ALIVE_S = 120.0
"""An address claimed within so long is in use."""

JUMPS = 3
"""Changes of port within JUMPS_S that no walk through a hotel makes."""

JUMPS_S = 60.0

REPEAT_S = 600.0
"""A MAC is reported once in so long."""

DEVICES_MOST = 20_000


@dataclass(slots=True)
class _Trace:
    claimed: dict[str, float] = field(default_factory=dict)
    port: str = ""
    jumps: list[float] = field(default_factory=list)
    reported: float = -REPEAT_S


class Clones:
    """Watches claims and ports of signed-in devices."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, _Trace] = OrderedDict()

    def claimed(self, mac: str, address: str, at: float) -> str:
        """A device claimed an IPv4 address.

        Returns:
            What is suspicious about it, or an empty text.
        """
        trace = self._trace(mac)
        others = [other for other, seen in trace.claimed.items() if other != address and at - seen < ALIVE_S]
        fresh = at - trace.claimed.get(address, -ALIVE_S) >= ALIVE_S
        trace.claimed = {other: trace.claimed[other] for other in others} | {address: at}
        if not others or not fresh:
            return ""
        return self._report(trace, at, f"claims {address} while {others[-1]} is in use")

    def released(self, mac: str, address: str) -> None:
        """The address was given back: whoever had it does not use it any more."""
        if mac in self._traces:
            self._traces[mac].claimed.pop(address, None)

    def on_port(self, mac: str, port: str, at: float) -> str:
        """A device was seen behind a port of the bridge; returns what is suspicious, or an empty text."""
        trace = self._trace(mac)
        before, trace.port = trace.port, port
        if not before or before == port:
            return ""
        trace.jumps = [jump for jump in trace.jumps if at - jump < JUMPS_S] + [at]
        if len(trace.jumps) < JUMPS:
            return ""
        return self._report(trace, at, f"jumps between ports {before} and {port}")

    def forget(self, mac: str) -> None:
        """The device is not signed in any more."""
        self._traces.pop(mac, None)

    def _report(self, trace: _Trace, at: float, evidence: str) -> str:
        if at - trace.reported < REPEAT_S:
            return ""
        trace.reported = at
        return evidence

    def _trace(self, mac: str) -> _Trace:
        trace = self._traces.setdefault(mac, _Trace())
        self._traces.move_to_end(mac)
        while len(self._traces) > DEVICES_MOST:
            self._traces.popitem(last=False)
        return trace

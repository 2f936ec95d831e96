"""Traffic control as the firewall uses it: an HTB qdisc on an interface, one class for each session, each with its queue.

A codec and the verbs that use it; numbers are those of linux/pkt_sched.h. Speeds come as kbit/s of IP packets.

Two traps of HTB decide the shape. It charges a packet with its Ethernet header, so speeds are scaled by what that is of a full-sized
packet. And a packet may be 64 KiB when the sender leaves segmentation to its network card: at 1 Mbit/s such a one takes half a
second, and a queue measured in octets that is shorter than it drops it whole, for ever. Below SEGMENT_KBIT the queue is therefore a
token bucket (TBF) far faster than the class, which does nothing but cut such packets into their segments; the queue within it is
measured in octets.
"""

import struct
from dataclasses import dataclass

from routerd.kernel import rtnetlink
from routerd.kernel.attributes import attribute, nested, parse, text
from routerd.kernel.netlink import CREATE, REPLACE
from routerd.kernel.rtnetlink import Request

MAJOR = 0x5244
"""Handle of our qdiscs."""
LINE = 0xFFFF
"""Minor number of the class that stands for the whole line; sessions' are below."""

SEGMENT_KBIT = 50_000
"""From here on 64 KiB take less than 11 ms, and cutting them would only cost time."""

QUEUE_S = 0.15
"""How long a full queue takes to drain: enough for one TCP connection over a distant server to keep the line busy."""
QUEUE_LEAST = 16 * 1514
QUEUE_LEAST_UNCUT = 4 * 65_536
BURST_S = 0.01
"""How much unused time may be made up for: covers late timers; more would show as a burst over the speed."""
BURST_LEAST = 2 * 1514
SHARE_KBIT = 8
"""Speed that a session is sure of below a line class; the rest is shared out by turns of QUANTUM octets."""
QUANTUM = 3_028

_NEW_QDISC, _DEL_QDISC, _GET_QDISC, _NEW_CLASS, _DEL_CLASS, _GET_CLASS = 36, 37, 38, 40, 41, 42
_ROOT = 0xFFFF_FFFF
_KIND, _OPTIONS = 1, 2
_HTB_CLASS, _HTB_QDISC, _HTB_RATE64, _HTB_CEIL64 = 1, 2, 6, 7
_TBF_PARAMETERS, _TBF_BURST = 1, 6
_HEADER = struct.Struct("=BxHiIII")
_SPEED = struct.Struct("=BBHhHI")
_TAIL = struct.Struct("=5I")
_ETHERNET = 1
"""TC_LINKLAYER_ETHERNET: the kernel then computes times itself instead of expecting a table of them."""
_TICK_NS = 64
_MTU, _FRAME = 1500, 1514
_CUT_OCTETS_S = 2_000_000_000
_UINT32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Class:
    """One session's class.

    Attributes:
        index: the interface's number.
        minor: the session's number.
        kbit: speed in kbit/s of IP packets, at least 1.
        below_line: whether it is one of those who share the line class.
    """

    index: int
    minor: int
    kbit: int
    below_line: bool = False


def classid(minor: int) -> int:
    """What a packet's priority has to be for it to go to the class."""
    return MAJOR << 16 | minor


def qdisc(index: int, line_kbit: int = 0) -> list[Request]:
    """An HTB qdisc in place of the interface's own; what is in no class passes unshaped.

    Args:
        index: the interface's number.
        line_kbit: speed of the line class; 0 makes none.
    """
    options = nested(_OPTIONS, attribute(_HTB_QDISC, _TAIL.pack(3, 10, 0, 0, 0)))
    body = _HEADER.pack(0, 0, index, MAJOR << 16, _ROOT, 0) + text(_KIND, "htb") + options
    made = [Request(_NEW_QDISC, CREATE | REPLACE, body)]
    if line_kbit:
        made.append(_class(index, LINE, MAJOR << 16, line_kbit, line_kbit))
    return made


def no_qdisc(index: int) -> Request:
    """Give the interface its default qdisc back; the classes go with ours."""
    return Request(_DEL_QDISC, 0, _HEADER.pack(0, 0, index, MAJOR << 16, _ROOT, 0))


def shaped(each: Class) -> list[Request]:
    """A class with its queue, in place of what it was before."""
    parent = classid(LINE) if each.below_line else MAJOR << 16
    sure = min(SHARE_KBIT, each.kbit) if each.below_line else each.kbit
    return [_class(each.index, each.minor, parent, sure, each.kbit), _queue(each)]


def unshaped(index: int, minor: int) -> Request:
    """Take a class away with what is queued in it."""
    return Request(_DEL_CLASS, 0, _HEADER.pack(0, 0, index, classid(minor), 0, 0))


def has_qdisc(index: int) -> bool:
    """Whether our HTB qdisc is on the interface.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    for _kind, payload in rtnetlink.dump(_GET_QDISC, _HEADER.pack(0, 0, 0, 0, 0, 0)):
        _family, _, at, handle, parent, _info = _HEADER.unpack_from(payload)
        if at == index and handle == MAJOR << 16 and parent == _ROOT:
            return True
    return False


def classes(index: int) -> dict[int, int]:
    """Minor number to most octets a second, as the kernel counts them, of every class on the interface.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    found: dict[int, int] = {}
    for _kind, payload in rtnetlink.dump(_GET_CLASS, _HEADER.pack(0, 0, index, 0, 0, 0)):
        handle = _HEADER.unpack_from(payload)[3]
        if handle >> 16 == MAJOR:
            options = parse(parse(payload[_HEADER.size :]).get(_OPTIONS, b""))
            ceiling = options.get(_HTB_CEIL64) or options.get(_HTB_CLASS, b"")[20:24]
            found[handle & 0xFFFF] = int.from_bytes(ceiling, "little")
    return found


def octets_s(kbit: int) -> int:
    """A speed as HTB counts it: octets a second, Ethernet headers of full-sized packets included."""
    return max(1, kbit * 125 * _FRAME // _MTU)


def _class(index: int, minor: int, parent: int, kbit: int, most_kbit: int) -> Request:
    sure, most = octets_s(kbit), octets_s(most_kbit)
    parameters = _speed(sure) + _speed(most) + _TAIL.pack(_burst(sure), _burst(most), QUANTUM, 0, 0)
    options = attribute(_HTB_CLASS, parameters)
    if max(sure, most) > _UINT32:
        options += attribute(_HTB_RATE64, sure.to_bytes(8, "little")) + attribute(_HTB_CEIL64, most.to_bytes(8, "little"))
    body = _HEADER.pack(0, 0, index, classid(minor), parent, 0) + text(_KIND, "htb") + nested(_OPTIONS, options)
    return Request(_NEW_CLASS, CREATE, body)


def _queue(each: Class) -> Request:
    head = _HEADER.pack(0, 0, each.index, 0, classid(each.minor), 0)
    octets = int(octets_s(each.kbit) * QUEUE_S)
    if each.kbit >= SEGMENT_KBIT:
        body = head + text(_KIND, "bfifo") + attribute(_OPTIONS, max(octets, QUEUE_LEAST_UNCUT).to_bytes(4, "little"))
    else:
        limit = max(octets, QUEUE_LEAST)
        parameters = _speed(_CUT_OCTETS_S) + _speed(0) + struct.pack("=III", limit, 0, 0)
        options = attribute(_TBF_PARAMETERS, parameters) + attribute(_TBF_BURST, _FRAME.to_bytes(4, "little"))
        body = head + text(_KIND, "tbf") + nested(_OPTIONS, options)
    return Request(_NEW_QDISC, CREATE | REPLACE, body)


def _speed(octets: int) -> bytes:
    return _SPEED.pack(0, _ETHERNET, 0, 0, 0, min(octets, _UINT32))


def _burst(octets: int) -> int:
    """How long the burst takes at this speed, in ticks."""
    burst = max(octets * BURST_S, BURST_LEAST)
    return min(_UINT32, int(burst * 1e9 / octets / _TICK_NS))

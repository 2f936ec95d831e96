"""Named counters of an nftables table. Called by the firewall for what operators want to see."""

from routerd.kernel import nfnetlink
from routerd.kernel.attributes import parse, text

_GET_OBJECT = 19
_TABLE, _NAME, _TYPE, _DATA = 1, 2, 3, 4
_COUNTER = 1
_OCTETS, _PACKETS = 1, 2


def counters(table: str) -> dict[str, tuple[int, int]]:
    """Packets and octets by name; empty when there is no such table.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    found: dict[str, tuple[int, int]] = {}
    for body in nfnetlink.dump(_GET_OBJECT, text(_TABLE, table)):
        each = parse(body)
        if each.get(_TABLE) == table.encode() + b"\0" and int.from_bytes(each[_TYPE], "big") == _COUNTER:
            values = parse(each[_DATA])
            name = each[_NAME].rstrip(b"\0").decode()
            found[name] = (int.from_bytes(values[_PACKETS], "big"), int.from_bytes(values[_OCTETS], "big"))
    return found

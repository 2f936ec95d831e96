"""Frames: how the daemon and a program beside it speak over pipes. A head with two lengths, a JSON object, then octets as they are.

`kernel.asides` writes questions and reads answers, `asides.talk` the other way round; both hand in how they read. Pure.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct(">II")

FRAME_OCTETS_MOST = 64 * 1024 * 1024
"""Of a frame: 2,000 vouchers on paper have some 4 MB; what says to be longer than this is no frame."""


class NoFrame(ValueError):
    """What came is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message.

    Attributes:
        words: a JSON object.
        octets: what would not fit into JSON, such as a document.
    """

    words: Mapping[str, Any]
    octets: bytes = b""


def pack(frame: Frame) -> bytes:
    """A frame as it is written.

    Raises:
        NoFrame: it is too long.
    """
    words = json.dumps(frame.words).encode()
    if len(words) + len(frame.octets) > FRAME_OCTETS_MOST:
        raise NoFrame(f"a message of {len(words) + len(frame.octets)} octets; expected {FRAME_OCTETS_MOST} at most")
    return _HEAD.pack(len(words), len(frame.octets)) + words + frame.octets


def unpack(read: Callable[[int], bytes]) -> Frame:
    """The next frame.

    Args:
        read: gives exactly as many octets as it is asked for; what it raises is let through.

    Raises:
        NoFrame: too long, or not a JSON object.
    """
    said, more = _HEAD.unpack(read(_HEAD.size))
    if said + more > FRAME_OCTETS_MOST:
        raise NoFrame(f"a message of {said + more} octets; expected {FRAME_OCTETS_MOST} at most")
    try:
        words = json.loads(read(said))
    except (ValueError, RecursionError) as error:
        raise NoFrame(f"a message that is no JSON: {error}") from None
    if not isinstance(words, dict):
        raise NoFrame("a message that is no JSON object")
    return Frame(words, read(more))

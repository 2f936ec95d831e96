"""Paths without multiple slashes, self-references and back-references, the way that ModSecurity v3 walks them.

It walks octet by octet in place, which shows at the edges: a segment that ends in two dots counts as a back-reference, a relative
path keeps the references that lead above its start, and of three or more backslashes the last one stays. Rules are written to what
it gives, so the same comes out here. Called through the catalogue only.
"""

import re

_SEGMENT = re.compile(rb"([^/]*)(/*)")
_SEGMENT_WIN = re.compile(rb"([^/\\]*)([/\\]*)")


def normalise_path(value: bytes) -> bytes:
    """Slashes only."""
    return _normalised(value, _SEGMENT)


def normalise_path_win(value: bytes) -> bytes:
    """Backslashes become slashes first."""
    return _normalised(value, _SEGMENT_WIN)


def _normalised(value: bytes, segments: re.Pattern[bytes]) -> bytes:
    if not value:
        return value
    walk = _Walk(relative=not _is_slash(value[:1], segments))
    for found in segments.finditer(value):
        whole = walk.segment(found[1], last=found.end(1) == len(value)) if found[1] else True
        if found[2]:
            walk.slash(_kept_slash(found[2], 2 if whole else 1))
    out = walk.out
    if out.endswith(b"/") and not _is_slash(value[-1:], segments):
        del out[-1]
    return bytes(out)


def _is_slash(octet: bytes, segments: re.Pattern[bytes]) -> bool:
    return octet == b"/" or (octet == b"\\" and segments is _SEGMENT_WIN)


def _kept_slash(run: bytes, turned: int) -> bytes:
    """The slash that a run of them leaves: its last, of which only the first `turned` have been turned from backslashes."""
    return b"/" if len(run) <= turned else run[-1:]


class _Walk:
    """What has been written so far."""

    __slots__ = ("hit_root", "out", "relative")

    def __init__(self, *, relative: bool) -> None:
        self.out = bytearray()
        self.relative = relative
        self.hit_root = False

    def slash(self, octet: bytes) -> None:
        """One separator; a relative path does not begin with one."""
        if self.out or not self.relative:
            self.out += octet

    def segment(self, name: bytes, *, last: bool) -> bool:
        """One segment; whether it was written down."""
        out = self.out
        out += name[:-1]
        if not name.endswith(b"."):
            self.hit_root = self.hit_root and not out
        elif out.endswith(b"."):
            return self._back(last=last)
        elif not out:
            return False
        elif out.endswith(b"/"):
            if not last:
                del out[-1]
            return False
        out += name[-1:]
        return True

    def _back(self, *, last: bool) -> bool:
        """A back-reference, of which the last dot is not written yet."""
        out = self.out
        if self.relative and (self.hit_root or len(out) <= 2):
            self.hit_root = True
            out += b"."
            return True
        cut = out.rfind(b"/", 0, max(0, len(out) - 2))
        if cut <= 0:
            self.hit_root = True
            cut = 1 if last and not self.relative else 0
        del out[cut:]
        return False

"""Pictures of the slider puzzle: a grey texture with a gap, and the piece that fills it, as PNG. Made with zlib alone.

Drawing one costs about a millisecond: rows are cut out of a texture that is drawn once, from another place each time.
"""

import struct
import zlib
from functools import cache
from math import sin

from routerd.core import tokens

WIDTH, HEIGHT, PIECE = 320, 160, 48
_SIDE = 1024
_DARK = bytes(octet * 2 // 5 for octet in range(256))
_BRIGHT = bytes(min(255, octet // 2 + 128) for octet in range(256))


def drawn(left: int, top: int) -> tuple[bytes, bytes]:
    """The background with a gap, and the piece.

    Args:
        left: of the gap, 0 to WIDTH - PIECE.
        top: of the gap, 0 to HEIGHT - PIECE.

    Returns:
        Both as PNG.
    """
    across, down = int(tokens.chance() * (_SIDE - WIDTH)), int(tokens.chance() * (_SIDE - HEIGHT))
    texture = _texture()
    rows = [texture[(down + y) * _SIDE + across :][:WIDTH] for y in range(HEIGHT)]
    piece = [rows[top + y][left : left + PIECE] for y in range(PIECE)]
    for y in range(PIECE):
        row = rows[top + y]
        gap = piece[y].translate(_BRIGHT if y in (0, PIECE - 1) else _DARK)
        gap = gap[:1].translate(_BRIGHT) + gap[1:-1] + gap[-1:].translate(_BRIGHT)
        rows[top + y] = row[:left] + gap + row[left + PIECE :]
    return png(rows), png(piece)


def png(rows: list[bytes]) -> bytes:
    """Rows of grey octets, all of one length, as PNG (ISO/IEC 15948)."""
    header = struct.pack("!IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    packer = zlib.compressobj(1, strategy=zlib.Z_HUFFMAN_ONLY)
    body = packer.compress(b"".join(b"\0" + row for row in rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def warm() -> None:
    """Draw the texture, so that the first puzzle need not wait for it (0.2 s)."""
    _texture()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))


@cache
def _texture() -> bytes:
    """Waves with grain, _SIDE by _SIDE octets of grey."""
    waves = [[sin(at / 23 + turn) + sin(at / 61 - turn) for at in range(_SIDE)] for turn in (0.0, 1.9)]
    grain = tokens.key_octets(_SIDE)
    rows = []
    for y in range(_SIDE):
        lift = waves[1][y] * 22 + 128
        rows.append(bytes(int(lift + wave * 22) + (grain[(x * 7 + y * 13) % _SIDE] & 31) & 255 for x, wave in enumerate(waves[0])))
    return b"".join(rows)

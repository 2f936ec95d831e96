"""Makes an uploaded picture anew: decoded within limits, scaled, written again without anything but its pixels.

What guests' browsers get was written by us: whatever else was in the file (places where it was taken, a second file behind the first,
scripts) is gone. Pillow is imported with the first upload only; it is the one library here that reads strangers' binary formats, so it
is told which three to expect and never gets a picture whose size was not looked at before.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from routerd.core.errors import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP")

UPLOAD_OCTETS_MOST = 5 * 1024 * 1024
"""A telephone's photograph."""

STORED_OCTETS_MOST = 500_000
"""Every guest's telephone fetches it, often over a slow line."""

PIXELS_MOST = 25_000_000
"""Decoded: 100 MB for a moment, at four octets a pixel. Refused before a pixel is decoded."""

SIDE_MOST = 16_384

BOUNDS = {"logo": 600, "background": 1920, "advert": 1000}
"""Kind of picture to the most pixels of its longer side."""

QUALITIES = (85, 75, 65)
SHRINK = 0.75
"""Each further attempt to get below STORED_OCTETS_MOST is so much smaller."""

COLOURS_OF_DRAWING = 4_096
"""A picture of so few colours was drawn, not photographed: JPEG would blur it."""

_drawing = threading.Lock()
"""One at a time: a picture needs much memory for a short while."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is kept.

    Attributes:
        id: changes with its content.
        media_type: ``image/png`` or ``image/jpeg``.
        width: pixels.
        height: pixels.
        content: the file.
    """

    id: str
    media_type: str
    width: int
    height: int
    content: bytes


def drawn(raw: bytes, kind: str) -> Drawn:
    """A picture made anew from an upload.

    Args:
        raw: the file as it came.
        kind: one of BOUNDS.

    Raises:
        BadInput: it is no picture of ours, or too large to be one.
    """
    if len(raw) > UPLOAD_OCTETS_MOST:
        raise BadInput(f"the file has {len(raw)} octets; expected at most {UPLOAD_OCTETS_MOST} (5 MB)")
    with _drawing:
        picture = _decoded(raw, BOUNDS[kind])
        content, media_type, size = _written(picture)
    return Drawn(sha256(content).hexdigest()[:32], media_type, *size, content)


def _decoded(raw: bytes, side: int) -> "Image":
    """Pixels alone, upright, within `side`."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - 10 MB that a box without uploads does without

    Image.MAX_IMAGE_PIXELS = None  # its own limit warns first; ours refuses
    try:
        with Image.open(BytesIO(raw), formats=FORMATS) as opened:
            _check(opened)
            opened.draft("RGB", (side, side))  # a JPEG is decoded at a fraction of its size where that is enough
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((side, side))
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            plain = Image.new(mode, upright.size)
            plain.paste(upright.convert(mode))
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - what decoders raise at broken files is not written down anywhere
        raise BadInput(f"the file is no PNG, JPEG or WebP picture that can be read ({type(error).__name__})") from None
    return plain


def _check(opened: "Image") -> None:
    width, height = opened.size
    if width * height > PIXELS_MOST or max(width, height) > SIDE_MOST:
        raise BadInput(f"the picture has {width} × {height} pixels; expected at most {PIXELS_MOST // 1_000_000} million in all")
    if getattr(opened, "n_frames", 1) > 1:
        raise BadInput("the picture is animated; expected one that stands still")


def _written(picture: "Image") -> tuple[bytes, str, tuple[int, int]]:
    while True:
        for content, media_type in _attempts(picture):
            if len(content) <= STORED_OCTETS_MOST:
                return content, media_type, picture.size
        picture = picture.resize((max(1, int(picture.width * SHRINK)), max(1, int(picture.height * SHRINK))))


def _attempts(picture: "Image") -> "Iterator[tuple[bytes, str]]":
    """Files of this picture, the best first: drawings and what is transparent as PNG, photographs as JPEG."""
    if picture.mode == "RGBA" or picture.getcolors(COLOURS_OF_DRAWING) is not None:
        yield _file(picture, "PNG", optimize=True), "image/png"
    if picture.mode == "RGBA":
        yield _file(picture.quantize(256), "PNG", optimize=True), "image/png"
        return
    for quality in QUALITIES:
        yield _file(picture, "JPEG", quality=quality, optimize=True, progressive=True), "image/jpeg"


def _file(picture: "Image", kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()

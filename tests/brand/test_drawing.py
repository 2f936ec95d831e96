"""Uploads are made anew: what is no still picture of a sensible size is refused before it costs anything, and nothing but pixels stays."""

import tracemalloc
import zlib
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from routerd.brand.drawing import BOUNDS, STORED_OCTETS_MOST, UPLOAD_OCTETS_MOST, drawn
from routerd.core.errors import BadInput
from tests.brand.files import SVG, animation, chunk, picture, png


def opened(made):
    return Image.open(BytesIO(made.content))


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("PNG", "1"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGB")]
)
def test_pictures_of_each_format_are_taken(kind, mode):
    made = drawn(picture(kind, mode=mode), "logo")
    assert (made.width, made.height) == (40, 20) == opened(made).size
    assert made.media_type == f"image/{opened(made).format.lower()}"


def test_transparency_stays():
    out = BytesIO()
    Image.new("RGBA", (30, 30), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(drawn(out.getvalue(), "logo")).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(("kind", "size"), [("logo", (1800, 600)), ("background", (4000, 3000)), ("advert", (300, 2500))])
def test_large_pictures_are_scaled_and_keep_their_shape(kind, size):
    out = BytesIO()
    Image.linear_gradient("L").resize(size).save(out, "JPEG")
    made = drawn(out.getvalue(), kind)
    assert max(made.width, made.height) == BOUNDS[kind]
    assert made.width / made.height == pytest.approx(size[0] / size[1], rel=0.02)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_hardly_compresses_ends_below_the_limit_all_the_same(mode):
    noise = Image.merge(mode, [Image.effect_noise((600, 600), 255) for _ in mode])
    out = BytesIO()
    noise.save(out, "PNG", compress_level=1)
    made = drawn(out.getvalue(), "background")
    assert len(made.content) <= STORED_OCTETS_MOST
    assert made.width == made.height


def test_nothing_of_the_file_but_its_pixels_stays():
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "where she lives"
    raw = picture("JPEG", exif=exif, comment=b"where she lives") + b"where she lives"
    assert b"where she lives" in raw
    assert b"where she lives" not in drawn(raw, "logo").content
    text = chunk(b"tEXt", b"Comment\0where she lives")
    assert b"where she lives" not in drawn(png(8, 8, text, rows=b"\0\xff" * 8), "logo").content


def test_a_photograph_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    made = drawn(picture("JPEG", (40, 20), exif=exif), "logo")
    assert (made.width, made.height) == (20, 40)


@pytest.mark.parametrize("behind", [SVG, b"<script>alert(1)</script>", b"PK\x03\x04" + b"\0" * 26, b"GIF89a" + b"\0" * 20])
def test_a_second_file_behind_the_first_is_gone(behind):
    made = drawn(picture("PNG") + behind, "logo")
    assert behind not in made.content
    assert b"script" not in made.content


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0",
        SVG,
        b"<html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        picture("GIF", mode="L"),
        picture("BMP"),
        picture("TIFF"),
        picture("PNG")[:60],
        picture("JPEG")[:200],
        b"II*\0" + b"\xff" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
    ids=["empty", "nul", "svg", "html", "gif-broken", "pdf", "png-head", "gif", "bmp", "tiff", "png-cut", "jpeg-cut", "tiff-broken", "eps"],
)
def test_what_is_no_picture_of_ours_is_refused(raw):
    with pytest.raises(BadInput, match="no PNG, JPEG or WebP picture"):
        drawn(raw, "logo")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(kind):
    with pytest.raises(BadInput, match="animated"):
        drawn(animation(kind), "advert")


def test_a_file_that_is_too_long_is_not_even_opened():
    with pytest.raises(BadInput, match="5242881 octets; expected at most 5242880"):
        drawn(b"x" * (UPLOAD_OCTETS_MOST + 1), "logo")


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (20_000, 100), (100, 20_000), (6_000, 5_000), (2**31 - 1, 2**31 - 1)])
def test_a_header_that_promises_too_much_is_refused_before_a_pixel_is_decoded(width, height):
    rows = zlib.compress(b"\0" * 1_000_000)
    raw = png(width, height, rows=rows)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=r"pixels; expected at most 25 million|no PNG"):
            drawn(raw, "logo")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_pixels_that_unpack_to_far_more_than_promised_are_cut_off():
    raw = png(64, 64, rows=b"\0" * 50_000_000)
    assert len(raw) < 100_000
    made = drawn(raw, "logo")
    assert (made.width, made.height) == (64, 64)


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
def test_texts_and_profiles_that_unpack_to_a_hundred_megabytes_do_not(name):
    bomb = chunk(name, b"x\0\0" + zlib.compress(b"\0" * 100_000_000, 9))
    tracemalloc.start()
    try:
        try:
            made = drawn(png(8, 8, bomb, rows=b"\0\xff" * 8), "logo")
            assert len(made.content) < 1000
        except BadInput:
            pass
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()

"""A photo of oneself becomes a small upright copy without place and device; what is no photo is refused."""

from __future__ import annotations

import io

import portraits
import pytest
from PIL import Image

from interview_engine.errors import TooLarge, UnsupportedMedia
from pipelines.scans.portrait import MAX_BYTES, SIDE, portrait_of


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


def test_the_copy_is_small_and_upright_however_the_phone_was_held() -> None:
    sent = portraits.as_sent()
    assert opened(sent).size == (1200, 900), "the camera has written it lying on its side"
    copy = opened(portrait_of(sent))
    assert (copy.format, copy.size) == ("JPEG", (SIDE * 3 // 4, SIDE))
    assert is_near(copy.getpixel((SIDE // 3, 20)), portraits.RED)
    assert is_near(copy.getpixel((SIDE // 3, SIDE - 20)), portraits.BLUE)


def test_nothing_that_the_camera_wrote_is_in_the_copy() -> None:
    sent = portraits.as_sent()
    assert opened(sent).getexif().get_ifd(portraits.GPS)
    assert b"at home" in sent
    copy = portrait_of(sent)
    assert not dict(opened(copy).getexif())
    assert set(opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for said in (b"at home", b"Invented Phone", b"Exif"):
        assert said not in copy


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_with_transparent_parts_is_taken_too(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 200), (10, 200, 10, 128)).save(file, kind)
    assert opened(portrait_of(file.getvalue())).size == (300, 200), "what is small already is not blown up"


@pytest.mark.parametrize("given", [b"", b"%PDF-1.7 no picture", b"\xff\xd8\xff\xe0 cut off", b"GIF89a"])
def test_what_is_no_photo_is_refused(given: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        portrait_of(given)
    assert refused.value.code == "photo.no_picture"


def test_a_picture_that_unpacks_to_more_than_a_phone_takes_is_refused() -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    assert len(file.getvalue()) < 200_000
    with pytest.raises(UnsupportedMedia):
        portrait_of(file.getvalue())


def test_more_than_20_mb_is_refused_without_being_opened() -> None:
    with pytest.raises(TooLarge) as refused:
        portrait_of(bytes(MAX_BYTES + 1))
    assert refused.value.code == "photo.too_large"

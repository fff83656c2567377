"""Photos of nobody: a drawn face as a phone would send it, lying on its side, with place and device written into it."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

GPS, ORIENTATION, MAKER, GPS_LATITUDE = 0x8825, 0x0112, 0x010F, 2
RED, BLUE = (200, 40, 40), (40, 60, 200)


def drawn(width: int = 900, height: int = 1200) -> Image.Image:
    """An upright picture: red above, blue below, a round face in the middle."""
    picture = Image.new("RGB", (width, height), BLUE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width, height // 3), fill=RED)
    draw.ellipse((width // 4, height // 3, 3 * width // 4, 5 * height // 6), fill=(235, 200, 170))
    return picture


def as_sent(picture: Image.Image | None = None) -> bytes:
    """The JPEG of a phone held sideways: turned, and told so in its metadata, with place, maker and a comment."""
    upright = drawn() if picture is None else picture
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Invented Phone"
    exif.get_ifd(GPS)[GPS_LATITUDE] = (31.0, 13.0, 47.0)
    file = io.BytesIO()
    turned = upright.rotate(90, expand=True)  # what orientation 6 turns back
    turned.save(file, "JPEG", exif=exif, comment=b"at home")
    return file.getvalue()

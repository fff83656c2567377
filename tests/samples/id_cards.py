"""Pictures of identity cards of invented people, marked as synthetic: made for tests, never a real card."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""With Chinese letters; the tests that read pictures skip where it is absent."""
WIDTH, HEIGHT = 1012, 638
"""Of a card of 85.6 × 54 mm at 300 dots an inch."""
INK, LABEL = (20, 20, 20), (60, 90, 140)

NAME, SEX, NATION, NUMBER = "欧阳测试", "女", "汉", "110105199003070025"
ADDRESS = ("样本省样本市样本区虚构路", "88号院3号楼2单元1502室")


def front(
    *,
    name: str = NAME,
    sex: str = SEX,
    born: tuple[int, int, int] = (1990, 3, 7),
    number: str = NUMBER,
    address: tuple[str, ...] = ADDRESS,
) -> Image.Image:
    """The side with the portrait: a grey field stands where the face would be."""
    card = Image.new("RGB", (WIDTH, HEIGHT), (226, 234, 240))
    draw = ImageDraw.Draw(card)
    _pair(draw, (60, 70), "姓名", name, 46)
    _pair(draw, (60, 160), "性别", sex, 38)
    _pair(draw, (300, 160), "民族", NATION, 38)
    draw.text((60, 240), "出生", LABEL, _font(34))
    x = 170
    for value, unit in zip(born, "年月日", strict=True):
        draw.text((x, 238), str(value), INK, _font(38))
        x += draw.textlength(str(value), _font(38)) + 16
        draw.text((x, 240), unit, LABEL, _font(34))
        x += 50
    draw.text((60, 320), "住址", LABEL, _font(34))
    for row, text in enumerate(address):
        draw.text((170, 318 + row * 54), text, INK, _font(36))
    draw.text((60, 540), "公民身份号码", LABEL, _font(34))
    draw.text((330, 532), number, INK, _font(44))
    draw.rectangle((720, 90, 950, 400), (190, 198, 204))
    draw.text((742, 410), "SYNTHETIC", (150, 156, 162), _font(30))
    return card


def back(*, valid: str = "2015.08.12-2035.08.12") -> Image.Image:
    """The side with the authority and the time of validity."""
    card = Image.new("RGB", (WIDTH, HEIGHT), (236, 240, 226))
    draw = ImageDraw.Draw(card)
    draw.text((330, 70), "中华人民共和国", INK, _font(56))
    draw.text((310, 170), "居民身份证", INK, _font(76))
    draw.text((160, 430), "签发机关", LABEL, _font(34))
    draw.text((340, 426), "样本市公安局样本分局", INK, _font(38))
    draw.text((160, 520), "有效期限", LABEL, _font(34))
    draw.text((340, 514), valid, INK, _font(40))
    draw.text((60, 60), "SYNTHETIC", (170, 176, 162), _font(26))
    return card


def on_a_table(card: Image.Image, *, turn: float = 4.0, blur: float = 0.8, room: int = 300) -> Image.Image:
    """The card as a phone sees it: on a dark ground, a little turned, a little out of focus, lit from one side."""
    photo = Image.new("RGB", (WIDTH + 2 * room, HEIGHT + 2 * room), (70, 60, 52))
    photo.paste(card, (room, room))
    photo = photo.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=(70, 60, 52))
    light = Image.linear_gradient("L").resize(photo.size).point(lambda value: 150 + value * 105 // 255)
    photo = Image.composite(photo, Image.new("RGB", photo.size), light)
    return photo.filter(ImageFilter.GaussianBlur(blur))


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """The file that a phone would send."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _pair(draw: ImageDraw.ImageDraw, at: tuple[int, int], label: str, value: str, size: int) -> None:
    draw.text(at, label, LABEL, _font(34))
    draw.text((at[0] + 110, at[1] - 4), value, INK, _font(size))


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size, index=2)

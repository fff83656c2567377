"""Photos of identity cards of invented people are read; what cannot be read says what to do next."""

from __future__ import annotations

import io
from datetime import date

import id_cards
import pytest
from PIL import Image

from interview_engine.errors import InvalidInput, TooLarge, UnsupportedMedia
from pipelines.scans.id_card import MAX_BYTES, read_id_card

TODAY = date(2026, 11, 30)

drawn = pytest.mark.skipif(not id_cards.FONT.is_file(), reason="no font with Chinese letters is installed")


@drawn
@pytest.mark.parametrize("turn", [4, 90, 176])
def test_the_side_with_the_portrait_is_read_however_the_phone_was_held(turn: int) -> None:
    read = read_id_card(id_cards.jpeg(id_cards.on_a_table(id_cards.front(), turn=turn)), TODAY)
    assert read.id_number is not None
    assert (read.name, read.id_number.number, read.id_number.born_on) == (
        id_cards.NAME,
        id_cards.NUMBER,
        date(1990, 3, 7),
    )
    assert read.address == "".join(id_cards.ADDRESS)
    assert read.doubts == ()


@drawn
def test_the_other_side_says_until_when_the_card_is_valid() -> None:
    read = read_id_card(id_cards.jpeg(id_cards.on_a_table(id_cards.back(), turn=-3)), TODAY)
    assert (read.valid_from, read.valid_until) == (date(2015, 8, 12), date(2035, 8, 12))
    assert read.issuer == "样本市公安局样本分局"


@drawn
def test_a_photo_of_nearly_20_mb_is_read() -> None:
    photo = Image.effect_noise((3000, 2200), 90).convert("RGB")
    photo.paste(id_cards.front().resize((2600, 1640)), (200, 280))
    large = io.BytesIO()
    photo.save(large, "PNG", compress_level=0)
    assert 18_000_000 < len(large.getvalue()) < MAX_BYTES
    assert read_id_card(large.getvalue(), TODAY).number_seen == id_cards.NUMBER


def test_a_photo_of_nothing_says_how_to_take_a_better_one() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_id_card(id_cards.jpeg(Image.new("RGB", (800, 600), (70, 60, 52))), TODAY)
    assert refused.value.code == "id_card.unreadable"
    assert "dark, even ground" in refused.value.next_step.en


@pytest.mark.parametrize("given", [b"", b"%PDF-1.7 no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_picture_is_refused(given: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        read_id_card(given, TODAY)
    assert refused.value.code == "id_card.no_picture"


def test_a_picture_that_unpacks_to_more_than_a_phone_takes_is_refused() -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    with pytest.raises(UnsupportedMedia):
        read_id_card(file.getvalue(), TODAY)


def test_more_than_20_mb_is_refused_without_being_opened() -> None:
    with pytest.raises(TooLarge) as refused:
        read_id_card(bytes(MAX_BYTES + 1), TODAY)
    assert refused.value.code == "id_card.too_large"

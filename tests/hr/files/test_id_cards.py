"""Lines of text become the fields of an identity card, whatever a reader of pictures makes of the lines."""

from __future__ import annotations

from datetime import date

import pytest

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.id_cards import CardRead, Line, read_card

TODAY = date(2026, 11, 30)
NUMBER = "110105199003070025"


def line(text: str, left: float, top: float, letter: float = 40) -> Line:
    """A level line whose letters are squares (digits half as wide)."""
    right = left + sum(letter if ord(one) > 255 else letter / 2 for one in text)
    return Line(text, ((left, top), (right, top), (right, top + letter), (left, top + letter)))


def quarter(one: Line) -> Line:
    """The line on a picture that was turned a quarter to the right."""
    a, b, c, d = ((1000 - y, x) for x, y in one.corners)
    return Line(one.text, (d, a, b, c))


FRONT = [
    line("姓名", 60, 70), line("欧阳测试", 170, 68), line("性别", 60, 160), line("女", 170, 160),
    line("民族汉", 300, 160), line("出生", 60, 240), line("1990年3月7日", 170, 240),
    line("住址", 60, 320), line("样本省样本市样本区虚构路", 170, 320), line("88号院3号楼", 172, 374),
    line("公民身份号码", 60, 540), line(NUMBER, 330, 540),
]  # fmt: skip


def read(*lines: Line) -> CardRead:
    return read_card(lines, TODAY)


def test_every_field_of_the_front_is_found() -> None:
    found = read(*FRONT)
    assert found.id_number is not None
    assert (found.name, found.address) == ("欧阳测试", "样本省样本市样本区虚构路88号院3号楼")
    assert (found.id_number.number, found.id_number.sex, found.doubts) == (NUMBER, "female", ())


def test_a_card_on_its_side_or_on_its_head_is_read_the_same() -> None:
    upright = read(*FRONT)
    turned = [quarter(one) for one in FRONT]
    assert read(*turned) == upright
    assert read(*(quarter(quarter(one)) for one in turned)) == upright


def test_label_and_value_in_one_line_are_taken_apart() -> None:
    assert read(line("姓名欧阳测试", 60, 70), *FRONT[2:]).name == "欧阳测试"


def test_letters_that_two_lines_share_count_once() -> None:
    # a part of the first letter of the value was read into the label's line
    assert read(line("姓名区", 60, 70), line("欧阳测试", 155, 70), *FRONT[2:]).name == "欧阳测试"


@pytest.mark.parametrize(
    ("seen", "means"), [("11O1O5l99OO3O70025", NUMBER), ("11010519900307002５".replace("５", "5"), NUMBER)]
)
def test_letters_that_look_like_digits_are_digits_in_a_number(seen: str, means: str) -> None:
    found = read(*FRONT[:-1], line(seen, 330, 540))
    assert found.id_number is not None
    assert found.id_number.number == means


def test_a_number_that_does_not_check_is_shown_and_doubted_never_taken() -> None:
    found = read(*FRONT[:-1], line("110105199003070026", 330, 540))
    assert (found.id_number, found.number_seen) == (None, "110105199003070026")
    assert "does not check" in found.doubts[0].en


def test_a_name_of_several_parts_keeps_its_points() -> None:
    assert read(line("姓名", 60, 70), line("买买提•样本", 170, 70), *FRONT[2:]).name == "买买提·样本"


@pytest.mark.parametrize("dash", ["-", "—", "一", "至"])
def test_the_back_says_from_when_to_when(dash: str) -> None:
    found = read(line("签发机关", 160, 430), line("样本市公安局", 340, 430), line("有效期限", 160, 520),
                 line(f"2015.08.12{dash}2035.08.12", 340, 520))  # fmt: skip
    assert (found.issuer, found.valid_from, found.valid_until) == (
        "样本市公安局", date(2015, 8, 12), date(2035, 8, 12),
    )  # fmt: skip


def test_a_card_for_good_has_no_last_day() -> None:
    found = read(line("有效期限", 160, 520), line("2006.01.02-长期", 340, 520))
    assert (found.valid_from, found.valid_until, found.doubts) == (date(2006, 1, 2), None, ())


def test_a_card_that_has_run_out_is_said_to_have() -> None:
    found = read(line("有效期限", 160, 520), line("2006.01.02-2026.01.02", 340, 520))
    assert "2026-01-02" in found.doubts[0].en


def test_both_sides_on_one_picture_give_all_fields() -> None:
    below = [line("签发机关", 160, 1030), line("样本市公安局", 340, 1030), line("有效期限", 160, 1120),
             line("2015.08.12-2035.08.12", 340, 1120)]  # fmt: skip
    found = read(*FRONT, *below)
    assert (found.name, found.number_seen, found.valid_until) == ("欧阳测试", NUMBER, date(2035, 8, 12))


@pytest.mark.parametrize("lines", [(), (line("营业执照", 60, 70), line("某某公司", 200, 70))])
def test_a_picture_without_a_card_is_refused(lines: tuple[Line, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(*lines)
    assert refused.value.code == "id_card.unreadable"

"""ID numbers in the sheet of employees: nothing guessed, kept encrypted, two people never under one (L2, D7)."""

from __future__ import annotations

from datetime import date

import pytest
from import_desk import HEADS, Desk
from sqlalchemy import func, select

from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files.entries import sections_of
from interview_engine.hr.files.tables import FileEntry
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.tables import ImportRow
from interview_engine.hr.people.tables import IdNumberKey, Person

WOMAN = "11010519491231002X"
MAN = "440524188001010014".replace("1880", "1980")[:17] + "1"
OLD = "110105491231002"
"""WOMAN's number as it was before 1999."""
WITH_ID = (*HEADS, "身份证号码", "出生日期", "性别")


def line(number: str, phone: str, id_number: str, born: str = "", sex: str = "", name: str = "何小满") -> list[str]:
    return [number, name, "客户服务部", "客服", phone, "2024-03-05", id_number, born, sex]


def said(desk: Desk, batch_id: str, number: int) -> list[tuple[str, str, str]]:
    found = next(one for one in desk.lines(batch_id) if one.number == number)
    return [(one["kind"], one["column"], words(one, "zh")[0]) for one in found.notes]


def held(desk: Desk) -> list[dict[str, object]]:
    """The identity cards that are kept, as hr opens them: masked."""
    with desk.world.database.reading() as session:
        found = []
        for person_id in session.scalars(select(FileEntry.person_id).order_by(FileEntry.id)):
            seen = sections_of(session, desk.actor, person_id)
            found += [dict(entry.values) for one in seen if one.section.name == "identity" for entry in one.entries]
        return found


@pytest.mark.parametrize(
    "cell",
    [WOMAN, WOMAN.lower(), "１１０１０５１９４９１２３１００２Ｘ", f"'{WOMAN}",
     f" {WOMAN[:6]} {WOMAN[6:14]} {WOMAN[14:]}", OLD, f"{OLD}.0", "1.10105491231002E+14"],
    ids=["plain", "small", "wide", "apostrophe", "spaces", "15-digits", "15-float", "15-exponent"],
)  # fmt: skip
def test_a_number_is_read_from_what_spreadsheets_make_of_it_and_named(desk: Desk, cell: str) -> None:
    batch_id = desk.imported([line("E001", "13800006701", cell, "1949-12-31", "女")], WITH_ID)
    assert desk.states(batch_id) == ["made"]
    assert held(desk)[0]["id_number"] == "110***********002X"
    assert (held(desk)[0]["born_on"], held(desk)[0]["sex"]) == (date(1949, 12, 31), "female")
    odd = [one for one in said(desk, batch_id, 2) if one[0] == "odd"]
    assert [one[1] for one in odd] == ([] if cell == WOMAN else ["身份证号码"])
    with desk.world.database.reading() as session:
        sealed = session.scalars(select(FileEntry.sealed)).one()
        notes = str(session.scalars(select(ImportRow.notes)).all())
    assert WOMAN not in sealed
    assert WOMAN not in notes
    assert OLD not in notes


@pytest.mark.parametrize(
    ("cell", "column"),
    [("1.10105E+17", "身份证号码"), ("110105194912310000", "身份证号码"), ("110105194912310021", "身份证号码"),
     ("1.1010519491231002e+17", "身份证号码"), ("12345", "身份证号码"), ("110105194913310023", "身份证号码")],
    ids=["lost", "lost-zeros", "checksum", "lost-one", "short", "day"],
)  # fmt: skip
def test_a_number_that_has_lost_digits_or_does_not_check_is_refused(desk: Desk, cell: str, column: str) -> None:
    batch_id = desk.imported([line("E001", "13800006701", cell)], WITH_ID)
    assert desk.states(batch_id) == ["refused"]
    assert said(desk, batch_id, 2)[0][:2] == ("refused", column)
    assert held(desk) == []


def test_birthday_and_sex_are_held_against_the_number(desk: Desk) -> None:
    rows = [
        line("E001", "13800006701", WOMAN, "1950-01-01"),
        line("E002", "13800006702", WOMAN, "", "男"),
        line("E003", "13800006703", "", "1990-01-01"),
        line("E004", "13800006704", "", "", ""),
    ]
    batch_id = desk.receive(rows, WITH_ID)
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["refused", "refused", "made", "made"]
    assert said(desk, batch_id, 2)[0][:2] == ("refused", "出生日期")
    assert said(desk, batch_id, 3)[0][1] in ("性别", "身份证号码")
    assert said(desk, batch_id, 4)[0][:2] == ("warned", "出生日期")
    assert said(desk, batch_id, 5) == []


def test_one_number_is_one_person_in_a_sheet_and_here(desk: Desk) -> None:
    twice = desk.imported([line("E001", "13800006701", WOMAN), line("E002", "13800006702", OLD)], WITH_ID)
    assert desk.states(twice) == ["made", "refused"]
    assert said(desk, twice, 3)[-1][:2] == ("refused", "身份证号码")
    other = desk.imported([line("E003", "13800006703", WOMAN, name="别人")], WITH_ID)
    assert desk.states(other) == ["refused"]
    assert said(desk, other, 2)[0][:2] == ("refused", "身份证号码")
    with desk.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdNumberKey)) == 1


def test_two_lines_with_one_phone_are_named_also_without_numbers(desk: Desk) -> None:
    batch_id = desk.imported([line("", "13800006701", ""), line("", "138 0000 6701", "", name="何小満")], WITH_ID)
    assert desk.states(batch_id) == ["made", "refused"]
    assert said(desk, batch_id, 3)[-1][:2] == ("refused", "手机")


def test_lines_without_a_number_find_their_row_by_id_number_then_by_phone(desk: Desk) -> None:
    desk.imported([line("", "13800006701", WOMAN), line("", "13800006702", "", name="李雷")], WITH_ID)
    again = desk.imported(
        [line("", "13800006799", WOMAN), line("", "13800006702", "", name="李雷")], WITH_ID
    )  # fmt: skip
    assert desk.states(again) == ["changed", "same"]
    with desk.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Employment)) == 2
        assert "13800006799" in " ".join(session.scalars(select(Person.phone))).replace(" ", "")


def test_a_number_is_added_and_corrected_and_taken_back_with_its_import(desk: Desk) -> None:
    desk.imported([line("E001", "13800006701", "")], WITH_ID)
    added = desk.imported([line("E001", "13800006701", WOMAN)], WITH_ID)
    assert desk.states(added) == ["changed"]
    assert desk.lines(added)[0].changes[0] == ("id_number", "", "110***********002X")
    desk.step(added, "undoing")
    assert desk.states(added) == ["taken_back"]
    assert held(desk) == []
    made = desk.imported([line("E009", "13800006709", WOMAN, name="韩梅")], WITH_ID)
    desk.step(made, "undoing")
    assert desk.states(made) == ["taken_back"]
    with desk.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdNumberKey)) == 0


def test_who_may_not_write_id_numbers_has_no_column_for_them(desk: Desk) -> None:
    desk.role = "recruiter"
    batch_id = desk.receive([line("E001", "13800006701", WOMAN)], WITH_ID)
    assert "身份证号码" not in desk.batch(batch_id).mapping


@pytest.mark.parametrize(
    ("month", "state"),
    [("1949.12", "made"), ("1949年12月", "made"), ("1949-12-31", "made"), ("1949.11", "refused"), ("", "made")],
)
def test_a_month_of_birth_is_held_against_the_number(desk: Desk, month: str, state: str) -> None:
    heads = (*HEADS, "身份证号码", "出生年月", "性别")
    batch_id = desk.imported([line("E001", "13800006701", WOMAN, month)], heads)
    assert desk.states(batch_id) == [state]
    assert [one[:2] for one in said(desk, batch_id, 2) if one[0] == "refused"] == (
        [("refused", "出生年月")] if state == "refused" else []
    )


def test_october_of_which_a_spreadsheet_has_kept_a_1_is_no_other_month(desk: Desk) -> None:
    october = "110105194910010023"
    heads = (*HEADS, "身份证号码", "出生年月", "性别")
    batch_id = desk.imported([line("E001", "13800006701", october, "1949.1")], heads)
    assert desk.states(batch_id) == ["made"]


def test_a_second_import_with_the_month_of_birth_changes_nothing(desk: Desk) -> None:
    heads = (*HEADS, "身份证号码", "出生年月", "性别")
    lines = [line("E001", "13800006701", WOMAN, "1949.12")]
    desk.imported(lines, heads)
    assert desk.states(desk.imported(lines, heads)) == ["same"]

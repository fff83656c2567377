"""A sheet against a form: heads in any language, every line taken or named with what is wrong in it."""

from __future__ import annotations

import pytest

from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.matching import propose, read_sheet
from interview_engine.i18n import LocalizedText

FIELDS = (
    Field("title", LocalizedText("职位", "Job"), required=True, also=("岗位名称",)),
    Field("phone", LocalizedText("手机", "Phone")),
    Field("places", LocalizedText("人数", "To hire"), "whole"),
)


def test_heads_are_found_by_their_words_in_any_language_and_by_what_else_people_call_them() -> None:
    for heads in (["职位", "人数"], ["job*", "to hire"], ["岗位名称＊", "places"]):
        assert list(propose(FIELDS, heads).values()) == ["title", "places"]


def test_a_column_is_one_field_and_what_no_field_is_called_is_named() -> None:
    sheet = read_sheet(FIELDS, ["职位", "job", "备注"], [(2, {"职位": "客服", "job": "x", "备注": "y"})])
    assert sheet.mapping == {"职位": "title"}
    assert sheet.unused == ("job", "备注")
    assert sheet.lines[0].values == {"title": "客服", "phone": None, "places": None}


def test_every_problem_of_a_line_is_named_with_its_row_and_column() -> None:
    rows = [
        (2, {"职位": "", "人数": "两个"}),
        (3, {"职位": "客服", "人数": "2.0"}),
        (4, {"职位": "客服" * 200, "人数": "1"}),
    ]
    sheet = read_sheet(FIELDS, ["职位", "人数"], rows)
    assert [line.row for line in sheet.lines] == [3]
    assert [(one.row, one.column) for one in sheet.anomalies] == [(2, "职位"), (2, "人数"), (4, "职位")]
    assert all(one.message.zh and one.next_step.zh for one in sheet.anomalies)


def test_a_second_line_with_the_same_key_is_an_anomaly_that_names_the_first() -> None:
    rows = [(2, {"职位": "客服"}), (5, {"职位": " 客服 "}), (6, {"职位": "销售"})]
    sheet = read_sheet(FIELDS, ["职位"], rows, key=("title",))
    assert [line.row for line in sheet.lines] == [2, 6]
    assert [(one.row, "2" in one.message.en) for one in sheet.anomalies] == [(5, True)]


def test_a_sheet_without_a_required_column_is_refused_as_a_whole() -> None:
    with pytest.raises(InvalidInput, match="no column for: Job"):
        read_sheet(FIELDS, ["手机"], [(2, {"手机": "1"})])


@pytest.mark.parametrize(("cell", "phone"), [("13800001111.0", "13800001111"), ("138-0000", "138-0000")])
def test_digits_that_a_spreadsheet_took_for_a_number_are_a_text_again(cell: str, phone: str) -> None:
    (line,) = read_sheet(FIELDS, ["职位", "手机"], [(2, {"职位": "客服", "手机": cell})]).lines
    assert line.values["phone"] == phone


@pytest.mark.parametrize("cell", ["1.10101199003071e+17", "110101199003071234.0"])
def test_a_number_that_a_spreadsheet_shortened_is_never_taken(cell: str) -> None:
    sheet = read_sheet(FIELDS, ["职位", "手机"], [(2, {"职位": "客服", "手机": cell})])
    assert (sheet.lines, sheet.anomalies[0].column) == ((), "手机")


def test_a_field_that_hangs_on_another_is_read_only_with_it() -> None:
    fields = (*FIELDS, Field("why", LocalizedText("原因", "Why"), required=True, when=("places", 1)))
    rows = [(2, {"职位": "客服", "人数": "2"}), (3, {"职位": "销售", "人数": "1"})]
    sheet = read_sheet(fields, ["职位", "人数"], rows)
    assert ([line.row for line in sheet.lines], [one.row for one in sheet.anomalies]) == ([2], [3])

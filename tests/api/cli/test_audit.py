"""`audit` over report files and tables as HR departments keep them (A14)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import report_samples as samples

from api.cli.main import main
from interview_engine.assessment.report import InterviewReport
from interview_engine.assessment.scoring import overall
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump

SELECTED = {"f": 4, "m": 8}
"""Of ten each: rates .4 and .8, so the impact ratio of "f" is .5 by hand."""


def _report(identity: str, value: float) -> InterviewReport:
    base = samples.strong()
    results = tuple(replace(samples.scored(r.competency_id, value), evidence=r.evidence) for r in base.competencies)
    return replace(
        base,
        interview_id=identity,
        candidate=f"候选人 {identity}",
        competencies=results,
        overall=overall(samples.KIT, results, len(samples.KIT.questions)),
    )


def _put(folder: Path, made: InterviewReport) -> None:
    path = folder / made.interview_id / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(dump(to_document(made, samples.KIT)), encoding="utf-8")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Twenty people: scores 1..8 and 9.0 …; ten "f" and ten "m" with rising scores."""
    folder = tmp_path / "out"
    for number in range(20):
        _put(folder, _report(f"case{number:02d}", 1.0 + 0.4 * number))
    return folder


def _rows() -> list[list[str]]:
    rows = [["interview", "sex", "ethnicity", "selected"]]
    for number in range(20):
        sex = "f" if number % 2 else "m"
        place = number // 2
        rows.append([f"case{number:02d}", sex, "甲" if place < 5 else "乙", "是" if place < SELECTED[sex] else "no"])
    return rows


def _csv(path: Path, rows: list[list[str]], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _table(folder: Path, kind: str) -> Path:
    if kind != "xlsx":
        return _csv(folder / "组.csv", _rows(), {"bom": "utf-8-sig", "gbk": "gbk", "utf-16": "utf-16"}[kind])
    book = openpyxl.Workbook()
    for row in _rows():
        book.active.append(row)
    book.save(folder / "组.xlsx")
    return folder / "组.xlsx"


def _audit(archive: Path, table: Path, *more: str) -> int:
    return main(["audit", str(archive), "--groups", str(table), *more])


def _found(archive: Path, kind: str, attributes: list[str]) -> dict[str, dict[str, object]]:
    document = json.loads((archive / "audit.json").read_text(encoding="utf-8"))
    (table,) = [t for t in document["tables"] if t["kind"] == kind and t["attributes"] == attributes]
    return {"/".join(row["group"]): row for row in table["rows"]}


@pytest.mark.parametrize("kind", ["bom", "gbk", "utf-16", "xlsx"])
def test_the_example_by_hand_comes_out_of_any_usual_file(archive: Path, tmp_path: Path, kind: str) -> None:
    assert _audit(archive, _table(tmp_path, kind)) == 0
    selection = _found(archive, "selection", ["sex"])
    assert (selection["f"]["n"], selection["f"]["hits"], selection["f"]["rate"]) == (10, 4, 0.4)
    assert (selection["m"]["rate"], selection["m"]["impact_ratio"]) == (0.8, 1.0)
    assert selection["f"]["impact_ratio"] == 0.5
    assert selection["f"]["below_four_fifths"] is True
    # scores rise with the number: above the median stand numbers 10..19, five of each sex; all of 乙 and none of 甲
    scoring = _found(archive, "scoring", ["sex"])
    assert [scoring[sex]["hits"] for sex in "fm"] == [5, 5]
    crossed = _found(archive, "scoring", ["sex", "ethnicity"])
    assert {group: row["rate"] for group, row in crossed.items()} == {"f/甲": 0, "f/乙": 1, "m/甲": 0, "m/乙": 1}


def test_the_page_and_the_csv_hold_the_figures_and_no_candidate(archive: Path, tmp_path: Path) -> None:
    _audit(archive, _table(tmp_path, "bom"))
    page = (archive / "audit.html").read_text(encoding="utf-8")
    assert "40.0 %" in page
    assert "0.500" in page
    assert page.count("参照 reference") == 6
    assert f"kit {samples.KIT.id} v{samples.KIT.version}" in page
    assert "候选人" not in page
    assert "case0" not in page
    rows = list(csv.DictReader((archive / "audit.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["impact_ratio"] for row in rows if row["rate"] == "selection" and row["group"] == "f"] == ["0.500"]


def test_unknown_people_missing_cells_and_reports_without_a_row_are_counted(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _put(archive, samples.unassessable())
    rows = [row for row in _rows() if row[0] != "case19"]
    rows[1][1] = ""
    rows[2][1] = " F "
    rows += [["nobody", "f", "甲", "yes"], [samples.unassessable().interview_id, "m", "甲", ""]]
    assert _audit(archive, _csv(tmp_path / "t.csv", rows, "utf-8")) == 0
    document = json.loads((archive / "audit.json").read_text(encoding="utf-8"))
    counted = (document["people"], document["without_score"], document["not_in_table"], document["unmatched"])
    assert counted == (19, 1, 1, ["nobody"])
    selection = _found(archive, "selection", ["sex"])
    assert set(selection) == {"F", "m"}
    assert sum(int(str(row["n"])) for row in selection.values()) == 18
    printed = capsys.readouterr().out
    assert "nobody" in printed
    assert "unknown 1" in printed


def test_a_report_that_cannot_be_read_is_named_and_exits_3(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / "case03" / "report.json").write_text("{", encoding="utf-8")
    assert _audit(archive, _table(tmp_path, "bom")) == 3
    assert "case03" in capsys.readouterr().out
    assert "1 份报告读不了" in (archive / "audit.html").read_text(encoding="utf-8")
    document = json.loads((archive / "audit.json").read_text(encoding="utf-8"))
    assert document["unreadable"] == [{"folder": "case03", "code": "report.unreadable"}]
    assert document["people"] == 19


def test_scores_of_two_kits_have_no_common_median(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = archive / "case00" / "report.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    kit = document["interview"]["kit"]["id"]
    document["interview"]["kit"]["id"] = "another"
    path.write_text(dump(document), encoding="utf-8")
    table = _table(tmp_path, "bom")
    assert _audit(archive, table) == 2
    told = capsys.readouterr().err
    assert "[audit.mixed_kits]" in told
    assert "another" in told
    assert not (archive / "audit.json").exists()
    assert _audit(archive, table, "--kit", kit) == 0
    assert json.loads((archive / "audit.json").read_text(encoding="utf-8"))["people"] == 19


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["interview", "sex"]], "audit.nobody"),
        ([["interview", "sex"], ["nobody", "f"]], "audit.nobody"),
        ([["interview", "selected"], ["case00", "yes"]], "audit.no_groups"),
        ([["interview", "sex", "selected"], ["case00", "f", "maybe"]], "audit.row"),
        ([["interview", "sex"], ["case00", "f"], ["case00", "m"]], "audit.row"),
        ([["name", "sex"], ["case00", "f"]], "table.columns"),
        ([["interview", "姓名"], *([f"case{n:02d}", f"人{n}"] for n in range(20))], "audit.not_a_group"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_both_languages(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[list[str]], code: str
) -> None:
    assert _audit(archive, _csv(tmp_path / "t.csv", rows, "utf-8")) == 2
    told = capsys.readouterr().err
    assert f"错误 [{code}]" in told
    assert f"error [{code}]" in told
    assert not (archive / "audit.html").exists()


def test_an_empty_and_a_missing_folder_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _table(tmp_path, "bom")
    (tmp_path / "empty").mkdir()
    assert _audit(tmp_path / "empty", table) == 2
    assert "[audit.nobody]" in capsys.readouterr().err
    assert _audit(tmp_path / "missing", table) == 2
    assert "[ranking.no_folder]" in capsys.readouterr().err

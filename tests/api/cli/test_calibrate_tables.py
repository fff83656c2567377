"""Ratings as people hand them in, and archives as they lie about (A12, A17): `calibrate` refuses with the reason."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import report_samples as samples

from api.cli.main import main
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.errors import UsageError
from pipelines.folders.calibrate import read_ratings
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump

KIT = load_kit(shipped_kits()["customer-service"])
COMPETENCY = KIT.questions[0].probes[0]
HEADER = ["interview", "competency", "rater", "rating"]


def _rows(interviews: int, raters: tuple[str, ...] = ("王芳", "Li")) -> list[list[str]]:
    return [
        [f"case{number:02d}", COMPETENCY, rater, str(1 + (number + lean) % 5)]
        for number in range(interviews)
        for lean, rater in enumerate(raters)
    ]


def _csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def _archive(folder: Path, count: int, version: int = KIT.version) -> Path:
    """Reports of the shipped kit with one written answer each."""
    base = samples.strong()
    document = to_document(base, samples.KIT)
    for number in range(count):
        copy = json.loads(dump(document))
        copy["interview"]["id"] = f"case{number:02d}"
        copy["interview"]["candidate"] = f"候选人 {number}"
        copy["interview"]["kit"]["id"] = KIT.id
        copy["interview"]["kit"]["version"] = version
        path = folder / f"case{number:02d}" / "report.json"
        path.parent.mkdir(parents=True)
        path.write_text(dump(copy), encoding="utf-8")
    return folder


def _refused(tmp_path: Path, table: Path, archive: Path, capsys: pytest.CaptureFixture[str]) -> str:
    out = tmp_path / "calibration.json"
    assert main(["calibrate", KIT.id, str(table), "--reports", str(archive), "--out", str(out)]) in (1, 2)
    assert not out.exists()
    return capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16", "xlsx"])
def test_ratings_are_read_from_any_usual_file(tmp_path: Path, encoding: str) -> None:
    rows = _rows(3)
    path = tmp_path / "评分.csv"
    if encoding == "xlsx":
        path = tmp_path / "评分.xlsx"
        book = openpyxl.Workbook()
        for row in [HEADER, *([*row[:3], int(row[3])] for row in rows)]:
            book.active.append(row)
        book.save(path)
    else:
        _csv(path, rows, encoding)
    found = read_ratings(path, KIT, 5)
    assert [(one.interview, one.competency, one.rater) for one in found] == [tuple(row[:3]) for row in rows]
    assert [one.value for one in found] == [(float(row[3]) - 1) * 2.5 for row in rows]


def test_a_rating_given_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    rows = _rows(2)
    with pytest.raises(UsageError) as caught:
        read_ratings(_csv(tmp_path / "r.csv", [*rows, rows[1]]), KIT, 5)
    assert caught.value.code == "ratings.twice"
    assert "6" in caught.value.text("en")
    assert "3" in caught.value.text("en")


@pytest.mark.parametrize(("value", "scale"), [("0.5", 5), ("5.5", 5), ("10.1", 10), ("-1", 10), ("nan", 10), ("", 5)])
def test_a_number_off_the_scale_is_refused(tmp_path: Path, value: str, scale: int) -> None:
    with pytest.raises(UsageError) as caught:
        read_ratings(_csv(tmp_path / "r.csv", [["a", COMPETENCY, "r", value]]), KIT, scale)
    assert caught.value.code == "ratings.invalid"


@pytest.mark.slow
def test_under_the_minimum_nothing_is_fitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = _archive(tmp_path / "out", 9)
    told = _refused(tmp_path, _csv(tmp_path / "r.csv", _rows(9, ("王芳",))), archive, capsys)
    assert "错误 [calibration.too_few]" in told
    assert "error [calibration.too_few]" in told


def test_a_report_of_another_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = _archive(tmp_path / "out", 2, version=KIT.version + 1)
    told = _refused(tmp_path, _csv(tmp_path / "r.csv", _rows(2)), archive, capsys)
    assert "[calibration.other_kit_report]" in told


def test_a_broken_report_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = _archive(tmp_path / "out", 2)
    (archive / "case01" / "report.json").write_text("{", encoding="utf-8")
    told = _refused(tmp_path, _csv(tmp_path / "r.csv", _rows(2)), archive, capsys)
    assert "[report.unreadable]" in told
    assert "case01" in told


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_reports_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str) -> None:
    (tmp_path / "empty").mkdir()
    told = _refused(tmp_path, _csv(tmp_path / "r.csv", _rows(2)), tmp_path / folder, capsys)
    assert ("[calibration.no_report]" if folder == "empty" else "[calibration.no_folder]") in told


def test_an_empty_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _refused(tmp_path, _csv(tmp_path / "r.csv", []), _archive(tmp_path / "out", 1), capsys)
    assert "[calibration.too_few]" in told


def test_an_interview_id_cannot_reach_outside_the_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _archive(tmp_path / "elsewhere", 1)
    (tmp_path / "out").mkdir()
    rows = [["../elsewhere/case00", COMPETENCY, "r", "3"]]
    assert "[calibration.no_report]" in _refused(tmp_path, _csv(tmp_path / "r.csv", rows), tmp_path / "out", capsys)

"""`rescore` end to end (A19): real reports under a changed kit, and what lies about in an archive."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from api.cli.main import main
from bench.rescore import KIT, causes_of_flips, changed_kit, led_in, make_archive, unexplained_flips
from interview_engine.assessment.kits.file import shipped_kits
from pipelines.scoring.sentence_vectors import FILE

COUNT = 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "archive"
    make_archive(folder, COUNT)
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "archive"))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    path = tmp_path / "changed.yaml"
    path.write_text(changed_kit(shipped_kits()[KIT]), encoding="utf-8")
    return path


def _rescore(archive: Path, kit: object, *more: str) -> int:
    return main(["rescore", str(archive), "--kit", str(kit), "--against", KIT, *more])


def _reports(archive: Path) -> list[Path]:
    return sorted(archive.glob("*/report.json"))


def _document(archive: Path) -> dict[str, list[dict[str, object]]]:
    return dict(json.loads((archive / "rescore.json").read_text(encoding="utf-8")))


@pytest.mark.slow
def test_flips_have_their_reasons_and_what_cannot_be_used_is_named(
    archive: Path, changed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert all((path.parent / FILE).is_file() for path in _reports(archive))
    matches = [json.loads(path.read_text(encoding="utf-8"))["overall"]["match_percent"] for path in _reports(archive)]
    bar = str(max(matches) - 0.001)  # more is asked under the changed kit, so that the best one no longer reaches it
    assert _rescore(archive, changed, "--bar", bar) == 0
    first = _document(archive)
    printed = capsys.readouterr().out
    assert f"flips {first['flips']} of {COUNT}" in printed
    assert f"翻转 {first['flips']} / {COUNT}" in printed
    assert first["flips"]
    assert unexplained_flips(first) == 0
    assert "required_level" in causes_of_flips(first)
    rows = list(csv.DictReader((archive / "rescore.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == COUNT
    assert all(row["why"] for row in rows if row["flips"] == "yes")

    (archive / "case000" / "report.json").write_text("{", encoding="utf-8")
    shutil.copytree(archive / "case002", archive / "copy of case002")
    path = archive / "case001" / "report.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["interview"]["kit"]["id"] = "another"
    path.write_text(json.dumps(document), encoding="utf-8")
    (archive / "case002" / FILE).write_bytes(b"damaged")
    (archive / "copy of case002" / FILE).unlink()
    (archive / ".building-x").mkdir()
    (archive / "notes").mkdir()
    assert _rescore(archive, changed, "--bar", bar) == 3
    (again,) = _document(archive)["changes"]
    # embedded anew, the same to the last bit as with the kept vectors
    (before,) = [change for change in first["changes"] if change["interview"] == "case002"]
    assert [again[key] for key in ("interview", "drivers")] == [before[key] for key in ("interview", "drivers")]
    assert _scores(again) == _scores(before)
    assert all((archive / name / FILE).stat().st_size > 1000 for name in ("case002", "copy of case002"))
    printed = capsys.readouterr().out
    assert "✗ case000" in printed
    assert "✗ copy of case002" in printed
    assert "left out: 1" in printed


def _scores(change: dict[str, object]) -> list[object]:
    sides = [change["before"], change["after"]]
    return [(side["match_percent"], side["score"]) for side in sides if isinstance(side, dict)]


@pytest.mark.parametrize(
    ("folder", "more", "code"),
    [
        ("empty", [], "rescore.no_reports"),
        ("missing", [], "rescore.no_folder"),
        ("empty", ["--bar", "101"], "rescore.bar"),
        ("empty", ["--bar", "nan"], "rescore.bar"),
        ("empty", ["--against", "nope"], "kit.unknown"),
        ("empty", ["--calibration", "none.json"], "calibration.invalid"),
    ],
)
def test_bad_usage_is_refused_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str, more: list[str], code: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert _rescore(tmp_path / folder, KIT, *more) == 2
    told = capsys.readouterr().err
    assert f"错误 [{code}]" in told
    assert f"error [{code}]" in told


def test_an_archive_of_another_kit_alone_is_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescore", str(archive), "--kit", "sales", "--against", "sales"]) == 2
    assert "[rescore.no_reports]" in capsys.readouterr().err


def test_the_bench_leads_in_the_first_or_every_sentence() -> None:
    assert led_in("I did. It held.", "en", "1-2", each=False) == "In 1-2, I did. It held."
    assert led_in("我查了。好了。", "zh", "1-2", each=True) == "第1-2号，我查了。第1-2号，好了。"


def test_a_flip_without_a_cause_is_found() -> None:
    flip = {"flips": True, "drivers": [{"causes": []}]}
    told = {"flips": True, "drivers": [{"causes": ["weight"]}, {"causes": ["weight", "score"]}]}
    document = {"changes": [flip, told, {"flips": False, "drivers": []}]}
    assert unexplained_flips(document) == 1
    assert causes_of_flips(document) == {"score": 1, "weight": 1}

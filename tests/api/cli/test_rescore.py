"""`rescore` end to end (A19): real reports under a changed kit, and what lies about in an archive."""

from __future__ import annotations

import csv
import io
import json
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from bench.rescore import KIT, causes_of_flips, changed_kit, led_in, make_archive, unexplained_flips
from interview_engine.assessment.kits.file import shipped_kits
from pipelines.scoring.sentence_vectors import FILE

COUNT = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `rescore` over an archive: its exit status, what it printed, and what it wrote."""

    archive: Path
    status: int
    printed: str
    document: dict[str, list[dict[str, Any]]]


def _run(archive: Path, kit: Path, bar: str) -> Run:
    printed = io.StringIO()
    with redirect_stdout(printed):
        status = _rescore(archive, kit, "--bar", bar)
    document = json.loads((archive / "rescore.json").read_text(encoding="utf-8"))
    return Run(archive, status, printed.getvalue(), document)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "archive"
    make_archive(folder, COUNT)
    return folder


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kit") / "changed.yaml"
    path.write_text(changed_kit(shipped_kits()[KIT]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bar(made: Path) -> str:
    """More is asked under the changed kit, so that the best one no longer reaches it."""
    matches = [json.loads(path.read_text(encoding="utf-8"))["overall"]["match_percent"] for path in _reports(made)]
    return str(max(matches) - 0.001)


@pytest.fixture(scope="module")
def first(made: Path, changed: Path, bar: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over an archive in which everything is in order."""
    return _run(Path(shutil.copytree(made, tmp_path_factory.mktemp("first") / "archive")), changed, bar)


@pytest.fixture(scope="module")
def again(made: Path, changed: Path, bar: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over a broken report, one of another kit, one twice, damaged and missing vectors, and folders of others."""
    archive = Path(shutil.copytree(made, tmp_path_factory.mktemp("again") / "archive"))
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
    return _run(archive, changed, bar)


def _rescore(archive: Path, kit: object, *more: str) -> int:
    return main(["rescore", str(archive), "--kit", str(kit), "--against", KIT, *more])


def _reports(archive: Path) -> list[Path]:
    return sorted(archive.glob("*/report.json"))


@pytest.mark.slow
def test_an_assessed_interview_keeps_the_vectors_of_its_sentences(made: Path) -> None:
    assert all((path.parent / FILE).is_file() for path in _reports(made))


@pytest.mark.slow
def test_the_number_of_flips_is_printed_in_both_languages(first: Run) -> None:
    assert first.status == 0
    assert f"flips {first.document['flips']} of {COUNT}" in first.printed
    assert f"翻转 {first.document['flips']} / {COUNT}" in first.printed


@pytest.mark.slow
def test_every_flip_has_its_reasons(first: Run) -> None:
    assert first.document["flips"]
    assert unexplained_flips(first.document) == 0
    assert "required_level" in causes_of_flips(first.document)


@pytest.mark.slow
def test_the_table_has_a_line_an_interview_and_says_why_it_flips(first: Run) -> None:
    rows = list(csv.DictReader((first.archive / "rescore.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == COUNT
    assert all(row["why"] for row in rows if row["flips"] == "yes")


@pytest.mark.slow
def test_what_cannot_be_used_is_named_and_the_rest_is_done(again: Run) -> None:
    assert again.status == 3
    assert "✗ case000" in again.printed
    assert "✗ copy of case002" in again.printed
    assert "left out: 1" in again.printed


@pytest.mark.slow
def test_lost_vectors_are_embedded_again_to_the_same_scores_to_the_last_bit(first: Run, again: Run) -> None:
    (after,) = again.document["changes"]
    (before,) = [change for change in first.document["changes"] if change["interview"] == "case002"]
    assert [after[key] for key in ("interview", "drivers")] == [before[key] for key in ("interview", "drivers")]
    assert _scores(after) == _scores(before)
    assert all((again.archive / name / FILE).stat().st_size > 1000 for name in ("case002", "copy of case002"))


def _scores(change: dict[str, Any]) -> list[object]:
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


def test_an_archive_of_another_kit_alone_is_refused(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescore", str(made), "--kit", "sales", "--against", "sales"]) == 2
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


def test_without_a_kit_in_use_the_reports_as_stored_are_the_side_before(made: Path, tmp_path: Path) -> None:
    """An archive of an earlier release: its own numbers, its own measure, and the change of measure as a cause."""
    archive = tmp_path / "archive"
    shutil.copytree(made, archive)
    for path in _reports(archive):
        document = json.loads(path.read_text(encoding="utf-8"))
        document["schema"] = "interview-report/1"
        document["provenance"]["scorer"] = "evidence/1"
        for name in ("match_low", "match_high", "measure"):
            del document["overall"][name]
        for competency in document["competencies"]:
            del competency["counter_indicators"]
        document["overall"]["match_percent"] = 99.0
        path.write_text(json.dumps(document), encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        assert main(["rescore", str(archive), "--kit", KIT]) == 0
    changes = json.loads((archive / "rescore.json").read_text(encoding="utf-8"))["changes"]
    assert [change["before"]["match_percent"] for change in changes] == [99.0] * COUNT
    assert {change["scorer_before"] for change in changes} == {"evidence/1"}
    assert {change["scorer_after"] for change in changes} != {"evidence/1"}
    assert all("measure" in driver["causes"] for change in changes for driver in change["drivers"])


OLD_ARCHIVE = Path(__file__).parents[2] / "data" / "archives" / "evidence-2"


@pytest.mark.slow
def test_an_archive_of_the_second_scorer_is_scored_again_with_its_flips_and_causes(tmp_path: Path) -> None:
    """Reports as the release with `evidence/2` wrote them: invented people, typed answers. One shouts at a customer and
    falsifies the ticket; the old scorer called two English answers off topic that were not."""
    archive = Path(shutil.copytree(OLD_ARCHIVE, tmp_path / "archive"))
    with redirect_stdout(io.StringIO()):
        assert main(["rescore", str(archive), "--kit", "customer-service", "--bar", "65"]) == 0
    changes = json.loads((archive / "rescore.json").read_text(encoding="utf-8"))["changes"]
    by_id = {change["interview"]: change for change in changes}
    assert {change["scorer_before"] for change in changes} == {"evidence/2"}
    assert {change["scorer_after"] for change in changes} == {"evidence/3"}
    assert by_id["old-shout"]["before"]["match_percent"] > 65
    assert by_id["old-shout"]["flips"]
    assert all(driver["causes"] for change in changes if change["flips"] for driver in change["drivers"])
    assert not by_id["old-zh"]["flips"]

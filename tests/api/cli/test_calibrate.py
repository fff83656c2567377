"""`calibrate`, then `assess` and `rescore` with its file (A12, A13): on text reports and two invented raters."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.settings import Settings
from pipelines.folders.calibrate import load
from pipelines.reports.reading import dump
from pipelines.scoring.score import identity
from pipelines.spreadsheets import write_csv

KIT = "customer-service"

STRONG = (
    "去年{month}月，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，发现城西还有一台同型号的，"
    "就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。后来我把这个流程写成了{month}条检查清单。"
)
WEAK = (
    "遇到着急的客户，一般就是先安抚一下，差不多按流程走吧，第{month}次也是这样。大概就是让他等一等，反正后面会有别的同事处理，"
    "具体怎么解决的我也不太清楚，应该是解决了。"
)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answer") / "strong.txt"
    path.write_text(STRONG.format(month=3), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def archive(answer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One real text report, copied under the ids of 32 interviews with another text in each."""
    out = tmp_path_factory.mktemp("assessed")
    assert main(["assess", str(answer), "--kit", KIT, "--out", str(out)]) in (0, 3)
    made = next(out.glob("*/report.json")).read_text(encoding="utf-8")
    archive = tmp_path_factory.mktemp("archive")
    for number in range(32):
        document = json.loads(made)
        said = (STRONG if number % 2 else WEAK).format(month=number % 12 + 1)
        document["interview"]["id"] = f"case{number:02d}"
        document["interview"]["candidate"] = f"候选人{number}"
        transcript = document["answers"][0]["transcript"]
        transcript["text"] = transcript["text_digits"] = said
        transcript["segments"], transcript["words"] = [], []
        folder = archive / f"case{number:02d}"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(dump(document), encoding="utf-8")
    return archive


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The file that `calibrate` wrote, and what it said."""

    file: Path
    status: int
    printed: str


@pytest.fixture(scope="module")
def calibrated(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Calibrated:
    folder = tmp_path_factory.mktemp("calibration")
    out, ratings = folder / "calibration.json", _table(folder / "评分.csv")
    printed = io.StringIO()
    with redirect_stdout(printed):
        status = main(["calibrate", KIT, str(ratings), "--reports", str(archive), "--out", str(out)])
    return Calibrated(out, status, printed.getvalue())


@pytest.fixture(scope="module")
def assessing(answer: Path, calibrated: Calibrated, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that has assessed the answer with the calibration once."""
    out = tmp_path_factory.mktemp("calibrated")
    command = ["assess", str(answer), "--kit", KIT, "--out", str(out), "--json", "--calibration", str(calibrated.file)]
    main(command)
    return command


@pytest.fixture
def report(assessing: list[str]) -> dict[str, Any]:
    """The report with the calibration."""
    path = next(Path(assessing[assessing.index("--out") + 1]).glob("*/report.json"))
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _table(path: Path, count: int = 32, competency: str = "") -> Path:
    kit = load_kit(shipped_kits()[KIT])
    probed = competency or kit.questions[0].probes[0]
    rows = [
        [f"case{number:02d}", probed, rater, str((4 if number % 2 else 1) + lean)]
        for number in range(count)
        for rater, lean in (("王", 0), ("Li", 1))
    ]
    path.write_bytes(write_csv(["interview", "competency", "rater", "rating"], rows))
    return path


@pytest.mark.slow
def test_ratings_become_a_calibration_and_agreement_is_printed(calibrated: Calibrated) -> None:
    assert calibrated.status == 0
    assert "human–human" in calibrated.printed
    assert "human–engine" in calibrated.printed
    assert "王" in calibrated.printed
    document = json.loads(calibrated.file.read_text(encoding="utf-8"))
    assert document["shape"] in ("linear", "full")
    assert document["figures"]["human_raters"] == 2


@pytest.mark.slow
def test_a_report_names_the_calibration_of_its_scores(report: dict[str, Any]) -> None:
    assert report["provenance"]["scorer"].startswith("calibrated/")
    assert len(report["provenance"]["settings"]["calibration_sha256"]) == 64


@pytest.mark.slow
def test_assessing_again_with_the_same_calibration_resumes(
    assessing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(assessing)
    assert json.loads(capsys.readouterr().out)["resumed"]


@pytest.mark.slow
def test_a_calibration_is_part_of_the_scorers_identity(report: dict[str, Any], calibrated: Calibrated) -> None:
    evidence, with_it = identity("evidence", Settings()), identity("evidence", Settings(), load(calibrated.file))
    assert evidence != with_it
    assert report["provenance"]["settings"]["calibration_sha256"] in with_it


@pytest.mark.slow
def test_rescoring_with_a_calibration_changes_scores(calibrated: Calibrated, archive: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(archive, tmp_path / "archive"))
    assert main(["rescore", str(copy), "--kit", KIT, "--against", KIT, "--calibration", str(calibrated.file)]) == 0
    changed = json.loads((copy / "rescore.json").read_text(encoding="utf-8"))
    # one question of the kit is answered: the interviews have no total, what moves is the score of a competency
    assert {tuple(driver["causes"]) for change in changed["changes"] for driver in change["drivers"]} == {("score",)}


@pytest.mark.slow
def test_a_calibration_of_another_kit_is_refused(
    calibrated: Calibrated, answer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["assess", str(answer), "--kit", "sales", "--out", str(tmp_path)]
    assert main([*base, "--calibration", str(calibrated.file)]) == 2
    assert "calibration.other_kit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["a", "nothing", "r", "3"], "ratings.invalid"),
        (["a", "", "r", "9"], "ratings.invalid"),
        (["a", "", "r", "good"], "ratings.invalid"),
        (["a", "", "", "3"], "ratings.invalid"),
        (["a", "", "r", "3"], "calibration.no_report"),
    ],
)
def test_a_bad_table_is_refused_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cells: list[str], code: str
) -> None:
    kit = load_kit(shipped_kits()[KIT])
    row = [cells[0], cells[1] or kit.questions[0].probes[0], *cells[2:]]
    path = tmp_path / "r.csv"
    path.write_bytes(write_csv(["interview", "competency", "rater", "rating"], [row]))
    out = tmp_path / "c.json"
    assert main(["calibrate", KIT, str(path), "--reports", str(tmp_path), "--out", str(out)]) == 2
    text = capsys.readouterr().err
    assert f"错误 [{code}]" in text
    assert f"error [{code}]" in text
    assert not out.exists()


def test_a_file_that_is_no_calibration_and_a_judge_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.json"
    path.write_text("[]", encoding="utf-8")
    base = ["assess", "a.txt", "--kit", "sales", "--out", str(tmp_path / "o"), "--calibration"]
    assert main([*base, str(path)]) == 2
    assert "calibration.invalid" in capsys.readouterr().err
    assert main([*base, str(tmp_path / "missing.json")]) == 2
    assert "calibration.invalid" in capsys.readouterr().err

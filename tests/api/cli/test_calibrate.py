"""`calibrate`, then `assess` and `rescore` with its file (A12, A13): on text reports and two invented raters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli.main import main
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.settings import Settings
from pipelines.folders.calibrate import load
from pipelines.reports.reading import dump
from pipelines.scoring.score import identity
from pipelines.spreadsheets import write_csv

STRONG = (
    "去年{month}月，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，发现城西还有一台同型号的，"
    "就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。后来我把这个流程写成了{month}条检查清单。"
)
WEAK = (
    "遇到着急的客户，一般就是先安抚一下，差不多按流程走吧，第{month}次也是这样。大概就是让他等一等，反正后面会有别的同事处理，"
    "具体怎么解决的我也不太清楚，应该是解决了。"
)


def _assessed(tmp_path: Path) -> Path:
    """One real text report, copied under the ids of 32 interviews with another text in each."""
    out = tmp_path / "out"
    path = tmp_path / "strong.txt"
    path.write_text(STRONG.format(month=3), encoding="utf-8")
    assert main(["assess", str(path), "--kit", "customer-service", "--out", str(out)]) in (0, 3)
    made = next(out.glob("*/report.json")).read_text(encoding="utf-8")
    archive = tmp_path / "archive"
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


def _table(path: Path, count: int = 32, competency: str = "") -> Path:
    kit = load_kit(shipped_kits()["customer-service"])
    probed = competency or kit.questions[0].probes[0]
    rows = [
        [f"case{number:02d}", probed, rater, str((4 if number % 2 else 1) + lean)]
        for number in range(count)
        for rater, lean in (("王", 0), ("Li", 1))
    ]
    path.write_bytes(write_csv(["interview", "competency", "rater", "rating"], rows))
    return path


@pytest.mark.slow
def test_ratings_become_a_calibration_that_scores_and_rescores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, out = _assessed(tmp_path), tmp_path / "calibration.json"
    ratings = str(_table(tmp_path / "评分.csv"))
    capsys.readouterr()
    assert main(["calibrate", "customer-service", ratings, "--reports", str(archive), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "human–human" in printed
    assert "human–engine" in printed
    assert "王" in printed
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["shape"] in ("linear", "full")
    assert document["figures"]["human_raters"] == 2
    answer = tmp_path / "strong.txt"
    assessed = tmp_path / "calibrated"
    command = ["assess", str(answer), "--kit", "customer-service", "--out", str(assessed), "--json"]
    main([*command, "--calibration", str(out)])
    report = json.loads(next(assessed.glob("*/report.json")).read_text(encoding="utf-8"))
    assert report["provenance"]["scorer"].startswith("calibrated/")
    assert len(report["provenance"]["settings"]["calibration_sha256"]) == 64
    capsys.readouterr()
    main([*command, "--calibration", str(out)])
    assert json.loads(capsys.readouterr().out)["resumed"]
    evidence, calibrated = identity("evidence", Settings()), identity("evidence", Settings(), load(out))
    assert evidence != calibrated
    assert report["provenance"]["settings"]["calibration_sha256"] in calibrated
    base = ["rescore", str(archive), "--kit", "customer-service", "--against", "customer-service"]
    assert main([*base, "--calibration", str(out)]) == 0
    changed = json.loads((archive / "rescore.json").read_text(encoding="utf-8"))
    assert any(change["before"] != change["after"] for change in changed["changes"])
    assert main(["assess", str(answer), "--kit", "sales", "--calibration", str(out), "--out", str(assessed)]) == 2
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
    kit = load_kit(shipped_kits()["customer-service"])
    row = [cells[0], cells[1] or kit.questions[0].probes[0], *cells[2:]]
    path = tmp_path / "r.csv"
    path.write_bytes(write_csv(["interview", "competency", "rater", "rating"], [row]))
    out = tmp_path / "c.json"
    assert main(["calibrate", "customer-service", str(path), "--reports", str(tmp_path), "--out", str(out)]) == 2
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
